// The queue page's module: keys, decisions that do not wait for the network, undo, counts that stay true.
// Without it the page is a list of forms that do the same; every address and word comes from the page itself.

import { keymap, shownKey, openHelp } from "./keys.js";
import { swipes } from "./swipe.js";
import { send, ask, newId } from "./wire.js";

const body = document.body;
const feed = document.getElementById("feed");
const live = document.getElementById("live");
const aside = document.getElementById("context");
const bar = document.getElementById("undo-bar");
const bulk = document.getElementById("bulk");
const words = JSON.parse(document.getElementById("words").textContent);
const wide = matchMedia("(min-width: 1100px)");
const site = encodeURIComponent(body.dataset.site);
const view = new URLSearchParams(body.dataset.view.split("?")[1]);

const done = []; // gestures that can be taken back, the last one at the end
const undone = []; // gestures that can be done again
const contexts = new Map(); // comment id -> promise of a piece of HTML
let current = null;
let after = body.dataset.after;
let loading = null;

body.classList.add("scripted");
bulk?.removeAttribute("hidden");

/* The current card */

const cards = () => [...feed.querySelectorAll(":scope > .card")];
const near = (card, step) => {
  let next = card;
  do next = step > 0 ? next?.nextElementSibling : next?.previousElementSibling; while (next && !next.matches(".card"));
  return next;
};

function go(card, { focus = true } = {}) {
  if (current && current !== card) {
    current.classList.remove("current");
    current.querySelector("details.reject[open]")?.removeAttribute("open");
  }
  current = card ?? null;
  if (!card) { refill(); return; }
  card.classList.add("current");
  if (focus) {
    const heading = card.querySelector("h2");
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    card.scrollIntoView({ block: innerWidth <= 620 || body.classList.contains("focused") ? "start" : "nearest" });
  }
  showContext(card);
  if (cards().length - cards().indexOf(card) < 8) more();
}

const say = (text) => { live.textContent = ""; requestAnimationFrame(() => { live.textContent = text; }); };

/* Deciding: the card goes at once, and comes back where it was if that cannot be kept */

function decide(chosen, act, { note = "" } = {}) {
  if (!chosen.length) return;
  if (act === "skip") return skip(chosen[0]);
  const [kind, name = ""] = act.split(":");
  // The view binds the decision: what is alike, but outside of it, stays.
  const said = { act: kind, [kind === "escalate" ? "to" : "reason"]: name, note, view: body.dataset.view };
  const gesture = { id: newId(), kind, said, cards: chosen, places: take(chosen), pending: true };
  gesture.sent = send(`/queue/gestures?site=${site}`, { gesture: gesture.id, ...said, items: items(gesture) });
  gesture.sent.then((answer) => settled(gesture, answer), (error) => failed(gesture, error));
  done.push(gesture);
  undone.length = 0;
  gesture.number = comments(chosen);
  count(body.dataset.tab, -gesture.number);
  show(doneLine(gesture));
}

// One decision moves so many comments at most; the others have a card of their own next.
const comments = (chosen) => Math.min(body.dataset.most, chosen.reduce((sum, card) => sum + 1 + Number(card.dataset.alike ?? 0), 0));

function doneLine({ kind, number }) {
  const line = (number > 1 ? words.many[kind] : words.done[kind]).replace("{n}", format(number));
  return `${line} ${words.left.replace("{n}", numberOf(body.dataset.tab))}`;
}

function skip(card) {
  const gesture = { id: null, kind: "skip", cards: [card], places: take([card]) };
  feed.append(card);
  if (!current) go(card);
  done.push(gesture);
  undone.length = 0;
  show(words.done.skip);
}

function take(chosen) {
  const last = chosen.at(-1);
  const rest = cards().filter((card) => !chosen.includes(card));
  const here = chosen.includes(current) ? current : last;
  const next = cards().slice(cards().indexOf(here)).find((card) => rest.includes(card)) ?? rest.at(-1) ?? null;
  const places = chosen.map((card) => {
    const place = document.createComment("");
    card.replaceWith(place);
    pick(card, false);
    return place;
  });
  sheetOpen()?.removeAttribute("open");
  go(chosen.includes(current) || !current ? next : current);
  empty();
  return places;
}

