"""The columns of a comment that come from its draft alone, whether it was just posted or is imported."""

from typing import Any

from service.domain.draft import Draft
from service.domain.security.pseudonyms import Pseudonymizer, domain_of
from service.domain.text.fingerprint import fingerprint
from service.domain.text.links import link_domain
from service.domain.text.wording import wording

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
