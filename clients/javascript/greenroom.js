/**
 * The client of Greenroom: send, follow and decide about comments, and verify webhooks.
 *
 * It needs only `fetch` and WebCrypto: Node 20 or later, Deno, Bun, workers at the edge, browsers. A key belongs on a server, never in a page.
 * @module
 */

/** @typedef {{id: string, url?: string, title?: string}} DraftThread The page: `id` is your own word for it. A new `url` or `title` replaces the old one. */
/** @typedef {{name?: string, email?: string, url?: string, id?: string, verified?: boolean}} DraftAuthor */
/** @typedef {{ip?: string, user_agent?: string, referrer?: string, language?: string, posted_at?: string, honeypot?: string, seconds_to_submit?: number}} DraftContext */
/** @typedef {{thread: DraftThread, text: string, author?: DraftAuthor, parent?: string, external_id?: string, context?: DraftContext}} Draft */
/** @typedef {"pending" | "approved" | "held" | "rejected" | "erased"} State */
/** @typedef {{id: string, url: string, state: State, version: number}} Accepted */
/** @typedef {Accepted & {revision: number, external_id: string | null, thread: {id: string, url: string, title: string}, parent: string | null,
 *   author: {name: string, url: string, id: string, verified: boolean}, text: string, received_at: string, updated_at: string,
 *   judged_at: string | null, verdict: Record<string, any> | null}} Comment */
/** @typedef {{id: string, comment: string, from_state: State, state: State, version: number}} Decided */
/** @typedef {{pointer: string, code: string, detail: string}} Fault One wrong field: a JSON pointer such as `/author/email`, or `query:name`, `header:name`. */
/** @typedef {{type: string, timestamp: string, data: Record<string, any>}} Webhook */

/** The first pause is up to this many milliseconds, and each further one up to twice as long, at most LONGEST_PAUSE. */
const FIRST_PAUSE = 250, LONGEST_PAUSE = 8000;
/** Answers after which the same request may succeed, and those after which nothing has happened, so that any request may be sent again. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]), UNTOUCHED = new Set([408, 425, 429]);

/** Any error of this client. */
export class GreenroomError extends Error {
  name = this.constructor.name;
}

/** Greenroom answered with an error (RFC 9457). `code` is a word for programs; /docs/errors of your Greenroom explains it. */
export class Refused extends GreenroomError {
  /**
   * @param {number} status
   * @param {Record<string, any>} problem
   * @param {number | null} [retryAfter] seconds to wait before the next try, if Greenroom named them
   */
  constructor(status, problem, retryAfter = null) {
    /** @type {Fault[]} */
    const faults = problem.errors ?? [];
    const fields = faults.map((fault) => `; ${fault.pointer || "body"}: ${fault.detail}`).join("");
    super(`${[status, problem.code].filter(Boolean).join(" ")}: ${problem.detail ?? ""}${fields}`);
    this.status = status;
    this.code = String(problem.code ?? "");
    this.detail = String(problem.detail ?? "");
    this.faults = faults;
    this.requestId = String(problem.request_id ?? "");
    this.retryAfter = retryAfter;
  }
}

/** Greenroom was not reached, or its answer did not arrive. What was asked for may have happened, or not. */
export class NoAnswer extends GreenroomError {}

/** A comment has no verdict yet. It is stored, and its verdict will come. */
export class StillPending extends GreenroomError {}

/** A request is not from Greenroom, is too old, or was changed on its way. Answer it with 400 and do nothing else. */
export class InvalidWebhook extends GreenroomError {}

/** One site of a Greenroom, by one of its keys. */
export class Client {
  #url;
  #key;
  #timeout;
  #patience;

