// Tells the page how wide it is. A little more room, as when a scroll bar goes, is no news; a little less is.
const LITTLE = 20;

export default function ({ parentElement, setStateValue }) {
  const host = parentElement.host ?? parentElement;
  let told = null;
  const tell = () => {
    const width = Math.floor(host.getBoundingClientRect().width);
    const isNews = told === null || width < told || width >= told + LITTLE;
    if (width > 0 && isNews) setStateValue("width", (told = width));
  };
  let waiting;
  const observer = new ResizeObserver(() => {
    clearTimeout(waiting);
    waiting = setTimeout(tell, told === null ? 0 : 250);
  });
  observer.observe(host);
  return () => observer.disconnect();
}
