// Creates a passkey for this account, and signs in with one. Where the browser knows no passkeys, the pages do not show them.

import { at } from "./paths.js";

const supported = Boolean(window.PublicKeyCredential?.parseCreationOptionsFromJSON);

// Show the passkey buttons inside this element.
export function offerPasskeys(root) {
  if (supported) for (const place of root.querySelectorAll("[data-passkey]")) place.hidden = false;
}

offerPasskeys(document);

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-passkey-sign-in]");
  if (button) attempt(button, () => signIn(button));
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-passkey-new]")) return;
  event.preventDefault();
  attempt(form, () => create(form));
});

async function signIn(button) {
  const options = await post("/sign-in/passkey/options");
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = await navigator.credentials.get({ publicKey });
  const { next } = await post("/sign-in/passkey/answer", { credential: credential.toJSON(), next: button.dataset.next });
  // The dialog that signs in again stays on its page.
  const leave = button.dispatchEvent(new CustomEvent("signed-in", { bubbles: true, cancelable: true }));
  if (leave) location.assign(at(next));
}

async function create(form) {
  const { csrf, name, old } = Object.fromEntries(new FormData(form));
  const options = await post("/account/passkeys/options", { old: old ?? "" }, csrf);
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const credential = await navigator.credentials.create({ publicKey });
  await post("/account/passkeys", { credential: credential.toJSON(), name: name ?? "" }, csrf);
  form.reset();
  location.assign(at(form.dataset.next));
}

async function post(path, content = {}, csrf = "") {
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf };
  const answer = await fetch(at(path), { method: "POST", headers, body: JSON.stringify(content) });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(body.detail ?? String(answer.status));
  return body;
}

class Refused extends Error {}

// Run it once at a time, and show in the place of the passkeys why it did not work.
async function attempt(element, work) {
  const place = element.closest("[data-passkey]");
  if (place.dataset.busy) return;
  place.dataset.busy = "yes";
  place.querySelector(".notice")?.remove();
  try {
    await work();
  } catch (error) {
    const text = error instanceof Refused ? error.message : place.dataset.cancelled;
    const fault = Object.assign(document.createElement("p"), { className: "notice bad", textContent: text });
    fault.setAttribute("role", "alert");
    place.prepend(fault);
  } finally {
    delete place.dataset.busy;
  }
}
