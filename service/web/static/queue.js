// The queue page's script: shortcuts, optimistic decisions that do not wait for the network, undo, live counts.
// Without this script the page is a list of forms that do the same. All texts and data come from the page itself.

import { badge } from "./badge.js";
import { keymap, shownKey, openHelp } from "./keys.js";
import { actOf, capsLock, digitOf } from "./key_layout.js";
import { swipes } from "./swipe.js";
import { at } from "./paths.js";
import { send, ask, newId } from "./requests.js";
import { dress, openTool, toolOpen, closeTool } from "./tools.js";

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

const done = []; // actions that can be undone, the last one at the end
const undone = []; // actions that can be redone
const contexts = new Map(); // comment id -> promise of an HTML fragment
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
    closeTool();
  }
  current = card ?? null;
  if (!card) { refill(); return; }
  card.classList.add("current");
  if (focus) {
    focusOn(card);
    card.scrollIntoView({ block: innerWidth <= 620 || body.classList.contains("focused") ? "start" : "nearest" });
  }
  showContext(card);
  ahead();
}

// Load the next cards before the moderator reaches the last ones.
function ahead() {
  if (current && cards().length - cards().indexOf(current) < 8) more();
}

function focusOn(card) {
  const heading = card.querySelector("h2");
  if (document.activeElement !== heading) heading.focus({ preventScroll: true });
}

// When the next frame is on the screen, or soon where none comes, as on a hidden page. What a moderator does not see need not be done
// before: a request or a new title would take time from painting.
const painted = () => new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve, 16)); setTimeout(resolve, 100); });

const say = (text) => { live.textContent = ""; requestAnimationFrame(() => { live.textContent = text; }); };

/* Deciding: the card is removed at once, and put back if the server refuses or the request fails */

function decide(chosen, act, { note = "", box = null } = {}) {
  if (!chosen.length) return;
  if (act === "skip") return skip(chosen[0]);
  const [kind, name = ""] = act.split(":");
  // A decision covers only the current view: similar comments that the view does not show stay undecided.
  const said = { act: kind, [kind === "escalate" ? "to" : "reason"]: name, note, view: body.dataset.view };
  const { places, next } = take(chosen);
  const action = { id: newId(), kind, said, box, cards: chosen, places, pending: true };
  const content = { action_id: action.id, ...said, items: items(action) };
  action.sent = painted().then(() => send(`/queue/actions?site=${site}`, content));
  action.sent.then((answer) => settled(action, answer), (error) => failed(action, error));
  done.push(action);
  undone.length = 0;
  action.number = comments(chosen);
  count(body.dataset.tab, -action.number);
  show(doneLine(action));
  go(next);
}

// One decision moves at most `data-most` comments. The rest of a group appears as another card.
const comments = (chosen) => Math.min(body.dataset.most, chosen.reduce((sum, card) => sum + 1 + Number(card.dataset.alike ?? 0), 0));

function doneLine({ kind, number }) {
  const line = (number > 1 ? words.many[kind] : words.done[kind]).replace("{n}", format(number));
  return label(body.dataset.tab) ? `${line} ${words.left.replace("{n}", numberOf(body.dataset.tab))}` : line;
}

function skip(card) {
  const { places, next } = take([card]);
  const action = { id: null, kind: "skip", cards: [card], places };
  feed.append(card);
  done.push(action);
  undone.length = 0;
  show(words.done.skip);
  go(next ?? card);
}

// Remove these cards. Returns where they were, and the card to go to. The caller goes there after all other changes: focus and scrolling
// make the browser lay out the page, and so it does that once.
function take(chosen) {
  const last = chosen.at(-1);
  const rest = cards().filter((card) => !chosen.includes(card));
  const here = chosen.includes(current) ? current : last;
  const next = cards().slice(cards().indexOf(here)).find((card) => rest.includes(card)) ?? rest.at(-1) ?? null;
  const following = chosen.includes(current) || !current ? next : current;
  // Move the focus before the layout changes: the browser needs a valid layout to move it.
  if (following) focusOn(following);
  const places = chosen.map((card) => {
    const place = document.createComment("");
    card.replaceWith(place);
    pick(card, false);
    return place;
  });
  sheetOpen()?.removeAttribute("open");
  empty();
  return { places, next: following };
}

