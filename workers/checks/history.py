"""The outcomes of the author's earlier comments, if the host vouches that it is the same person."""

from collections.abc import Iterator

from service.domain.policy.signals import Kind, Signal
from workers.checks.prepared import Prepared

CHECK = "history"
#: Rejected comments count against an author if there are at least ENOUGH_REJECTED, and at least SHARE_REJECTED of all.
ENOUGH_REJECTED, SHARE_REJECTED = 2, 0.4
#: An author is dependable with at least ENOUGH_APPROVED approved comments and at most one rejected in ONE_REJECTED_IN.
ENOUGH_APPROVED, ONE_REJECTED_IN = 5, 20


def check(prepared: Prepared) -> Iterator[Signal]:
    """Uses the history only if the host vouches for the author's identity: anyone can type any e-mail address."""
    past = prepared.reading.history
    if past.trusted:
        yield Signal(Kind.TRUST_BY_HAND, 0.0, "a moderator of this site trusts this author", check=CHECK)
    total = past.approved + past.rejected
    if total == 0 and prepared.reading.author.external_id:
        yield Signal(Kind.TRUST_NEW_AUTHOR, 0.2, "this author's first comment", check=CHECK)
    elif past.vouched and past.rejected >= ENOUGH_REJECTED and past.rejected / total >= SHARE_REJECTED:
        rule = f"{past.rejected} of {total} earlier comments by this author were rejected"
        yield Signal(Kind.TRUST_REJECTED_BEFORE, round(past.rejected / (total + 1), 2), rule, check=CHECK)
    elif past.vouched and past.approved >= ENOUGH_APPROVED and past.rejected * ONE_REJECTED_IN <= total:
        rule = f"{past.approved} of {total} earlier comments by this author were approved"
        yield Signal(Kind.TRUST_DEPENDABLE_AUTHOR, 0.0, rule, check=CHECK)