  /**
   * @param {string} url the address of the Greenroom
   * @param {string} key a key of the site
   * @param {{timeout?: number, patience?: number}} [options] milliseconds for one try, and for all tries of one request together
   */
  constructor(url, key, { timeout = 15_000, patience = 30_000 } = {}) {
    if (!/^https?:\/\//.test(url)) throw new TypeError(`expected the address of a Greenroom, such as https://comments.example, not ${url}`);
    this.#url = url.replace(/\/+$/, "");
    this.#key = key;
    this.#timeout = timeout;
    this.#patience = patience;
  }

  /**
   * Store a comment, once, however often this has to send it. `wait`: seconds to wait for the verdict, at most 10. `idempotencyKey`: a name
   * of this comment, if you may have to send it again after a restart of your own.
   * @param {Draft} draft
   * @param {{wait?: number, idempotencyKey?: string}} [options]
   * @returns {Promise<Accepted>}
   */
  submit(draft, { wait = 0, idempotencyKey = crypto.randomUUID() } = {}) {
    /** @type {Record<string, string>} */
    const headers = { "Idempotency-Key": idempotencyKey };
    if (wait) headers.Prefer = `wait=${wait}`;
    return this.#ask("POST", "/v1/comments", { body: draft, headers, repeatable: true });
  }

  /**
   * The comment with its verdict.
   * @param {string} id
   * @returns {Promise<Comment>}
   */
  get(id) {
    return this.#ask("GET", path(id), { repeatable: true });
  }

  /**
   * The comment once it is judged. Throws StillPending after so many milliseconds.
   * @param {string} id
   * @param {{timeout?: number}} [options]
   * @returns {Promise<Comment>}
   */
  async waitForVerdict(id, { timeout = 60_000 } = {}) {
    for (const until = Date.now() + timeout; ; ) {
      const comment = await this.get(id);
      if (comment.state !== "pending") return comment;
      if (Date.now() > until) throw new StillPending(`${id} has no verdict after ${timeout / 1000} seconds`);
      await sleep(500);
    }
  }

  /**
   * All comments that match, page by page. With `state` in the order of arrival, else in the order of the last change; in
   * that order a comment that changes while you read comes again.
   * @param {{state?: State, thread?: string, updated_after?: string}} [filter]
   * @returns {AsyncGenerator<Comment, void, undefined>}
   */
  async *list(filter = {}) {
    const query = new URLSearchParams({ limit: "200" });
    for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, value);
    for (;;) {
      const page = await this.#ask("GET", `/v1/comments?${query}`, { repeatable: true });
      yield* page.comments;
      if (page.next_cursor === null) return;
      query.set("after", page.next_cursor);
    }
  }

  /**
   * Approve, reject, hold, or undo the last decision. With `version` it is refused if the comment has changed since. After NoAnswer look at the
   * comment before you decide again.
   * @param {string} id
   * @param {"approve" | "reject" | "hold" | "undo"} decision
   * @param {{reason?: string, note?: string, version?: number}} [options]
   * @returns {Promise<Decided>}
   */
  decide(id, decision, { reason, note, version } = {}) {
    return this.#ask("POST", `${path(id)}/decision`, { body: { decision, reason, note, version } });
  }

  /**
   * Replace the text. The comment is pending again. After NoAnswer look at the comment before you edit again.
   * @param {string} id
   * @param {string} text
   * @param {{version?: number}} [options]
   * @returns {Promise<Comment>}
   */
  edit(id, text, { version } = {}) {
    return this.#ask("PATCH", path(id), { body: { text, version } });
  }

  /**
   * Erase text and author for good.
   * @param {string} id
   * @returns {Promise<void>}
   */
  erase(id) {
    return this.#ask("DELETE", path(id), { repeatable: true });
  }

  /**
   * The JSON of the answer. `repeatable`: the request has the same effect if it arrives twice, so it is sent again also when its answer was lost.
   * @param {string} method
   * @param {string} target
   * @param {{body?: object, headers?: Record<string, string>, repeatable?: boolean}} options
   * @returns {Promise<any>}
   */
  async #ask(method, target, { body, headers = {}, repeatable = false }) {
    for (let tries = 0, until = Date.now() + this.#patience; ; tries++) {
      try {
        return await this.#try(method, target, body, headers);
      } catch (error) {
        const named = error instanceof Refused ? (error.retryAfter ?? 0) * 1000 : 0;
        // Random, so that many clients do not come back at once.
        const pause = Math.max(named, Math.random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** tries));
        if (!mayPass(error, repeatable) || Date.now() + pause > until) throw error;
        await sleep(pause);
      }
    }
  }

  /**
   * @param {string} method
   * @param {string} target
   * @param {object | undefined} body
   * @param {Record<string, string>} headers
   */
  async #try(method, target, body, headers) {
    const sent = { Accept: "application/json", Authorization: `Bearer ${this.#key}`, ...headers };
    if (body) Object.assign(sent, { "Content-Type": "application/json" });
    let response, text;
    try {
      const signal = AbortSignal.timeout(this.#timeout);
      // A redirect would carry the key to another host.
      response = await fetch(this.#url + target, { method, headers: sent, body: body && JSON.stringify(body), redirect: "manual", signal });
      text = await response.text();
      if (response.ok) return text ? JSON.parse(text) : undefined;
    } catch (error) {
      throw new NoAnswer(`${this.#url} did not answer: ${reason(error)}`, { cause: error });
    }
    throw new Refused(response.status, problem(text), seconds(response.headers.get("Retry-After")));
  }
}