function putBack(action, chosen = action.cards) {
  for (const card of chosen) {
    const place = action.places[action.cards.indexOf(card)];
    if (place.isConnected) place.replaceWith(card);
    else if (!card.isConnected) feed.prepend(card);
  }
  empty();
}

function settled(action, answer) {
  action.pending = false;
  const back = [];
  for (const outcome of answer.outcomes) {
    const card = action.cards.find((one) => one.dataset.id === outcome.id);
    if (!card) continue;
    if (outcome.ok) version(card, outcome.version);
    else { complain(card, outcome.detail); back.push(card); }
  }
  // The message stays in its field until the server has it.
  if (action.box && !back.length && action.box.value === action.said.note) action.box.value = "";
  if (back.length) {
    putBack(action, back);
    action.places = action.places.filter((_, i) => !back.includes(action.cards[i]));
    action.cards = action.cards.filter((card) => !back.includes(card));
    if (!action.cards.length) forget(action);
    // Show the error in the bar too: on a phone, or in the one-card mode, the card that is put back may be off screen.
    show(back.map((card) => card.querySelector(".complaint span").textContent).join(" "));
  }
  counts(answer);
  // Race: colleagues may have decided part of a group, so fewer comments moved than the cards said.
  const moved = answer.outcomes.filter((outcome) => outcome.ok).length;
  if (!back.length && moved && moved !== action.number) {
    action.number = moved;
    if (done.at(-1) === action) show(doneLine(action));
  }
}

function failed(action, error) {
  action.pending = false;
  if (!done.includes(action)) return; // The moderator undid the decision meanwhile, so nothing is lost.
  for (const card of action.cards) complain(card, `${words.failed} ${error.message}`, false);
  putBack(action);
  forget(action);
  count(body.dataset.tab, action.number);
  go(action.cards[0]);
  // Show the message that was not sent. A message for several cards is in the form of the selection.
  if (action.box?.value) {
    if (action.box.closest("#bulk")) for (const card of action.cards) pick(card, true);
    action.box.closest("details").open = true;
  }
  say(`${words.failed} ${error.message}`);
}

function forget(action) {
  const at = done.indexOf(action);
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
  const action = done.pop();
  if (!action) return undoEarlier();
  putBack(action);
  go(action.cards[0]);
  undone.push(action);
  show(words.undone);
  if (action.kind === "skip") return;
  count(body.dataset.tab, action.number);
  const back = action.sent.then(() => action.kind === "escalate"
    ? send(`/queue/actions?site=${site}`, { action_id: newId(), act: "return", items: items(action) })
    : send(`/queue/actions/undo?site=${site}`, { action_id: action.id }));
  action.goingBack = true;
  action.back = back.finally(() => { action.goingBack = false; }).then((answer) => { settledBack(action, answer); }, (error) => {
    undone.splice(undone.indexOf(action), 1);
    action.cards.forEach((card) => complain(card, `${words.failed} ${error.message}`, false));
  });
}

const items = (action) => action.cards.map(itemOf);
const itemOf = (card) => ({ id: card.dataset.id, version: Number(card.dataset.version), until: card.dataset.until ?? null });

function settledBack(action, answer) {
  for (const outcome of answer.outcomes) {
    const card = action.cards.find((one) => one.dataset.id === outcome.id);
    if (!card) continue;
    if (outcome.ok) version(card, outcome.version);
    else complain(card, outcome.detail);
  }
  counts(answer);
}

