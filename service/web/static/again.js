// Signs the moderator in again in a dialog, after the session has ended. The page and everything typed on it stay as they are.
// The dialog shows the forms of the sign-in pages, so it has the same steps: password, then the second factor.

import { at } from "./paths.js";

let pending = null;

// The session of this browser as { csrf, moderator }, or null if there is none. Throws if the network is away.
export async function session() {
  const answer = await fetch(at("/session"), { headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : null;
}

// Use the CSRF token of the new session in all forms of this page. Another person gets a page of their own.
export function adopt({ csrf, moderator }) {
  if (moderator !== document.documentElement.dataset.me) { location.reload(); return false; }
  if (document.body.dataset.csrf) document.body.dataset.csrf = csrf;
  for (const field of document.querySelectorAll('input[name="csrf"]')) field.value = csrf;
  return true;
}

// Resolves to the new session. Rejects if the moderator closes the dialog. Many callers share one dialog.
export function signInAgain() {
  pending ??= opened().finally(() => { pending = null; });
  return pending;
}

async function opened() {
  const dialog = Object.assign(document.createElement("dialog"), { className: "again" });
  document.body.append(dialog);
  const before = document.activeElement;
  try {
    const { offerPasskeys } = await import("./passkeys.js");
    fill(dialog, await (await fetch(at("/sign-in?again=1&next=/session"))).text(), offerPasskeys);
    dialog.showModal();
    return await answered(dialog, offerPasskeys);
  } finally {
    dialog.remove();
    before?.focus({ preventScroll: true });
  }
}

function answered(dialog, offerPasskeys) {
  return new Promise((resolve, reject) => {
    const look = async () => {
      const found = await session().catch(() => null);
      if (found) { clearInterval(timer); resolve(found); }
      return found;
    };
    // The moderator may also sign in in another tab, or in the window of an identity provider.
    const timer = setInterval(look, 2000);
    dialog.addEventListener("close", () => { clearInterval(timer); reject(new Error("signed out")); });
    dialog.addEventListener("click", (event) => { if (event.target.matches("[data-close]")) dialog.close(); });
    dialog.addEventListener("signed-in", (event) => { event.preventDefault(); look(); });
    dialog.addEventListener("submit", async (event) => {
      const form = event.target;
      if (form.target) return;
      event.preventDefault();
      const action = event.submitter?.getAttribute("formaction") ?? form.action;
      const answer = await fetch(action, { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => null);
      if (!(await look()) && answer) fill(dialog, await answer.text(), offerPasskeys);
    });
  });
}

function fill(dialog, html, offerPasskeys) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const inside = page.querySelector("main > .narrow");
  const close = dialog.querySelector("[data-close]") ?? page.querySelector("[data-close]");
  if (!inside?.querySelector("form")) {
    // An error page, such as after too many attempts: keep the form and show what the page says.
    const fault = Object.assign(document.createElement("p"), { className: "notice bad", textContent: page.querySelector("main p")?.textContent });
    fault.setAttribute("role", "alert");
    dialog.querySelector(".notice")?.remove();
    dialog.querySelector("h1, h2")?.after(fault);
    return;
  }
  dialog.replaceChildren(...inside.childNodes);
  offerPasskeys(dialog);
  if (close && !dialog.contains(close)) dialog.append(close);
  const title = dialog.querySelector("h1");
  title.id = "again-title";
  dialog.setAttribute("aria-labelledby", title.id);
  // An identity provider asks in a window of its own. Its last page is ours and says that it can be closed.
  for (const form of dialog.querySelectorAll('form[action*="oidc"]')) form.target = "_blank";
  dialog.querySelector("input:not([type=hidden], [value]), input[type=password]")?.focus();
}