/**
 * The webhook in this request. Throws InvalidWebhook if it is not from Greenroom.
 * @param {string | Uint8Array | ArrayBuffer} body the exact body, before it is parsed
 * @param {Headers | Record<string, string | string[] | undefined>} headers
 * @param {string | string[]} secrets the secret of the endpoint, or several while one is replaced
 * @param {{tolerance?: number, now?: number}} [options] seconds; `now` since 1970
 * @returns {Promise<Webhook>}
 */
export async function verifyWebhook(body, headers, secrets, { tolerance = 300, now = Date.now() / 1000 } = {}) {
  const [id, at, signatures] = ["id", "timestamp", "signature"].map((name) => header(headers, `webhook-${name}`));
  if (!/^\d{1,15}$/.test(at)) throw new InvalidWebhook("webhook-timestamp: expected whole seconds since 1970");
  if (Math.abs(now - Number(at)) > tolerance) {
    throw new InvalidWebhook(`webhook-timestamp: expected at most ${tolerance} seconds from now; check your clock`);
  }
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : new Uint8Array(body);
  const head = new TextEncoder().encode(`${id}.${at}.`);
  const signed = new Uint8Array(head.length + bytes.length);
  signed.set(head);
  signed.set(bytes, head.length);
  for (const secret of [secrets].flat()) {
    const key = await crypto.subtle.importKey("raw", keyOf(secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    for (const one of signatures.split(" ")) {
      const signature = one.startsWith("v1,") ? fromBase64(one.slice(3)) : null;
      if (signature && (await crypto.subtle.verify("HMAC", key, signature, signed))) return JSON.parse(new TextDecoder().decode(bytes));
    }
  }
  throw new InvalidWebhook("webhook-signature: no signature fits this body and secret");
}

/** @param {unknown} error @param {boolean} repeatable */
function mayPass(error, repeatable) {
  if (!(error instanceof Refused)) return repeatable && error instanceof NoAnswer;
  return UNTOUCHED.has(error.status) || (repeatable && (PASSING.has(error.status) || error.code === "in_progress"));
}

/** @param {string} id */
function path(id) {
  return `/v1/comments/${encodeURIComponent(id)}`;
}

/** The innermost cause: `fetch` itself says only "fetch failed". @param {any} error */
function reason(error) {
  return String(error?.cause?.message || error?.cause?.code || error?.message || error);
}

/** The problem in this body. A proxy in between may answer with something else than JSON. @param {string} text @returns {Record<string, any>} */
function problem(text) {
  try {
    const read = JSON.parse(text);
    if (read && typeof read === "object") return read;
  } catch { /* no JSON */ }
  return { detail: text.slice(0, 200) };
}

/** Seconds of a Retry-After header, which is a number or a date. @param {string | null} value */
function seconds(value) {
  if (!value) return null;
  if (/^\s*\d+\s*$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, (at - Date.now()) / 1000);
}

/** @param {Headers | Record<string, string | string[] | undefined>} headers @param {string} name */
function header(headers, name) {
  const pairs = headers instanceof Headers ? [...headers] : Object.entries(headers);
  const value = pairs.find(([known]) => known.toLowerCase() === name)?.[1];
  if (!value) throw new InvalidWebhook(`the request has no header ${name}`);
  return Array.isArray(value) ? value.join(" ") : value;
}

/** @param {string} secret */
function keyOf(secret) {
  const key = fromBase64(secret.replace(/^whsec_/, ""));
  if (!key?.length) throw new TypeError("secrets: expected the secret of an endpoint, which begins with whsec_");
  return key;
}

/** The bytes; null if this is no base64. @param {string} text */
function fromBase64(text) {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

/** @param {number} milliseconds @returns {Promise<void>} */
function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
