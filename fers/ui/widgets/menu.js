// On a narrow screen the menu lies over the page: it closes when a page was chosen, and when somebody taps beside it.
// What they tap there is the veil that the menu casts (see look.py), never what lies underneath.
const NARROW = "(max-width: 768px)";

export default function () {
  const tapped = ({ target }) => {
    const menu = document.querySelector('[data-testid="stSidebar"]');
    if (!menu || !matchMedia(NARROW).matches) return;
    const isVeil = target === menu;
    if (isVeil || target.closest?.('[data-testid="stSidebarNavLink"]'))
      menu.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
  };
  document.addEventListener("click", tapped);
  return () => document.removeEventListener("click", tapped);
}
