"""Disposable e-mail addresses."""

from collections.abc import Iterator
from functools import cache

from service.domain.policy.signals import Kind, Signal
from workers.checks.prepared import Prepared
from workers.checks.text.find_links import is_within

CHECK = "mailboxes"


def check(prepared: Prepared) -> Iterator[Signal]:
    """Gives a signal for a disposable address: the site may allow them, but readers seldom use them."""
    domain = prepared.reading.author.email_domain.lower()
    if domain and is_within(domain, _disposable()):
        yield Signal(Kind.SPAM_DISPOSABLE_EMAIL, 0.6, f"a disposable e-mail address: {domain}", strong=True, check=CHECK)


@cache
def _disposable() -> frozenset[str]:
    from disposable_email_domains import blocklist

    return frozenset(blocklist)