function putBack(gesture, chosen = gesture.cards) {
  for (const card of chosen) {
    const place = gesture.places[gesture.cards.indexOf(card)];
    if (place.isConnected) place.replaceWith(card);
    else if (!card.isConnected) feed.prepend(card);
  }
  empty();
}

function settled(gesture, answer) {
  gesture.pending = false;
  const back = [];
  for (const outcome of answer.outcomes) {
    const card = gesture.cards.find((one) => one.dataset.id === outcome.id);
    if (!card) continue;
    if (outcome.ok) version(card, outcome.version);
    else { complain(card, outcome.detail); back.push(card); }
  }
  if (back.length) {
    putBack(gesture, back);
    gesture.places = gesture.places.filter((_, i) => !back.includes(gesture.cards[i]));
    gesture.cards = gesture.cards.filter((card) => !back.includes(card));
    if (!gesture.cards.length) forget(gesture);
    // Also in the bar: on a phone, or one card at a time, the card that came back is not on the screen.
    show(back.map((card) => card.querySelector(".complaint span").textContent).join(" "));
  }
  counts(answer);
  // Colleagues may have decided about some of a group meanwhile: then fewer were moved than the cards said.
  const moved = answer.outcomes.filter((outcome) => outcome.ok).length;
  if (!back.length && moved && moved !== gesture.number) {
    gesture.number = moved;
    if (done.at(-1) === gesture) show(doneLine(gesture));
  }
}

function failed(gesture, error) {
  gesture.pending = false;
  if (!done.includes(gesture)) return; // Taken back meanwhile: nothing was to be kept.
  for (const card of gesture.cards) complain(card, `${words.failed} ${error.message}`, false);
  putBack(gesture);
  forget(gesture);
  count(body.dataset.tab, gesture.number);
  go(gesture.cards[0]);
  say(`${words.failed} ${error.message}`);
}

function forget(gesture) {
  const at = done.indexOf(gesture);
  if (at >= 0) done.splice(at, 1);
  show("");
}

function complain(card, text, final = true) {
  card.querySelector(".complaint")?.remove();
  const line = document.createElement("p");
  line.className = "notice bad complaint";
  const what = document.createElement("span");
  what.textContent = text;
  line.append(what);
  if (final) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words.away;
    button.addEventListener("click", () => { const next = near(card, 1) ?? near(card, -1); card.remove(); go(next); empty(); });
    line.append(button);
  }
  card.querySelector(".acts").before(line);
}

function version(card, number) {
  card.dataset.version = number;
  for (const input of card.querySelectorAll('input[name="comment"]')) input.value = `${card.dataset.id}:${number}${card.dataset.until ? `:${card.dataset.until}` : ""}`;
}

/* Undo and redo */

function undo() {
  const gesture = done.pop();
  if (!gesture) return undoEarlier();
  putBack(gesture);
  go(gesture.cards[0]);
  undone.push(gesture);
  show(words.undone);
  if (gesture.kind === "skip") return;
  count(body.dataset.tab, gesture.number);
  const back = gesture.sent.then(() => gesture.kind === "escalate"
    ? send(`/queue/gestures?site=${site}`, { gesture: newId(), act: "calm", items: items(gesture) })
    : send(`/queue/gestures/undo?site=${site}`, { gesture: gesture.id }));
  gesture.goingBack = true;
  gesture.back = back.finally(() => { gesture.goingBack = false; }).then((answer) => { settledBack(gesture, answer); }, (error) => {
    undone.splice(undone.indexOf(gesture), 1);
    gesture.cards.forEach((card) => complain(card, `${words.failed} ${error.message}`, false));
  });
}

const items = (gesture) => gesture.cards.map(itemOf);
const itemOf = (card) => ({ id: card.dataset.id, version: Number(card.dataset.version), until: card.dataset.until ?? null });

function settledBack(gesture, answer) {
  for (const outcome of answer.outcomes) {
    const card = gesture.cards.find((one) => one.dataset.id === outcome.id);
    if (!card) continue;
    if (outcome.ok) version(card, outcome.version);
    else complain(card, outcome.detail);
  }
  counts(answer);
}

