/**
 * The webhook in this request. Throws InvalidWebhook if it is not from Greenroom.
 * @param {string | Uint8Array | ArrayBuffer} body the exact body, before it is parsed
 * @param {Headers | Record<string, string | string[] | undefined>} headers
 * @param {string | string[]} secrets the secret of the endpoint, or several while one is replaced
 * @param {{tolerance?: number, now?: number}} [options] seconds; `now` since 1970
 * @returns {Promise<Webhook>}
 */
export function verifyWebhook(body: string | Uint8Array | ArrayBuffer, headers: Headers | Record<string, string | string[] | undefined>, secrets: string | string[], { tolerance, now }?: {
    tolerance?: number;
    now?: number;
}): Promise<Webhook>;
/** Any error of this client. */
export class GreenroomError extends Error {
}
/** Greenroom answered with an error (RFC 9457). `code` is a word for programs; /docs/errors of your Greenroom explains it. */
export class Refused extends GreenroomError {
    /**
     * @param {number} status
     * @param {Record<string, any>} problem
     * @param {number | null} [retryAfter] seconds to wait before the next try, if Greenroom named them
     */
    constructor(status: number, problem: Record<string, any>, retryAfter?: number | null);
    status: number;
    code: string;
    detail: string;
    faults: Fault[];
    requestId: string;
    retryAfter: number | null;
}
/** Greenroom was not reached, or its answer did not arrive. What was asked for may have happened, or not. */
export class NoAnswer extends GreenroomError {
}
/** A comment has no verdict yet. It is stored, and its verdict will come. */
export class StillPending extends GreenroomError {
}
/** A request is not from Greenroom, is too old, or was changed on its way. Answer it with 400 and do nothing else. */
export class InvalidWebhook extends GreenroomError {
}
/** One site of a Greenroom, by one of its keys. */
export class Client {
    /**
     * @param {string} url the address of the Greenroom
     * @param {string} key a key of the site
     * @param {{timeout?: number, patience?: number}} [options] milliseconds for one try, and for all tries of one request together
     */
    constructor(url: string, key: string, { timeout, patience }?: {
        timeout?: number;
        patience?: number;
    });
    /**
     * Store a comment, once, however often this has to send it. `wait`: seconds to wait for the verdict, at most 10. `idempotencyKey`: a name
     * of this comment, if you may have to send it again after a restart of your own.
     * @param {Draft} draft
     * @param {{wait?: number, idempotencyKey?: string}} [options]
     * @returns {Promise<Accepted>}
     */
    submit(draft: Draft, { wait, idempotencyKey }?: {
        wait?: number;
        idempotencyKey?: string;
    }): Promise<Accepted>;
    /**
     * The comment with its verdict.
     * @param {string} id
     * @returns {Promise<Comment>}
     */
    get(id: string): Promise<Comment>;
    /**
     * The comment once it is judged. Throws StillPending after so many milliseconds.
     * @param {string} id
     * @param {{timeout?: number}} [options]
     * @returns {Promise<Comment>}
     */
    waitForVerdict(id: string, { timeout }?: {
        timeout?: number;
    }): Promise<Comment>;
    /**
     * All comments that match, page by page. With `state` in the order of arrival, else in the order of the last change; in
     * that order a comment that changes while you read comes again.
     * @param {{state?: State, thread?: string, updated_after?: string}} [filter]
     * @returns {AsyncGenerator<Comment, void, undefined>}
     */
    list(filter?: {
        state?: State;
        thread?: string;
        updated_after?: string;
    }): AsyncGenerator<Comment, void, undefined>;
    /**
     * Approve, reject, hold, or undo the last decision. With `version` it is refused if the comment has changed since. After NoAnswer look at the
     * comment before you decide again.
     * @param {string} id
     * @param {"approve" | "reject" | "hold" | "undo"} decision
     * @param {{reason?: string, note?: string, version?: number}} [options]
     * @returns {Promise<Decided>}
     */
    decide(id: string, decision: "approve" | "reject" | "hold" | "undo", { reason, note, version }?: {
        reason?: string;
        note?: string;
        version?: number;
    }): Promise<Decided>;
    /**
     * Replace the text. The comment is pending again. After NoAnswer look at the comment before you edit again.
     * @param {string} id
     * @param {string} text
     * @param {{version?: number}} [options]
     * @returns {Promise<Comment>}
     */
    edit(id: string, text: string, { version }?: {
        version?: number;
    }): Promise<Comment>;
    /**
     * Erase text and author for good.
     * @param {string} id
     * @returns {Promise<void>}
     */
    erase(id: string): Promise<void>;
    #private;
}
/**
 * The page: `id` is your own word for it. A new `url` or `title` replaces the old one.
 */
export type DraftThread = {
    id: string;
    url?: string;
    title?: string;
};
export type DraftAuthor = {
    name?: string;
    email?: string;
    url?: string;
    id?: string;
    verified?: boolean;
};
export type DraftContext = {
    ip?: string;
    user_agent?: string;
    referrer?: string;
    language?: string;
    posted_at?: string;
    honeypot?: string;
    seconds_to_submit?: number;
};
export type Draft = {
    thread: DraftThread;
    text: string;
    author?: DraftAuthor;
    parent?: string;
    external_id?: string;
    context?: DraftContext;
};
export type State = "pending" | "approved" | "held" | "rejected" | "erased";
export type Accepted = {
    id: string;
    url: string;
    state: State;
    version: number;
};
export type Comment = Accepted & {
    revision: number;
    external_id: string | null;
    thread: {
        id: string;
        url: string;
        title: string;
    };
    parent: string | null;
    author: {
        name: string;
        url: string;
        id: string;
        verified: boolean;
    };
    text: string;
    received_at: string;
    updated_at: string;
    judged_at: string | null;
    verdict: Record<string, any> | null;
};
export type Decided = {
    id: string;
    comment: string;
    from_state: State;
    state: State;
    version: number;
};
/**
 * One wrong field: a JSON pointer such as `/author/email`, or `query:name`, `header:name`.
 */
export type Fault = {
    pointer: string;
    code: string;
    detail: string;
};
export type Webhook = {
    type: string;
    timestamp: string;
    data: Record<string, any>;
};
