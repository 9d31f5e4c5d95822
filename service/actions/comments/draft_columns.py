"""The columns of a comment that come from its draft alone, whether it was just posted or is imported."""

from typing import Any

from service.domain.draft import Draft
from service.domain.security.pseudonyms import Pseudonymizer, domain_of
from service.domain.text.fingerprint import fingerprint
from service.domain.text.links import link_domain, without_query
from service.domain.text.wording import wording
from service.store.webhooks.callbacks import CALLBACK

#: No real domain is longer (RFC 1035), and the column holds no more.
LONGEST_DOMAIN = 255


def draft_columns(draft: Draft, pseudonyms: Pseudonymizer) -> dict[str, Any]:
    """Text and author. Of the e-mail address only the domain is stored, and a keyed hash."""
    author = draft.author
    return {
        "external_id": draft.external_id or None,
        "text": draft.text,
        "fingerprint": fingerprint(draft.text),
        "wording": wording(draft.text, author.url),
        "link_domain": link_domain(draft.text, own=draft.thread.url),
        "author_name": author.name,
        "author_url": author.url,
        "author_external_id": author.id,
        "author_verified": author.verified,
        "author_key": pseudonyms.author(external_id=author.id, email=author.email),
        "email_domain": domain_of(author.email)[:LONGEST_DOMAIN],
        "ip_key": pseudonyms.block(draft.context.ip),
    }


def kept_context(draft: Draft, pseudonyms: Pseudonymizer) -> dict[str, Any]:
    """The stored part of the context: e-mail and IP address only as keyed hashes, of the honeypot only that it was filled, and the
    referrer without its query, which may name a person."""
    context = draft.context
    fields: dict[str, Any] = {
        "mailbox": pseudonyms.mailbox(draft.author.email),
        "address": pseudonyms.address(context.ip),
        "user_agent": context.user_agent,
        "referrer": without_query(context.referrer),
        "language": context.language,
        "posted_at": context.posted_at.isoformat() if context.posted_at else None,
        "honeypot": bool(context.honeypot) or None,
        "seconds_to_submit": context.seconds_to_submit,
        CALLBACK: context.callback,
    }
    return {name: value for name, value in fields.items() if value not in (None, "")}