function redo() {
  const gesture = undone.pop();
  if (!gesture) return;
  gesture.places = take(gesture.cards);
  if (gesture.kind === "skip") { feed.append(gesture.cards[0]); done.push(gesture); show(words.done.skip); return; }
  const anew = newId();
  const again = gesture.back.then(() => gesture.kind === "escalate"
    ? send(`/queue/gestures?site=${site}`, { gesture: anew, ...gesture.said, items: items(gesture) })
    : send(`/queue/gestures/redo?site=${site}`, { gesture: gesture.id, anew }));
  const next = { ...gesture, id: anew, sent: again, pending: true };
  again.then((answer) => settled(next, answer), (error) => failed(next, error));
  done.push(next);
  count(body.dataset.tab, -gesture.number);
  show(words.again);
}

async function undoEarlier() {
  // What was decided before this page was loaded: the page's own form takes it back.
  const form = document.getElementById("undo-form");
  if (form?.elements.gesture?.value && !form.hidden) form.submit();
}

function show(text) {
  if (!bar) return;
  bar.hidden = !text && !done.length;
  if (text) { document.getElementById("undo-text").textContent = text; say(text); }
  const earlier = document.getElementById("undo-form");
  earlier.hidden = !done.length && !earlier.elements.gesture.value;
  document.getElementById("redo-form").hidden = !undone.length;
}

/* Numbers */

const label = (tab) => document.querySelector(`.tabs [data-tab="${tab}"] .number`);
const numberOf = (tab) => label(tab)?.textContent ?? "0";
const plain = (text) => Number(text.replace(/[^0-9]/g, ""));

function count(tab, change) {
  const node = label(tab);
  if (node && !node.textContent.endsWith("+")) node.textContent = format(Math.max(0, plain(node.textContent) + change));
}

const format = (number) => new Intl.NumberFormat(document.documentElement.lang, { numberingSystem: "latn" }).format(number);

function counts(answer) {
  for (const tab of ["held", "yours", "escalated", "mine", "approved", "rejected"]) {
    const node = label(tab);
    if (!node || !(tab in answer)) continue;
    node.textContent = answer.shown?.[tab] ?? format(answer[tab]);
    const place = node.closest("li");
    if (place.classList.contains("at-times")) place.hidden = !answer[tab] && tab !== body.dataset.tab;
  }
}

// What is on the screen is leased again after a key or a click; four minutes after the last one it is anybody's.
let awake = Date.now();
let leased = 0;
function leases() {
  const ids = cards().slice(0, 20).map((card) => card.dataset.id);
  if (body.dataset.may !== "decide" || body.dataset.tab !== "held" || !ids.length || awake < leased) return;
  leased = Date.now();
  send(`/queue/leases?site=${site}`, { ids }).catch(() => {});
}

async function poll() {
  if (document.hidden) return;
  leases();
  try {
    const answer = await ask(`/queue/counts?site=${site}&since=${encodeURIComponent(body.dataset.loaded)}`);
    const found = await answer.json();
    // What is on its way to the server is not in its numbers yet.
    if (!sending()) counts(found);
    const oldest = document.querySelector(".oldest time");
    if (oldest && found.oldest_words) oldest.textContent = found.oldest_words;
    const fresh = document.getElementById("fresh");
    fresh.hidden = !(found.fresh && body.dataset.tab === "held");
    fresh.textContent = words.fresh.replace("{n}", format(found.fresh));
    if (!cards().length && found[body.dataset.tab]) refill();
  } catch { /* The next look will tell. */ }
}

const sending = () => done.some((gesture) => gesture.pending) || undone.some((gesture) => gesture.goingBack);

/* More cards, and what surrounds one */

const stuck = Object.assign(document.createElement("p"), { className: "notice bad", role: "alert", textContent: words.not_loaded });

function more({ fromTop = false } = {}) {
  if (loading || !(after || fromTop)) return loading;
  feed.setAttribute("aria-busy", "true");
  const query = new URLSearchParams(view);
  if (fromTop) query.delete("after"); else query.set("after", after);
  loading = ask(`/queue/cards?${query}`).then(async (answer) => {
    after = answer.headers.get("X-After") ?? "";
    if (fromTop) { body.dataset.loaded = answer.headers.get("X-Loaded"); document.getElementById("fresh").hidden = true; }
    const piece = document.createRange().createContextualFragment(await answer.text());
    for (const card of [...piece.querySelectorAll(".card")]) if (!document.getElementById(card.id)) feed.append(card);
    document.getElementById("next-page")?.remove();
    stuck.remove();
    // Who decided the last card by a key has the focus nowhere: it goes to the next one.
    if (!current && cards().length) go(cards()[0], { focus: document.activeElement === body });
  }).catch(() => { if (!cards().length) document.getElementById("notices").append(stuck); })
    .finally(() => { feed.setAttribute("aria-busy", "false"); loading = null; empty(); });
  return loading;
}

