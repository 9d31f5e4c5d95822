// Comments of a Greenroom site on a page of its host: <greenroom-comments> and <greenroom-count>. docs/embed.md has all attributes.
// What people wrote is only ever inserted as text.
const BASE = new URL(".", import.meta.url).href;
const MOST_TOKENS = 20;
let ids = 0;

// An element from "tag.class": the class gets our prefix.
function make(kind, attributes = {}, ...children) {
  const [tag, name] = kind.split(".");
  const element = document.createElement(tag);
  if (name) element.className = `greenroom-${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value || value === 0) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter(Boolean));
  return element;
}

const newId = () => `greenroom-${++ids}`;
const filled = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const paragraphs = (text) => text.split(/\n\s*\n/).map((part) =>
  make("p", { dir: "auto" }, ...part.split("\n").flatMap((line, n) => (n ? [make("br"), line] : [line]))));
const here = () => location.href.split("#")[0];
const languageOf = (element) => element.closest("[lang]")?.lang;

// The language of the page first, then those of the reader. More than 128 bytes would need a preflight.
const accepted = (element) => [...new Set([languageOf(element), ...navigator.languages])].filter(Boolean).slice(0, 5)
  .map((code, n) => `${code};q=${(10 - n) / 10}`).join();

class Refused extends Error {}

// With fields it is a form, which needs no preflight.
async function ask(site, path, fields, language) {
  const headers = { Accept: "application/json" };
  if (language) headers["Accept-Language"] = language;
  const body = fields && new URLSearchParams(Object.entries(fields).filter(([, value]) => value));
  const answer = await fetch(BASE + path, { method: body ? "POST" : "GET", body, headers, credentials: "omit" }).catch((error) => {
    console.warn(`No answer from Greenroom. Is this an origin of the site? greenroom site set ${site} --add-origin ${location.origin}`);
    throw error;
  });
  if (answer.status === 204) return null;
  const result = await answer.json();
  if (!answer.ok) throw Object.assign(new Refused(result.detail), { faults: result.errors });
  return result;
}

class GreenroomComments extends HTMLElement {
  connectedCallback() {
    this.observer = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && this.load(), { rootMargin: "600px" });
    if (location.hash.startsWith("#comment-")) this.load();
    else this.observer.observe(this);
  }

  disconnectedCallback() {
    this.observer.disconnect();
    clearTimeout(this.timer);
  }

  async load() {
    this.disconnectedCallback();
    const turn = (this.turn = {});
    this.site = this.getAttribute("site");
    this.thread = this.getAttribute("thread") || document.querySelector("link[rel=canonical]")?.href || here();
    this.accepted = accepted(this);
    const query = new URLSearchParams({ site: this.site, order: this.getAttribute("order") || "oldest" });
    this.place = `greenroom ${this.site} ${this.thread}`;
    this.feed = `v1/threads/${encodeURIComponent(this.thread)}/comments?${query}`;
    try {
      const [offer, first, own] = await Promise.all([this.offer(), this.ask(this.feed), this.own().catch(() => [])]);
      // An earlier load may end after a later one.
      if (turn !== this.turn) return;
      style(this);
      this.show(offer, first, own);
    } catch (error) {
      // What the page has inside the element stays.
      console.warn("Greenroom:", error.message);
    }
  }

  ask(path, fields) {
    return ask(this.site, path, fields, this.accepted);
  }

  async offer() {
    const offer = await this.ask(`f/${this.site}?${new URLSearchParams({ thread: this.thread })}`);
    Object.assign(this, { rendered: offer.rendered, trap: offer.trap, mails: offer.mails });
    return offer;
  }

  show({ words, language, direction, closed }, first, own) {
    Object.assign(this, { words, closed, locale: language, items: new Map(), count: first.count });
    this.heading = make(`h${this.getAttribute("heading") || 2}.count`, { id: newId() });
    this.status = make("p.status", { role: "status", tabindex: -1 });
    this.list = make("ol.list");
    const more = make("div");
    const form = closed ? make("p.hint", {}, words.closed) : this.form();
    if (this.main?.elements && !closed) form.elements.text.value = this.main.elements.text.value;
    this.main = form;
    const about = { lang: language, dir: direction, "aria-labelledby": this.heading.id };
    this.replaceChildren(make("section.comments", about, this.heading, this.list, more, this.status, form));
    this.add(first, this.list, more, words.more, this.feed);
    this.showOwn(own);
    if (location.hash.startsWith("#comment-")) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }

  // Appends a page of the feed to a list. `place` gets the button for the next page.
  add(page, list, place, label, path) {
    for (const comment of page.comments) if (!this.items.has(comment.id)) list.append(this.item(comment));
    place.replaceChildren();
    if (page.next_cursor) this.addButton(list, place, label, path, page.next_cursor);
  }

  addButton(list, place, label, path, cursor) {
    const next = async () => {
      const last = list.lastElementChild;
      this.add(await this.ask(cursor ? `${path}&after=${cursor}` : path), list, place, label, path);
      (last ? last.nextElementSibling : list.firstElementChild)?.focus();
    };
    place.append(make("button.more", { type: "button", onclick: ({ currentTarget }) => this.attempt(currentTarget, next) }, label));
  }

  item(comment) {
    const { words } = this;
    const name = comment.author.name || words.anonymous;
    const url = /^https?:/.test(comment.author.url) && comment.author.url;
    const time = new Date(comment.posted_at).toLocaleString(this.locale, { dateStyle: "medium", timeStyle: "short" });
    const byline = make("div.byline", { id: newId() },
      make(url ? "a.author" : "span.author", { href: url, rel: url && "nofollow ugc noopener noreferrer" }, make("bdi", {}, name)), " ",
      make("a.when", { href: `#comment-${comment.id}` }, make("time", { datetime: comment.posted_at }, time)), " ",
      comment.edited && make("span.edited", {}, words.edited));
    const entry = {
      id: comment.id, name, text: make("div.text", { dir: "auto" }, ...paragraphs(comment.text)), badge: make("p.state", { hidden: true }),
      tools: make("div.tools"), below: make("div"), replies: make("ol.replies"),
    };
    const more = make("div");
    entry.li = make("li.comment", { id: `comment-${comment.id}`, tabindex: -1 },
      make("article", { "aria-labelledby": byline.id }, byline, entry.badge, entry.text, entry.tools, entry.below), entry.replies, more);
    this.items.set(comment.id, entry);
    this.addTools(entry);
    for (const reply of comment.replies || []) entry.replies.append(this.item(reply));
    if (comment.more_replies) {
      const [path, cursor] = comment.more_replies.slice(comment.more_replies.indexOf("v1/threads/")).split("&after=");
      this.addButton(entry.replies, more, words.more_replies, path, cursor);
    }
    return entry.li;
  }

  tool(entry, word, act, label) {
    const onclick = ({ currentTarget }) => act(currentTarget);
    entry.tools.append(make(`button.${word}`, { type: "button", "aria-label": label, onclick }, this.words[word]), " ");
  }

  addTools(entry) {
    const { reply_to, report_of, report } = this.words;
    if (!this.closed) this.tool(entry, "reply", (button) => this.open(entry, button), filled(reply_to, entry));
    const href = `${BASE}report/${entry.id}`;
    entry.tools.append(make("a.report", { href, rel: "nofollow", target: "_blank", "aria-label": filled(report_of, entry) }, report), " ");
  }

  open(entry, button, edited) {
    entry.close = () => {
      entry.below.replaceChildren();
      button.focus();
    };
    entry.below.replaceChildren(this.form(entry, edited));
    entry.below.querySelector("textarea").focus();
  }

  // A form to write, to reply to an entry, or to edit one's own.
  form(entry, edited) {
    const { words } = this;
    const field = (kind, name, title, attributes) => {
      const id = newId();
      const fault = make("span.fault", { id: `${id}-fault` });
      return make("p", {}, make("label", { for: id }, title), make(kind, { id, name, dir: "auto", ...attributes }), fault);
    };
    const trap = make("p", { "aria-hidden": "true" }, make("label", {}, words.trap, make("input", { name: this.trap, tabindex: -1, autocomplete: "off" })));
    Object.assign(trap.style, { position: "absolute", clipPath: "inset(50%)" });
    const asked = edited ? [] : [
      field("input", "name", words.name, { maxlength: 200, autocomplete: "name" }),
      field("input", "email", `${words.email} (${words.never_shown})`, { type: "email", maxlength: 320, autocomplete: "email" }),
      this.hasAttribute("website") && field("input", "url", words.website, { maxlength: 2048, autocomplete: "url", inputmode: "url" }),
      this.mails && make("p", {}, make("label", {}, make("input", { type: "checkbox", name: "mail_me", value: "on" }), " ", words.mail_me), " ", make("span.hint", {}, words.mail_kept)),
      trap,
    ];
    const form = make("form.form", {
      "aria-label": edited ? words.edit : entry ? filled(words.reply_to, entry) : words.write,
      onsubmit: (event) => {
        event.preventDefault();
        this.attempt(form.querySelector("[type=submit]"), () => this.send(form, entry, edited), (error) => this.refuse(form, error));
      },
      onkeydown: ({ key }) => key === "Escape" && entry?.close(),
    }, make("p.faults", { role: "alert" }), field("textarea", "text", words.text, { rows: 5, maxlength: 10000, required: true }), ...asked,
    make("p.actions", {}, make("button", { type: "submit" }, edited ? words.save : words.send), " ",
      entry && make("button.cancel", { type: "button", onclick: () => entry.close() }, words.cancel), " ", make("span.hint", {}, words.review)));
    if (edited) form.elements.text.value = edited.text;
    return form;
  }

  async send(form, entry, edited) {
    this.refuse(form, { faults: [] });
    const fields = Object.fromEntries(new FormData(form));
    if (edited) {
      await this.ask(`f/${this.site}/own/edit`, { ...fields, token: edited.token });
    } else {
      const hidden = { thread: this.thread, parent: entry?.id, rendered: this.rendered, return_to: here() };
      const sent = await this.ask(`f/${this.site}`, { ...fields, ...hidden });
      this.keep([...this.tokens(), sent.token]);
    }
    if (entry) entry.below.replaceChildren();
    else form.reset();
    this.showOwn(await this.own());
    this.say(edited ? this.words.saved : this.words.sent);
    this.watch(2000);
  }

  // Shows what is wrong beside each field, or takes it away again.
  refuse(form, { message = "", faults }) {
    for (const input of form.querySelectorAll("[id][name]")) {
      const fault = faults.find(({ pointer }) => pointer === `/${input.name}`);
      input.toggleAttribute("aria-invalid", Boolean(fault));
      input.setAttribute("aria-describedby", `${input.id}-fault`);
      input.nextSibling.textContent = fault?.detail || "";
    }
    const wrong = form.querySelector("[aria-invalid]");
    form.querySelector(".greenroom-faults").textContent = wrong ? "" : faults[0]?.detail || message;
    wrong?.focus();
    // A form that was open for too long needs a new token.
    if (faults.some(({ pointer }) => pointer === "/rendered")) this.offer();
  }

  async attempt(button, act, tell = (error) => this.say(error.message)) {
    button.disabled = true;
    try {
      await act();
    } catch (error) {
      tell(error instanceof Refused ? error : { message: this.words.failed, faults: [] });
    }
    button.disabled = false;
  }

  say(words) {
    this.status.textContent = words;
    this.status.focus({ preventScroll: true });
  }

  // The browser keeps a token for each comment of this reader, and nothing else.
  tokens() {
    try {
      return JSON.parse(localStorage.getItem(this.place)) || [];
    } catch {
      return this.unkept || [];
    }
  }

  keep(tokens) {
    this.unkept = tokens.slice(-MOST_TOKENS);
    try {
      if (tokens.length) localStorage.setItem(this.place, JSON.stringify(this.unkept));
      else localStorage.removeItem(this.place);
    } catch { /* The browser keeps nothing, so only this page knows. */ }
  }

  async own() {
    const tokens = this.tokens();
    if (!tokens.length) return [];
    const { comments } = await this.ask(`f/${this.site}/own`, { tokens: tokens.join(" ") });
    this.keep(comments.filter((own) => own.changeable_until || own.state !== "approved").map(({ token }) => token));
    return comments;
  }

  showOwn(comments) {
    this.list.querySelector(".greenroom-none")?.remove();
    for (const own of comments) {
      const known = this.items.get(own.id);
      // It is on a later page.
      if (!known && own.state === "approved") continue;
      if (!known) (this.items.get(own.parent)?.replies || this.list).append(this.item({ ...own, author: own }));
      const before = known?.own;
      if (before?.state === own.state && before.text === own.text) continue;
      if (before) this.count += (own.state === "approved") - (before.state === "approved");
      this.mark(this.items.get(own.id), own);
    }
    if (!this.items.size) this.list.append(make("li.none", {}, this.words.none));
    this.heading.textContent = filled(this.words.heading, { count: this.count.toLocaleString(this.locale) });
  }

  mark(entry, own) {
    const isPublic = own.state === "approved";
    entry.text.replaceChildren(...paragraphs(own.text));
    entry.own = own;
    entry.li.classList.toggle("greenroom-waiting", !isPublic);
    entry.badge.hidden = isPublic;
    entry.badge.textContent = `${this.words[own.state === "rejected" ? "rejected" : "waiting"]} `;
    if (own.statement) entry.badge.append(make("a", { href: own.statement, target: "_blank" }, this.words.why));
    entry.tools.replaceChildren();
    if (isPublic) this.addTools(entry);
    if (!own.changeable_until) return;
    this.tool(entry, "edit", (button) => this.open(entry, button, own));
    this.tool(entry, "delete", (button) => this.erase(own, button));
  }

  erase(own, button) {
    if (!confirm(this.words.sure)) return;
    this.attempt(button, async () => {
      await this.ask(`f/${this.site}/own/delete`, { token: own.token });
      await this.load();
      this.say(this.words.deleted);
    });
  }

  // Asks again, ever less often, while a comment of this reader has no verdict.
  watch(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      const own = await this.own().catch(() => []);
      this.showOwn(own);
      if (pause < 60000 && own.some(({ state }) => state === "pending")) this.watch(pause * 2);
    }, pause);
  }
}

