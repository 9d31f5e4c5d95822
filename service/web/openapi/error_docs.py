"""The meaning of each error code and what to do about it: the page that the `type` of a problem links to."""

from service.domain.errors import Code

#: Code -> (what happened, what to do).
MEANING: dict[Code, tuple[str, str]] = {
    Code.INVALID: (
        "What came does not have the shape that was expected. Nothing was stored.",
        "`errors` names each field with a JSON pointer, or `query:`, `header:` or `path:` and a name. Correct those and send it again.",
    ),
    Code.UNAUTHENTICATED: (
        "There was no key, or none that we know.",
        "Send `Authorization: Bearer grk_…` with a key of your site. `greenroom key add SITE` makes one.",
    ),
    Code.FORBIDDEN: (
        "The key is good, but not for this.",
        "The detail names the scope that is missing. `greenroom key add SITE --scope …` makes a key that has it.",
    ),
    Code.NOT_FOUND: (
        "There is no such thing, or none that you may know of.",
        "Check the address. A key sees the comments of its own site only.",
    ),
    Code.METHOD_NOT_ALLOWED: ("This address does not take this method.", "`Allow` names those that it takes."),
    Code.CONFLICT: (
        "It does not fit what is there: a thread that is closed, a parent of another thread, an id that is taken, a version that is old.",
        "The detail says which. Look at the thing as it is now, then decide again; the same request will be refused again.",
    ),
    Code.ALREADY_DECIDED: (
        "Somebody moved this comment since the version that you saw. Nothing was changed.",
        "The detail says who and when. Look at the comment as it is now.",
    ),
    Code.KEY_REUSED: (
        "This Idempotency-Key was used for another body within the last 24 hours.",
        "Make a new key for each new comment, and send a retry with exactly the same bytes.",
    ),
    Code.IN_PROGRESS: (
        "The first request with this Idempotency-Key is still being answered.",
        "Wait as long as `Retry-After` says, then send it again: it will get the first one's answer.",
    ),
    Code.GONE: ("It was here and has been erased. It does not come back.", "Remove your copy too."),
    Code.ARCHIVED: (
        "It was rejected or erased long ago, and is in an archive now.",
        "Whoever runs this Greenroom can restore it, or erase it there too. The detail names the file.",
    ),
    Code.TOO_LARGE: ("The body is larger than 64 KB.", "A comment may have 10,000 characters. Send less."),
    Code.HEADERS_TOO_LARGE: (
        "The headers are larger than 16 KB, or one that is parsed is larger than 1 KB.",
        "Send less in the header that the error names. If it is `Cookie`, delete the cookies of this site. From about 32 KB on, "
        "the answer has no body.",
    ),
    Code.WRONG_TYPE: (
        "The body is not of a type that is read here.",
        "Send `Content-Type: application/json`, in UTF-8, not compressed.",
    ),
    Code.TOO_SLOW: ("The body of the request did not arrive in time.", "Send the same request again; nothing of it was stored."),
    Code.TOO_MANY: (
        "More requests in a minute than are taken, or more downloads at once.",
        "Wait as long as `Retry-After` says. `RateLimit` tells in every answer how much is left.",
    ),
    Code.UNAVAILABLE: (
        "Nothing was stored, or we could not say that it was.",
        "Send the same request again after `Retry-After`, with the same Idempotency-Key or `external_id`: it is stored once.",
    ),
    Code.INTERNAL: (
        "Something broke on our side.",
        "It was logged under `request_id`. Send it to whoever runs this Greenroom.",
    ),
}
