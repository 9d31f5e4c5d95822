"""How serious a verdict is: one number for the order "most serious first", 0 (nothing found) to 1.

The gravest kind of finding decides the rank: threats and hate, then attacks and insults, personal data, spam, and last the site's own
rules. Within a rank the order is by the probability that at least one finding of that rank is right (noisy-or), since the score of a
finding is its estimated probability. So a probable threat stands above a certain insult, and a rule that matches every comment,
whatever its score, stands below all of them.
"""

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType

from service.domain.policy.judge import Verdict
from service.domain.policy.signals import Family, Kind
from service.domain.states import State

#: Ranks, the least serious first.
OWN_RULES, SPAM, PERSONAL_DATA, INSULTS, THREATS_AND_HATE = range(5)
_RANKS = 5
_BY_FAMILY: Mapping[Family, int] = MappingProxyType(
    {
        Family.SPAM: SPAM,
        Family.PRIVACY: PERSONAL_DATA,
        Family.PROFANITY: INSULTS,
        Family.ABUSE: INSULTS,
    }
)
_BY_KIND: Mapping[Kind, int] = MappingProxyType({Kind.ABUSE_THREAT: THREATS_AND_HATE, Kind.ABUSE_HATE: THREATS_AND_HATE})


def gravity(verdict: Verdict) -> float:
    """The gravity of a verdict. It is 0 where nothing speaks against the comment: also for a comment that is held only as a sample
    of those that would have been approved."""
    if verdict.instead is State.APPROVED:
        return 0.0
    clean: dict[int, float] = defaultdict(lambda: 1.0)
    for reason in verdict.reasons:
        if reason.score and reason.kind is not Kind.SITE_AUDIT_SAMPLE:
            clean[rank(reason.kind)] *= 1.0 - min(reason.score, 1.0)
    if not clean:
        return 0.0
    gravest = max(clean)
    # A certain finding must not reach the next rank.
    return round((gravest + min(1.0 - clean[gravest], 0.999)) / _RANKS, 4)


def least(rank: int) -> float:
    """The least gravity that a finding of this rank gives."""
    return rank / _RANKS


def rank(kind: Kind) -> int:
    """The rank of a kind of finding."""
    return _BY_KIND.get(kind, _BY_FAMILY.get(kind.family, OWN_RULES))
