// Tells the page how wide it is, in steps of 20 pixels so that a scroll bar doesn't count as a change.
const STEP = 20;

export default function ({ parentElement, setStateValue }) {
  const host = parentElement.host ?? parentElement;
  let told = null;
  const tell = () => {
    const width = Math.floor(host.getBoundingClientRect().width / STEP) * STEP;
    if (width > 0 && width !== told) setStateValue("width", (told = width));
  };
  let waiting;
  const observer = new ResizeObserver(() => {
    clearTimeout(waiting);
    waiting = setTimeout(tell, told === null ? 0 : 250);
  });
  observer.observe(host);
  return () => observer.disconnect();
}
