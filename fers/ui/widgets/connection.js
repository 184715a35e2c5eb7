// Says that the connection is lost. Streamlit shows it by a paler page alone, and later in its own words (see look.py).
const MOMENT_MS = 1_500; // Shorter breaks pass unnoticed.
const LOOK = `position: fixed; inset: 0 0 auto 0; z-index: 2000000; padding: 0.9rem 1rem; text-align: center;
  font: 600 1rem/1.4 "Source Sans", sans-serif; color: #fff; background: #7a2e14;`;

function isLost() {
  const app = document.querySelector("[data-test-connection-state]");
  return app !== null && !["CONNECTED", "INITIAL"].includes(app.dataset.testConnectionState);
}

function say() {
  const notice = document.createElement("div");
  notice.className = "fers-lost";
  notice.setAttribute("role", "alert");
  notice.style.cssText = LOOK;
  document.body.append(notice);
  const lost = _("The connection was lost. Please wait: this page will carry on as soon as it is back.");
  const photo = _("It will then say whether your photo was kept.");
  notice.textContent = hasPhoto() ? `${lost} ${photo}` : lost;
  return notice;
}

function hasPhoto() {
  try {
    return sessionStorage.getItem("fers-at-hand") !== null;
  } catch {
    return false; // A browser that keeps nothing.
  }
}

export default function ({ data, setTriggerValue }) {
  speak(data);
  let notice = null;
  let timer = null;
  const look = () => {
    if (isLost()) {
      timer ??= setTimeout(() => (notice = say()), MOMENT_MS);
    } else if (timer !== null) {
      clearTimeout(timer);
      notice?.remove();
      notice = timer = null;
      setTriggerValue("back", true); // Else a page on which nothing was going on stays as the dead server left it.
    }
  };
  const observer = new MutationObserver(look);
  observer.observe(document.body, { subtree: true, attributeFilter: ["data-test-connection-state"] });
  look();
  return () => {
    observer.disconnect();
    clearTimeout(timer);
    notice?.remove();
  };
}
