"""What became of the author's earlier comments, where the host vouches that it is the same person."""

from collections.abc import Iterator

from service.domain.policy.signals import Kind, Signal
from workers.checks.prepared import Prepared

CHECK = "history"
#: So many earlier rejections, and this share of all, before they are held against somebody.
ENOUGH_REJECTED, SHARE_REJECTED = 2, 0.4
#: So many approved ones, and at most one rejected in so many, make an author dependable.
ENOUGH_APPROVED, ONE_REJECTED_IN = 5, 20


def check(prepared: Prepared) -> Iterator[Signal]:
    """Without a vouched identity nothing is said: a typed address is anybody's."""
    past = prepared.reading.history
    if past.trusted:
        yield Signal(Kind.TRUST_BY_HAND, 0.0, "a moderator of this site trusts this author", check=CHECK)
    total = past.approved + past.rejected
    if total == 0 and prepared.reading.author.external_id:
        yield Signal(Kind.TRUST_NEW_AUTHOR, 0.2, "the first comment of this author", check=CHECK)
    elif past.vouched and past.rejected >= ENOUGH_REJECTED and past.rejected / total >= SHARE_REJECTED:
        rule = f"{past.rejected} of {total} earlier comments of this author were rejected"
        yield Signal(Kind.TRUST_REJECTED_BEFORE, round(past.rejected / (total + 1), 2), rule, check=CHECK)
    elif past.vouched and past.approved >= ENOUGH_APPROVED and past.rejected * ONE_REJECTED_IN <= total:
        rule = f"{past.approved} of {total} earlier comments of this author were approved"
        yield Signal(Kind.TRUST_DEPENDABLE_AUTHOR, 0.0, rule, check=CHECK)
