// Asks the server to set (with a one-time ticket) or clear the sign-in cookie, which scripts can't touch.
const asked = new Set(); // The page calls the function below anew in every run.

export default function ({ data, setTriggerValue }) {
  if (asked.has(data.request)) return;
  asked.add(data.request);
  const options = data.ticket ? { method: "POST", body: data.ticket } : { method: "DELETE" };
  fetch("/session", { ...options, credentials: "same-origin" })
    .catch(() => {}) // Without the cookie people stay signed in until they leave the page.
    .finally(() => setTriggerValue("done", true));
}