// No card is left on the page: the next ones come. Behind the last page there may be newer ones, those of colleagues and those
// before this page, so the view is asked for from its top, once everything sent is stored: else the decided ones would come again.
async function refill() {
  await more();
  if (cards().length || after || !["held", "yours", "escalated"].includes(body.dataset.tab)) return;
  await Promise.allSettled([...done, ...undone].flatMap((gesture) => [gesture.sent, gesture.back]));
  if (!cards().length) await more({ fromTop: true });
}

function empty() {
  const all = cards();
  const some = all.length > 0;
  all.forEach((card, n) => { card.setAttribute("aria-posinset", n + 1); card.setAttribute("aria-setsize", after ? -1 : all.length); });
  // A feed without articles is none to a screen reader.
  feed.setAttribute("role", some ? "feed" : "group");
  document.getElementById("empty").hidden = some || Boolean(after || loading);
}

function context(card) {
  const id = card.dataset.id;
  if (!contexts.has(id)) contexts.set(id, ask(`/queue/comments/${id}/context?${view}`).then((answer) => answer.text()));
  return contexts.get(id);
}

let waiting = 0;
function showContext(card, { now = false } = {}) {
  const visible = wide.matches ? !body.classList.contains("no-context") : aside.classList.contains("in-card");
  if (!visible || aside.dataset.id === card.dataset.id) return;
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const html = await context(card).catch(() => null);
    if (html === null) { contexts.delete(card.dataset.id); return; }
    if (current !== card) return;
    aside.replaceChildren(document.createRange().createContextualFragment(html));
    aside.dataset.id = card.dataset.id;
    aside.scrollTop = 0;
    if (!wide.matches) card.append(aside);
    const next = near(card, 1);
    if (next) context(next).catch(() => contexts.delete(next.dataset.id));
  }, now ? 0 : 90);
}

function toggleContext() {
  if (!current) return;
  if (wide.matches) { body.classList.toggle("no-context"); } else {
    const shown = aside.classList.toggle("in-card");
    if (shown) { delete aside.dataset.id; current.append(aside); }
  }
  showContext(current, { now: true });
}

function place() {
  // A screen that was turned or a window that was pulled: the context has another home.
  if (wide.matches) { aside.classList.remove("in-card"); document.querySelector(".columns").append(aside); if (current) showContext(current); }
}

/* Selecting */

const picked = () => cards().filter((card) => card.classList.contains("picked"));

function pick(card, on) {
  const box = card.querySelector(".pick input");
  if (!box) return;
  box.checked = on;
  card.classList.toggle("picked", on);
  picks();
}

function picks() {
  if (!bulk) return;
  const number = comments(picked());
  bulk.classList.toggle("on", number > 0);
  bulk.querySelector(".bulk-count").textContent = words.selected.replace("{n}", format(number));
}

async function pickAll() {
  const all = picked().length < cards().length;
  for (let page = 0; all && after && page < 10; page += 1) await more();
  for (const card of cards()) pick(card, all);
  say(words.selected.replace("{n}", format(comments(picked()))));
}

/* Keys */

const chosen = () => (picked().length ? picked() : current ? [current] : []);
const sheetOpen = () => document.querySelector("details.reject[open]");

function sheet(which) {
  const home = picked().length ? bulk : current;
  // The colleagues stand on the page once; a card gets its own list when it is asked for.
  const link = which === ".hand" && bulk ? home?.querySelector(".to-hand") : null;
  link?.replaceWith(bulk.querySelector(".hand").cloneNode(true));
  const details = home?.querySelector(`details${which}`);
  if (!details) return;
  details.open = true;
  details.querySelector("summary").focus({ preventScroll: true });
}

