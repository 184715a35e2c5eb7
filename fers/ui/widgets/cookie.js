// Asks the server to set (with a one-time ticket) or clear the sign-in cookie, which scripts can't touch.
// What was asked belongs to the window: the page may load this file again, and asking again might clear a newer cookie.
const asked = (window.fersCookiesAsked ??= new Set());

export default function ({ data }) {
  if (asked.has(data.request)) return;
  asked.add(data.request);
  const options = data.ticket ? { method: "POST", body: data.ticket } : { method: "DELETE" };
  // Without the cookie people stay signed in until they leave the page.
  fetch("/session", { ...options, credentials: "same-origin" }).catch(() => {});
}
