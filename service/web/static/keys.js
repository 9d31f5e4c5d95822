// Keyboard shortcuts of the queue page: the key map, its display on the buttons, and the help dialog (`?`) that changes it.

import { send } from "./requests.js";

const USUAL = {
  next: "j", previous: "k", approve: "a", reject: "r", spam: "s", escalate: "e", skip: "h", undo: "z", redo: "Z", select: "x",
  extend_next: "J", extend_previous: "K", all: "*", context: "c", details: "o", note: "n", reply: "w", edit: "i", ban: "b", trust: "t",
  copy: "l", site: "v", author: "u", reject_author: "m", search: "/", focus: "f", density: "y", help: "?",
};
const words = JSON.parse(document.getElementById("words").textContent);
const dialog = document.getElementById("help");
const form = dialog.querySelector("form");
const fault = form.querySelector(".fault");
const needsOwnKeys = fault.textContent;
let own = JSON.parse(document.body.dataset.keymap || "{}");
let byKey = map();

export const keymap = () => byKey;

function map() {
  return new Map(Object.entries({ ...USUAL, ...own }).map(([act, key]) => [key, act]));
}

const shown = (key) => (/^[A-Z]$/.test(key) ? `⇧${key.toLowerCase()}` : key);

export function shownKey() {
  // Show the current keys on the buttons. A style rule displays `data-key`.
  document.body.classList.toggle("keys-off", document.body.dataset.keys === "off");
  if (!Object.keys(own).length) return;
  const changed = Object.entries(own).map(([act, key]) => [shown(USUAL[act]), shown(key)]);
  const swap = (root) => {
    for (const node of root.querySelectorAll("[data-key]:not(.sheet *)")) {
      node.dataset.usual ??= node.dataset.key;
      const pair = changed.find(([usual]) => usual === node.dataset.usual);
      node.dataset.key = pair ? pair[1] : node.dataset.usual;
    }
  };
  swap(document);
  new MutationObserver(() => swap(document.getElementById("feed"))).observe(document.getElementById("feed"), { childList: true });
}

export function openHelp() {
  for (const input of form.querySelectorAll("input[data-act]")) input.value = { ...USUAL, ...own }[input.dataset.act];
  dialog.showModal();
}

form.addEventListener("beforeinput", (event) => {
  // A field holds one character: select the old character, so that typing replaces it.
  if (event.target.matches("input[data-act]") && event.data) event.target.select();
});

form.addEventListener("submit", (event) => {
  if (event.submitter?.value === "close") return;
  event.preventDefault();
  const keys = Object.fromEntries([...form.querySelectorAll("input[data-act]")].map((input) => [input.dataset.act, input.value.trim()]));
  const used = Object.values(keys);
  fault.textContent = needsOwnKeys;
  fault.hidden = used.every((key) => key.length === 1) && new Set(used).size === used.length;
  if (!fault.hidden) return;
  const off = !form.elements.on.checked;
  const changed = Object.fromEntries(Object.entries(keys).filter(([act, key]) => key !== USUAL[act]));
  send("/account/keys", { keys: changed, off }).then(() => location.reload(), (error) => {
    fault.textContent = `${words.failed} ${error.message}`;
    fault.hidden = false;
  });
});