const acts = {
  next: () => go(near(current, 1) ?? current),
  previous: () => go(near(current, -1) ?? current),
  approve: () => decide(chosen(), "approve"),
  reject: () => sheet(".reject:not(.hand)"),
  spam: () => decide(chosen(), "spam"),
  escalate: () => sheet(".hand"),
  skip: () => current && body.dataset.tab === "held" && skip(current),
  undo,
  redo,
  select: () => current && pick(current, !current.classList.contains("picked")),
  extend_next: () => { pick(current, true); go(near(current, 1) ?? current); pick(current, true); },
  extend_previous: () => { pick(current, true); go(near(current, -1) ?? current); pick(current, true); },
  all: pickAll,
  context: toggleContext,
  author: () => { if (current) location.assign(`/queue?site=${site}&author=${current.dataset.id}`); },
  search: () => document.getElementById("search").focus(),
  focus: () => { body.classList.toggle("focused"); if (current) go(current); },
  help: () => openHelp(),
};
const looking = new Set(["next", "previous", "context", "author", "search", "focus", "help"]);

const typing = (target) => target.closest?.("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return;
  const open = sheetOpen();
  if (event.key === "Escape") {
    if (open) { open.open = false; open.querySelector("summary").focus(); } else if (body.classList.contains("focused")) acts.focus();
    else if (typing(event.target)) event.target.blur();
    return;
  }
  if (typing(event.target)) return;
  if (body.dataset.keys === "off") return;
  // Over an open sheet only its own keys count: nothing behind it is decided.
  if (open) {
    const key = event.key === "Enter" && !event.target.closest(".sheet") ? "↵" : event.key;
    const button = /^[1-9↵]$/.test(key) && open.querySelector(`.sheet [data-key="${key}"]`);
    if (button) { event.preventDefault(); button.click(); }
    return;
  }
  const act = keymap().get(event.key);
  if (!act || (body.dataset.may !== "decide" && !looking.has(act))) return;
  event.preventDefault();
  acts[act]();
});

/* The same by hand */

document.addEventListener("submit", (event) => {
  const { target, submitter } = event;
  if (target.id === "undo-form" && done.length) { event.preventDefault(); undo(); return; }
  if (target.id === "redo-form" && undone.length) { event.preventDefault(); redo(); return; }
  if (submitter?.name !== "act" || submitter.hasAttribute("formaction")) return;
  event.preventDefault();
  // Enter in the message of a sheet is its button with the sign of that key; Enter elsewhere is nothing.
  const button = submitter.matches(".enter") ? document.activeElement.closest(".sheet")?.querySelector('[data-key="↵"]') : submitter;
  if (!button) return;
  const box = button.closest(".sheet")?.querySelector("input");
  const note = box?.value ?? "";
  if (box) box.value = "";
  decide(target === bulk ? picked() : [target.closest(".card")], button.value, { note });
});

feed.addEventListener("click", (event) => {
  const link = event.target.closest("a.to-context, a.to-hand");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  go(link.closest(".card"), { focus: false });
  if (link.matches(".to-hand")) { for (const card of picked()) pick(card, false); sheet(".hand"); } else toggleContext();
});
for (const kind of ["focusin", "pointerdown"]) feed.addEventListener(kind, (event) => {
  const card = event.target.closest(".card");
  if (card && card !== current) go(card, { focus: false });
});
feed.addEventListener("change", (event) => {
  if (event.target.matches(".pick input")) pick(event.target.closest(".card"), event.target.checked);
});
document.addEventListener("toggle", (event) => {
  // One sheet at a time.
  if (event.target.matches?.("details.reject") && event.target.open) {
    for (const other of document.querySelectorAll("details.reject[open]")) if (other !== event.target) other.open = false;
    event.target.querySelector(".sheet").scrollIntoView({ block: "nearest" });
  }
}, true);
document.addEventListener("pointerdown", (event) => {
  const open = sheetOpen();
  if (open && !open.contains(event.target)) open.open = false;
});
document.getElementById("fresh").addEventListener("click", () => location.reload());
for (const button of document.querySelectorAll("[data-open=help]")) { button.hidden = false; button.addEventListener("click", () => openHelp()); }
addEventListener("beforeunload", (event) => { if (sending()) event.preventDefault(); });
wide.addEventListener("change", place);
if (body.dataset.may === "decide" && body.dataset.tab === "held") swipes(feed, { right: () => decide([current], "approve"), left: acts.reject });

if (cards().length) {
  aside.dataset.id = cards()[0].dataset.id;
  go(cards()[0], { focus: false });
}
for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, () => { awake = Date.now(); }, { passive: true });
leases();
shownKey();
setInterval(poll, 15000);
document.addEventListener("visibilitychange", poll);
