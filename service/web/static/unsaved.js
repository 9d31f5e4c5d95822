// Loses nothing that was typed: a form of a session that has ended asks to sign in again and is then sent, and the browser warns
// before it leaves a page with changes that are not saved.

import { adopt, session, signInAgain } from "./again.js";

const sent = new WeakSet();
const checking = new WeakSet();
const ours = (form) => form?.method === "post" && form.querySelector('input[name="csrf"]');

addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || !ours(form)) return;
  if (sent.has(form)) return;
  event.preventDefault();
  if (checking.has(form)) return;
  checking.add(form);
  const go = await mayBeSent();
  checking.delete(form);
  if (!go) return;
  sent.add(form);
  form.requestSubmit(submitter);
  // A response that keeps the page (204) leaves the form as it was.
  setTimeout(() => sent.delete(form), 3000);
});

async function mayBeSent() {
  try {
    return adopt((await session()) ?? (await signInAgain()));
  } catch (error) {
    // Without a network the browser's own error page would lose the text, so the form is not sent.
    return error instanceof TypeError ? navigator.onLine : false;
  }
}

const changed = (field) => {
  if (field.matches(".pick input, [type=hidden], [type=password], [type=submit]")) return false;
  if (field.matches("select")) return [...field.options].some((one) => one.selected !== one.defaultSelected) && field.selectedIndex > 0;
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  return "defaultValue" in field && field.value !== field.defaultValue;
};

export const unsaved = () => [...document.forms].some((form) => ours(form) && !sent.has(form) && [...form.elements].some(changed));

addEventListener("beforeunload", (event) => { if (unsaved()) event.preventDefault(); });
