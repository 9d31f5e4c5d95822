// Keyboard shortcuts of the practice page, the same as on the queue page. The buttons also work without this script.

import { actOf, digitOf } from "./key_layout.js";

const usual = { approve: "a", reject: "r", spam: "s", escalate: "e", next: "j" };
const keys = { ...usual, ...JSON.parse(document.body.dataset.keymap || "{}") };
const keymap = new Map(Object.entries(keys).map(([act, key]) => [key, act]));
const sheets = { reject: document.querySelector("details.reject:not(.hand)"), escalate: document.querySelector("details.hand") };
const press = (value) => document.querySelector(`button[name="act"][value="${value}"]`)?.click();

document.getElementById("told")?.focus({ preventScroll: true });
for (const node of document.querySelectorAll("[data-key]:not(.sheet *)")) {
  const act = Object.keys(usual).find((name) => usual[name] === node.dataset.key);
  if (act) node.dataset.key = keys[act];
}

addEventListener("keydown", (event) => {
  if (document.body.dataset.keys === "off" || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, select, textarea")) return;
  const open = document.querySelector("details.reject[open]");
  const act = actOf(event, keymap);
  if (open && event.key === "Escape") open.open = false;
  else if (open && digitOf(event)) open.querySelector(`.sheet [data-key="${digitOf(event)}"]`)?.click();
  else if (open && event.key === "Enter" && event.target === document.body) open.querySelector('.sheet [data-key="↵"]').click();
  else if (open) return;
  else if (sheets[act]) sheets[act].open = true;
  else if (act === "next") document.getElementById("next")?.click();
  else if (act) press(act);
  else return;
  if (event.key !== "Enter" || event.target === document.body) event.preventDefault();
});