function redo() {
  const action = undone.pop();
  if (!action) return;
  const { places, next: following } = take(action.cards);
  action.places = places;
  if (action.kind === "skip") { feed.append(action.cards[0]); done.push(action); show(words.done.skip); go(following ?? action.cards[0]); return; }
  const anew = newId();
  const again = action.back.then(() => action.kind === "escalate"
    ? send(`/queue/actions?site=${site}`, { action_id: anew, ...action.said, items: items(action) })
    : send(`/queue/actions/redo?site=${site}`, { action_id: action.id, anew }));
  const next = { ...action, id: anew, sent: again, pending: true };
  again.then((answer) => settled(next, answer), (error) => failed(next, error));
  done.push(next);
  count(body.dataset.tab, -action.number);
  show(words.again);
  go(following);
}

async function undoEarlier() {
  // Decisions from before this page was loaded are undone by the page's own form.
  const form = document.getElementById("undo-form");
  if (form?.elements.action_id?.value && !form.hidden) form.submit();
}

function show(text) {
  if (!bar) return;
  bar.hidden = !text && !done.length;
  if (text) { document.getElementById("undo-text").textContent = text; say(text); }
  const earlier = document.getElementById("undo-form");
  earlier.hidden = !done.length && !earlier.elements.action_id.value;
  document.getElementById("redo-form").hidden = !undone.length;
}

/* Numbers */

const label = (tab) => document.querySelector(`.tabs [data-tab="${tab}"] .number`);
const numberOf = (tab) => label(tab)?.textContent ?? "0";
const plain = (text) => Number(text.replace(/[^0-9]/g, ""));

function count(tab, change) {
  const node = label(tab);
  if (node && !node.textContent.endsWith("+")) node.textContent = format(Math.max(0, plain(node.textContent) + change));
  title();
}

// The browser's tab, and the badge of the installed page, show how many comments wait.
let titleDue = false;
const name = document.title.split(" · ")[0].replace(/ \([^)]*\)$/, "");
async function title() {
  if (titleDue) return;
  titleDue = true;
  await painted();
  titleDue = false;
  const held = numberOf("held");
  document.title = `${name}${held === "0" ? "" : ` (${held})`} · Greenroom`;
  badge(plain(held));
}
title();

const numbers = new Intl.NumberFormat(document.documentElement.lang, { numberingSystem: "latn" });
const format = (number) => numbers.format(number);

function counts(answer) {
  for (const tab of ["held", "yours", "escalated", "mine", "approved", "rejected"]) {
    const node = label(tab);
    if (!node || !(tab in answer)) continue;
    node.textContent = answer.shown?.[tab] ?? format(answer[tab]);
    const place = node.closest("li");
    if (place.classList.contains("at-times")) place.hidden = !answer[tab] && tab !== body.dataset.tab;
  }
  title();
}

// Lease the visible cards again if there was a key or a click since the last lease. A lease lasts four minutes.
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
    // The server's numbers do not include requests that are still pending.
    if (!sending()) counts(found);
    const oldest = document.querySelector(".oldest time");
    if (oldest && found.oldest_words) oldest.textContent = found.oldest_words;
    const fresh = document.getElementById("fresh");
    fresh.hidden = !(found.fresh && body.dataset.tab === "held");
    fresh.textContent = words.fresh.replace("{n}", format(found.fresh));
    if (!cards().length && found[body.dataset.tab]) refill();
  } catch { /* The next poll retries. */ }
}

const sending = () => done.some((action) => action.pending) || undone.some((action) => action.goingBack);

/* More cards, and the context of a card */

const stuck = Object.assign(document.createElement("p"), { className: "notice bad", role: "alert", textContent: words.not_loaded });

// After a decision by key on the last card nothing has the focus, so move the focus to the next card.
const start = () => { if (!current && cards().length) go(cards()[0], { focus: document.activeElement === body }); };