const bySite = new Map();

async function showCounts(site, elements) {
  const threads = new Set(elements.map(({ thread }) => thread));
  const pairs = [...threads].map((thread) => ["thread", thread]);
  const { counts } = await ask(site, `v1/counts?${new URLSearchParams([["site", site], ...pairs])}`);
  for (const element of elements) element.textContent = counts[element.thread].toLocaleString(languageOf(element));
}

// One request for all elements that come at the same time, in parts of twenty.
class GreenroomCount extends HTMLElement {
  connectedCallback() {
    if (!bySite.size) setTimeout(() => {
      for (const [site, elements] of bySite) {
        while (elements.length) showCounts(site, elements.splice(0, 20)).catch((error) => console.warn("Greenroom:", error.message));
      }
      bySite.clear();
    });
    const site = this.getAttribute("site");
    this.thread = this.getAttribute("thread");
    bySite.set(site, [...(bySite.get(site) || []), this]);
  }
}

// The default style comes before the style of the page. An element with `bare` wants none.
function style(element) {
  const href = `${BASE}embed.css`;
  if (element.hasAttribute("bare") || document.querySelector(`link[href="${href}"]`)) return;
  document.head.prepend(make("link", { rel: "stylesheet", href }));
}

if (!customElements.get("greenroom-comments")) {
  customElements.define("greenroom-comments", GreenroomComments);
  customElements.define("greenroom-count", GreenroomCount);
}
