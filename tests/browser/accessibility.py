"""What axe-core finds on a page, light and dark, on a desktop and on a phone."""

from collections.abc import Collection, Iterator
from importlib.resources import files

from playwright.sync_api import Page

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
WINDOWS = {"desktop": {"width": 1440, "height": 3000}, "phone": {"width": 390, "height": 7000}}
"""So tall that pages fit: axe can't see the colours of what is scrolled out of sight."""
OPTIONS = {"resultTypes": ["violations"], "iframes": False}
"""The only frame is the one that a crop is drawn in: a picture, which begins anew with every width."""
THEMES = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}
"""What is looked for: a theme changes nothing but colours."""
NOT_OURS = {
    # Streamlit names the part of its file uploader that one drops files on, and says that it has no role. The button in
    # it, which the keyboard reaches, has both.
    ("presentation-role-conflict", '<section role="presentation"'),
}
"""What breaks a rule in Streamlit's own markup, where nothing outside can mend it: the rule, and how the element
begins."""
LOOKS, LOOK_AGAIN_MS = 4, 1500
POPOVER = "[data-testid=stPopoverBody]"
_SETTLED = """() => {
    const waiting = "[data-testid=stSkeleton], [data-testid=stSpinner], [data-stale=true]"
    const app = document.querySelector("[data-testid=stApp]")
    return app?.dataset.testScriptState === "notRunning" && !document.querySelector(waiting)
}"""


def faults(page: Page) -> list[str]:
    """Everything that is found in a page that has just been loaded: with all that can be folded out, tab by tab, and in
    what pops up."""
    page.set_viewport_size(WINDOWS["desktop"])
    recover(page)
    found = _open_everything_and_look(page)
    for tab in page.get_by_role("tab", selected=False).all():
        tab.click()
        found += _open_everything_and_look(page)
    for popover in page.get_by_test_id("stPopoverButton").filter(visible=True).all():
        popover.click()
        page.locator(POPOVER).wait_for()
        found += look(page, POPOVER)
        page.keyboard.press("Escape")
        page.locator(POPOVER).wait_for(state="hidden")
    return found


def look(page: Page, within: str = "body", windows: Collection[str] = tuple(WINDOWS)) -> list[str]:
    """What is found in the page as it stands, a line each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: dict[str, list[str]] = {}
    for window in windows:
        page.set_viewport_size(WINDOWS[window])
        for theme, options in THEMES.items():
            page.emulate_media(color_scheme=theme)
            for line in _lasting(page, within, options):
                found.setdefault(line, []).append(f"{window} {theme}")
    return [f"{', '.join(where)}: {line}" for line, where in found.items()]


def _lasting(page: Page, within: str, options: dict) -> list[str]:
    """What is found again and again: a page that is being drawn anew is pale for a moment."""
    lasting = None
    for _ in range(LOOKS):
        recover(page)
        violations = page.evaluate("([within, options]) => axe.run(within, options)", [within, OPTIONS | options])
        lines = list(_lines(violations["violations"]))
        lasting = lines if lasting is None else [line for line in lasting if line in lines]
        if not lasting:
            break
        page.wait_for_timeout(LOOK_AGAIN_MS)
    return lasting


def recover(page: Page) -> None:
    """Until the page is drawn, and stands still."""
    page.wait_for_timeout(100)
    page.wait_for_function(_SETTLED)


def _open_everything_and_look(page: Page) -> list[str]:
    recover(page)
    page.add_style_tag(content="* { transition: none !important; animation: none !important; }")
    folded = page.locator("details:not([open]) > summary").filter(visible=True)
    while folded.count():
        folded.first.click()
        recover(page)
    return look(page)


def _lines(violations: list[dict]) -> Iterator[str]:
    for fault in violations:
        for node in fault["nodes"]:
            if any(fault["id"] == rule and node["html"].startswith(begins) for rule, begins in NOT_OURS):
                continue
            why = " ".join(node["failureSummary"].split())
            yield f"{fault['id']}: {node['html'][:160]} ({why})"