function more({ fromTop = false } = {}) {
  if (loading || !(after || fromTop)) return loading;
  feed.setAttribute("aria-busy", "true");
  let isLoaded = false;
  const query = new URLSearchParams(view);
  if (fromTop) query.delete("after"); else query.set("after", after);
  loading = ask(`/queue/cards?${query}`).then(async (answer) => {
    after = answer.headers.get("X-After") ?? "";
    if (fromTop) { body.dataset.loaded = answer.headers.get("X-Loaded"); document.getElementById("fresh").hidden = true; }
    const piece = document.createRange().createContextualFragment(await answer.text());
    document.getElementById("next-page")?.remove();
    stuck.remove();
    for (const card of [...piece.querySelectorAll(".card")]) {
      if (document.getElementById(card.id)) continue;
      dressed(card);
      feed.append(card);
      start();
      // One card a frame: a key that is pressed meanwhile waits for the layout of one card, not of all.
      if (!selectingAll) await painted();
    }
    start();
    isLoaded = true;
  }).catch(() => { if (!cards().length) document.getElementById("notices").append(stuck); })
    .finally(() => { feed.setAttribute("aria-busy", "false"); loading = null; empty(); if (isLoaded) ahead(); });
  return loading;
}

// No card is left, so load the next page. After the last page, load the view from the top: there may be newer cards, cards that
// colleagues had on their screens, and earlier cards. But first wait for all pending requests, or cards that are already decided
// would come again.
async function refill() {
  await more();
  if (cards().length || after || body.dataset.tab === "mine") return;
  await Promise.allSettled([...done, ...undone].flatMap((action) => [action.sent, action.back]));
  if (!cards().length) await more({ fromTop: true });
}

function empty() {
  const all = cards();
  const some = all.length > 0;
  all.forEach((card, n) => { card.setAttribute("aria-posinset", n + 1); card.setAttribute("aria-setsize", after ? -1 : all.length); });
  // Screen readers expect articles in a feed, so an empty list has another role.
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
  contextShown();
}

// The buttons say whether the context is on the screen, so that a click does what they say.
function contextShown() {
  const shown = wide.matches ? !body.classList.contains("no-context") : aside.classList.contains("in-card");
  for (const button of feed.querySelectorAll('[data-tool="context"]')) {
    button.setAttribute("aria-expanded", shown);
    button.textContent = shown ? words.hide_context : words.show_context;
  }
}

function place() {
  // After a rotation or a resize the context panel moves to another place.
  if (wide.matches) { aside.classList.remove("in-card"); document.querySelector(".columns").append(aside); if (current) showContext(current); }
  contextShown();
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
  bulk.classList.toggle("on", picked().length > 0);
  bulk.querySelector(".bulk-count").textContent = selection();
}

// How many comments are selected, and on how many cards, where a card stands for several.
function selection() {
  const on = picked().length, number = comments(picked());
  const sentence = number === on ? words.selected : on === 1 ? words.selected_on_a_card : words.selected_on_cards;
  return sentence.replace("{n}", format(number)).replace("{cards}", format(on));
}

let selectingAll = false;
async function pickAll() {
  const all = picked().length < cards().length;
  selectingAll = true;
  for (let page = 0; all && after && page < 10; page += 1) await more();
  selectingAll = false;
  for (const card of cards()) pick(card, all);
  say(selection());
}

/* Keys */

// "All by this author" stays among the published or the rejected comments; elsewhere it lists what waits.
const ofState = ["approved", "rejected"].includes(body.dataset.tab) ? `&tab=${body.dataset.tab}` : "";
const chosen = () => (picked().length ? picked() : current ? [current] : []);
const sheetOpen = () => document.querySelector("details.reject[open]");

