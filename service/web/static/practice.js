// The keys of the practice page: the same as on the queue page. Without this the buttons do it all.

const usual = { approve: "a", reject: "r", spam: "s", escalate: "e", next: "j" };
const keys = { ...usual, ...JSON.parse(document.body.dataset.keymap || "{}") };
const sheet = document.querySelector("details.reject");
const press = (value) => document.querySelector(`button[name="act"][value="${value}"]`)?.click();

document.getElementById("told")?.focus({ preventScroll: true });
for (const node of document.querySelectorAll("[data-key]:not(.sheet *)")) {
  const act = Object.keys(usual).find((name) => usual[name] === node.dataset.key);
  if (act) node.dataset.key = keys[act];
}

addEventListener("keydown", (event) => {
  if (document.body.dataset.keys === "off" || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, select, textarea")) return;
  if (sheet?.open && event.key === "Escape") sheet.open = false;
  else if (sheet?.open && /^[1-9]$/.test(event.key)) sheet.querySelectorAll("button")[event.key - 1]?.click();
  else if (sheet?.open && event.key === "Enter" && event.target === document.body) press("reject");
  else if (event.key === keys.reject && sheet) sheet.open = !sheet.open;
  else if (event.key === keys.next) document.getElementById("next")?.click();
  else {
    const act = Object.keys(usual).find((name) => keys[name] === event.key);
    if (!act) return;
    press(act);
  }
  if (event.key !== "Enter" || event.target === document.body) event.preventDefault();
});
