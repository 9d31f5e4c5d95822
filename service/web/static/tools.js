// The tools of a card, in its place: note, reply, edit, ban, trust, copy the link. Each opens its form on the card. The text stays in
// the form until the server has it.

import { ask, newId, sendForm } from "./requests.js";

const NOBODY = "00000000-0000-0000-0000-000000000000";
const words = JSON.parse(document.getElementById("words").textContent);
const buttons = document.getElementById("tools");
const site = encodeURIComponent(document.body.dataset.site);
const drafts = new Map(); // texts of forms that were closed without sending them
let open = null; // the form on the screen, or a symbol while it loads

export const toolOpen = () => Boolean(open);

// Add the buttons to a card. They need this script, so the page does not send them with each card.
export function dress(card) {
  const home = card.querySelector(".tools");
  if (!home || !buttons || home.querySelector("button")) return;
  const copy = buttons.content.cloneNode(true);
  // Without an account or an address nobody can be recognised.
  if (!("known" in card.dataset)) for (const button of copy.querySelectorAll('[data-tool="ban"], [data-tool="trust"]')) button.remove();
  home.prepend(copy);
}

export function closeTool() {
  if (open instanceof Element) {
    for (const field of fieldsOf(open)) {
      if (field.value === field.defaultValue) drafts.delete(draftOf(open, field)); else drafts.set(draftOf(open, field), field.value);
    }
    open.remove();
  }
  open = null;
}

const fieldsOf = (form) => form.querySelectorAll("textarea, input:not([type=hidden], [type=checkbox], [type=radio])");
const draftOf = (panel, field) => `${formIn(panel).getAttribute("action")} ${field.name}`;
const formIn = (panel) => (panel.matches("form") ? panel : panel.querySelector("form"));

export async function openTool(card, name, desk) {
  if (name === "copy") { await copyLink(card, desk); return; }
  closeTool();
  const which = name === "trust" ? "ban" : name;
  if (which === "ban" && !("known" in card.dataset)) { desk.say(words.unknown_author); return; }
  const loading = Symbol("loading");
  open = loading;
  const panel = await panelOf(card, which).catch((error) => error);
  if (open !== loading) return; // The moderator closed it meanwhile, or opened another.
  if (!(panel instanceof Element)) { open = null; desk.say(`${words.not_loaded_form} ${panel.message}`); return; }
  open = panel;
  for (const field of fieldsOf(panel)) field.value = drafts.get(draftOf(panel, field)) ?? field.value;
  card.append(panel);
  panel.scrollIntoView({ block: "nearest" });
  // A ban has no length until somebody chooses one: the arrow keys choose, and Enter then bans.
  (panel.querySelector('input[name="for"]') ?? panel.querySelector(`button[value="${name}"]`) ?? panel.querySelector("textarea, input:not([type=hidden])"))?.focus({ preventScroll: true });
  panel.addEventListener("submit", (event) => { event.preventDefault(); event.stopPropagation(); submitOrFocus(card, panel, chosenBy(event, panel, name), name, desk); });
  panel.querySelector("[data-close]").addEventListener("click", () => { closeTool(); card.querySelector("h2").focus(); });
}

// Enter in a text field leads to the button of the key that opened the form: a second Enter presses it.
function submitOrFocus(card, panel, button, name, desk) {
  if (!button?.matches(".enter")) submit(card, panel, button, desk);
  else if (!document.activeElement.matches('input[name="for"]')) panel.querySelector(`button[value="${name}"]`).focus();
}

function chosenBy(event, panel, name) {
  const onLength = event.submitter?.matches(".enter") && document.activeElement.matches('input[name="for"]:checked');
  return onLength ? panel.querySelector(`button[value="${name}"]`) : event.submitter;
}

async function panelOf(card, name) {
  const template = document.getElementById(`tool-${name}`);
  if (!template) return parsed(await (await ask(`/queue/comments/${card.dataset.id}/tools/${name}?site=${site}`)).text());
  const form = template.content.firstElementChild.cloneNode(true);
  form.setAttribute("action", form.getAttribute("action").replace(NOBODY, card.dataset.id));
  return form;
}

const parsed = (html) => document.createRange().createContextualFragment(html).firstElementChild;

async function submit(card, panel, button, desk) {
  if (panel.getAttribute("aria-busy") === "true") return;
  panel.setAttribute("aria-busy", "true");
  panel.querySelector(".fault")?.remove();
  const id = newId();
  try {
    const answer = await sendForm(formIn(panel).getAttribute("action"), filledIn(card, formIn(panel), button, id));
    if (open === panel) closeTool();
    for (const field of fieldsOf(panel)) drafts.delete(draftOf(panel, field));
    if (answer.card) desk.replace(card, answer.card);
    else desk.leave(card, answer.undo ? id : null, answer);
    desk.say(answer.message);
  } catch (error) {
    if (open !== panel) { desk.say(`${words.failed} ${error.message}`); return; }
    const fault = Object.assign(document.createElement("p"), { className: "notice bad fault", textContent: `${words.failed} ${error.message}` });
    fault.setAttribute("role", "alert");
    panel.append(fault);
    panel.removeAttribute("aria-busy");
  }
}

function filledIn(card, form, button, id) {
  const fields = new FormData(form);
  if (button?.name) fields.set(button.name, button.value);
  fields.set("action_id", id);
  fields.set("view", document.body.dataset.view);
  if (!fields.has("version")) fields.set("version", card.dataset.version);
  return fields;
}

async function copyLink(card, desk) {
  const address = card.querySelector('[data-tool="details"]').href;
  try {
    await navigator.clipboard.writeText(address);
  } catch {
    // Plain http on a local network has no clipboard.
    const field = Object.assign(document.createElement("textarea"), { value: address });
    card.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    card.querySelector("h2").focus();
  }
  desk.say(words.copied);
}