function sheet(which) {
  const home = picked().length ? bulk : current;
  // The list of colleagues is on the page once. A card gets a copy when its form is opened.
  const link = which === ".hand" && bulk ? home?.querySelector(".to-hand") : null;
  link?.replaceWith(bulk.querySelector(".hand").cloneNode(true));
  const details = home?.querySelector(`details${which}`);
  if (!details) return;
  closeTool();
  fillSheet(details);
  details.open = true;
  details.querySelector("summary").focus({ preventScroll: true });
}

// A card has its form of reasons from when it is first opened, and keeps it. As long as each card had one, the browser laid out all of
// them whenever cards came, since it looks for fields to fill in.
const reasons = bulk?.querySelector("details.reject:not(.hand) > .sheet");

function dressed(card) {
  dress(card);
  card.querySelector("h2").tabIndex = -1;
  if (reasons) card.querySelector("details.reject:not(.hand) > .sheet")?.remove();
}

function fillSheet(details) {
  if (reasons && !details.querySelector(".sheet")) details.append(reasons.cloneNode(true));
}

function tool(name) {
  if (!current) return;
  openTool(current, name, desk);
}

// What a tool of a card does to the page.
const desk = {
  say: (text) => show(text),
  replace(card, html) {
    const fresh = document.createRange().createContextualFragment(html).querySelector(".card");
    dressed(fresh);
    card.replaceWith(fresh);
    contexts.delete(card.dataset.id);
    if (current === card) go(fresh);
    contextShown();
  },
  // The card has left this tab. With `id` the step can be undone.
  leave(card, id, answer) {
    const { places, next } = take([card]);
    count(body.dataset.tab, -1);
    counts(answer);
    go(next);
    if (!id) return;
    const action = { id, kind: "approve", said: {}, cards: [card], places, number: 1, pending: false, sent: Promise.resolve(answer) };
    for (const outcome of answer.outcomes) if (outcome.id === card.dataset.id) version(card, outcome.version);
    done.push(action);
    undone.length = 0;
  },
};

// Under the tabs of what nobody has looked at, a key that would change nothing says that the moderator agrees.
const keeps = (state) => chosen().every((card) => card.querySelector(`[value="keep:${state}"]`)) && chosen().length ? `keep:${state}` : null;

const acts = {
  next: () => go(near(current, 1) ?? current),
  previous: () => go(near(current, -1) ?? current),
  approve: () => decide(chosen(), keeps("approved") ?? "approve"),
  reject: () => sheet(".reject:not(.hand)"),
  spam: () => decide(chosen(), keeps("rejected") ?? "spam"),
  escalate: () => sheet(".hand"),
  skip: () => current && body.dataset.tab === "held" && skip(current),
  undo,
  redo,
  select: () => current && pick(current, !current.classList.contains("picked")),
  extend_next: () => { pick(current, true); go(near(current, 1) ?? current); pick(current, true); },
  extend_previous: () => { pick(current, true); go(near(current, -1) ?? current); pick(current, true); },
  all: pickAll,
  context: toggleContext,
  details: () => current?.querySelector('[data-tool="details"]').click(),
  site: () => current?.querySelector('[data-tool="site"]')?.click(),
  ...Object.fromEntries(["note", "reply", "edit", "ban", "trust", "copy"].map((name) => [name, () => tool(name)])),
  reject_author: () => current?.querySelector("a.by-author")?.click(),
  density: () => document.getElementById("density").requestSubmit(),
  author: () => { if (current) location.assign(at(`/queue?site=${site}&author=${current.dataset.id}${ofState}`)); },
  search: () => document.getElementById("search").focus(),
  focus: () => { body.classList.toggle("focused"); if (current) go(current); },
  help: () => openHelp(),
};
const looking = new Set(["next", "previous", "context", "details", "site", "copy", "author", "search", "focus", "density", "help"]);

const typing = (target) => target.closest?.("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") { escape(event); return; }
  if (typing(event.target) || body.dataset.keys === "off") return;
  sayCapsLock(event);
  // While a sheet is open, only its own keys work, so that nothing behind it is decided.
  if (toolOpen()) return;
  if (sheetOpen()) { sheetKey(event, sheetOpen()); return; }
  const act = actOf(event, keymap());
  if (!act || (body.dataset.may !== "decide" && !looking.has(act))) return;
  event.preventDefault();
  acts[act]();
});

function escape(event) {
  const open = sheetOpen();
  if (open) { open.open = false; open.querySelector("summary").focus(); } else if (toolOpen()) { closeTool(); if (current) go(current); }
  else if (body.classList.contains("focused")) acts.focus();
  else if (typing(event.target)) event.target.blur();
}

// A digit presses a button of the sheet, Enter the one marked ↵, and `m` goes to the message.
function sheetKey(event, open) {
  const key = event.key === "Enter" && !event.target.closest(".sheet") ? "↵" : digitOf(event) || actOf(event, SHEET_KEYS);
  if (!key) return;
  event.preventDefault();
  if (key === "m") open.querySelector(".sheet input").focus();
  else open.querySelector(`.sheet button[data-key="${key}"]`)?.click();
}
const SHEET_KEYS = new Map([["m", "m"]]);

let capsSaid = false;
function sayCapsLock(event) {
  const on = Boolean(capsLock(event));
  const notice = document.getElementById("caps");
  if (on === capsSaid) return;
  capsSaid = on;
  notice.hidden = !on;
  if (on) say(notice.textContent);
}

/* The same by mouse and touch */

document.addEventListener("submit", (event) => {
  const { target, submitter } = event;
  if (target.id === "undo-form" && done.length) { event.preventDefault(); undo(); return; }
  if (target.id === "redo-form" && undone.length) { event.preventDefault(); redo(); return; }
  if (submitter?.name !== "act" || submitter.hasAttribute("formaction")) return;
  event.preventDefault();
  // Enter in the message of a sheet presses the button marked ↵. Elsewhere Enter does nothing.
  const button = submitter.matches(".enter") ? document.activeElement.closest(".sheet")?.querySelector('[data-key="↵"]') : submitter;
  if (!button) return;
  const box = button.closest(".sheet")?.querySelector("input");
  decide(target === bulk ? picked() : [target.closest(".card")], button.value, { note: box?.value ?? "", box });
});

feed.addEventListener("click", (event) => {
  const summary = event.target.closest("details.reject > summary");
  if (summary) fillSheet(summary.parentElement);
  const link = event.target.closest("a.to-hand, button[data-tool]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  go(link.closest(".card"), { focus: false });
  if (link.matches(".to-hand")) { for (const card of picked()) pick(card, false); sheet(".hand"); }
  else acts[link.dataset.tool]();
});
for (const kind of ["focusin", "pointerdown"]) feed.addEventListener(kind, (event) => {
  const card = event.target.closest(".card");
  if (card && card !== current) go(card, { focus: false });
});
feed.addEventListener("change", (event) => {
  if (event.target.matches(".pick input")) pick(event.target.closest(".card"), event.target.checked);
});
document.addEventListener("toggle", (event) => {
  // Only one sheet may be open.
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
const closeBar = document.getElementById("close-bar");
closeBar?.removeAttribute("hidden");
closeBar?.addEventListener("click", () => { bar.hidden = true; if (current) go(current); });
addEventListener("beforeunload", (event) => { if (sending()) event.preventDefault(); });
wide.addEventListener("change", place);
if (body.dataset.may === "decide" && body.dataset.tab === "held") swipes(feed, { right: () => decide([current], "approve"), left: acts.reject });

cards().forEach(dressed);
contextShown();
if (cards().length) {
  aside.dataset.id = cards()[0].dataset.id;
  go(cards()[0], { focus: false });
}
for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, () => { awake = Date.now(); }, { passive: true });
leases();
shownKey();
setInterval(poll, 15000);
document.addEventListener("visibilitychange", poll);
