"""The policy: pure rules that turn signals into a verdict, gravest first, with its reasons."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from service.domain.policy.evidence import MODELS_OF_SPAM, Ground, are_two, ground_of, leads_somewhere
from service.domain.policy.signals import Family, Kind, Signal
from service.domain.states import State

#: At or above this limit a signal of the kind holds the comment for a person. A kind that is not listed never does.
HOLD_AT: Mapping[Kind, float] = MappingProxyType(
    {
        **dict.fromkeys(Kind, 0.5),
        # Coarse words hold, mild ones (damn, crap) are only told.
        Kind.PROFANITY_MILD: 0.6,
        # Of calm comments that it had not seen, the spam model is as sure as this about fewer than one in a hundred.
        Kind.SPAM_MODEL: 0.4,
        # A model that is as likely right as wrong costs a moderator more than it finds.
        Kind.ABUSE_MODEL: 0.6,
        # A dependable author or an unknown one is context for the moderator, never a reason of its own.
        Kind.TRUST_NEW_AUTHOR: 2.0,
        Kind.TRUST_DEPENDABLE_AUTHOR: 2.0,
        Kind.TRUST_BY_HAND: 2.0,
    }
)

#: The models' doubts hold a dependable author only from here on. Words, links and lists hold everybody alike.
HOLD_DEPENDABLE_AT: Mapping[Kind, float] = MappingProxyType(
    dict.fromkeys((Kind.SPAM_MODEL, Kind.SPAM_SITE_MODEL, Kind.ABUSE_MODEL), 0.9)
)

#: Whom a moderator trusts by hand is held for mild findings of any kind only from here on; the site's own lists hold all alike.
HOLD_TRUSTED_AT: Mapping[Kind, float] = MappingProxyType(
    {kind: 0.9 for kind in Kind if kind.family in (Family.SPAM, Family.PROFANITY, Family.ABUSE)}
    | {Kind.SITE_LANGUAGE_NOT_COVERED: 0.9}
)

#: Limits for comments without a link, number or handle. Readers ask and subscribe, too, so the model must be more likely right than wrong.
HOLD_LEADING_NOWHERE_AT: Mapping[Kind, float] = MappingProxyType({Kind.SPAM_MODEL: 0.5})

#: Two strong signals on different evidence reject; a site's own block lists do so alone.
REJECT_ALONE = frozenset(
    {
        Kind.SITE_BLOCKED_AUTHOR,
        Kind.SITE_BLOCKED_ADDRESS,
        Kind.SITE_BLOCKED_WORD,
        Kind.SITE_BLOCKED_LINK,
        Kind.SPAM_TEST,
    }
)

#: From here on a model rejects spam without a second finding, where the comment has something to follow. Nothing else rejects an
#: attack or a mild finding.
BEYOND_DOUBT = 0.98
#: Where a site says that spam beyond doubt waits for a person, too.
SPAM_WAITS = "spam_waits"
#: What a site asked for itself. A language that no check covers is no wish of the site.
OF_THE_SITE = frozenset(kind for kind in Kind if kind.family is Family.SITE) - {Kind.SITE_LANGUAGE_NOT_COVERED}
#: What is found without reading the text.
_CIRCUMSTANCES = frozenset({Ground.LINKS, Ground.SENDER, Ground.ARRIVAL, Ground.FORM})
#: Who is known here is looked at by a person, however sure the models are.
_KNOWN_HERE = frozenset({Kind.TRUST_DEPENDABLE_AUTHOR, Kind.TRUST_BY_HAND})


@dataclass(frozen=True, slots=True)
class PolicyLimits:
    """One site's policy. The defaults serve a site that never set anything."""

    hold_at: Mapping[Kind, float] = field(default_factory=lambda: HOLD_AT)
    hold_dependable_at: Mapping[Kind, float] = field(default_factory=lambda: HOLD_DEPENDABLE_AT)
    hold_trusted_at: Mapping[Kind, float] = field(default_factory=lambda: HOLD_TRUSTED_AT)
    hold_leading_nowhere_at: Mapping[Kind, float] = field(default_factory=lambda: HOLD_LEADING_NOWHERE_AT)
    reject_alone: frozenset[Kind] = REJECT_ALONE
    #: None: spam beyond doubt waits for a person, too.
    beyond_doubt: float | None = BEYOND_DOUBT
    hold_everything: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state and the signals that led to it, gravest first, then what was asked elsewhere and gave no answer. Both may be empty."""

    state: State
    reasons: tuple[Signal, ...] = ()


def judge(signals: Sequence[Signal], rules: PolicyLimits) -> Verdict:
    """What becomes of a comment with these signals. In doubt, and whenever a check failed, a person decides."""
    ordered = sorted(signals, key=lambda signal: -signal.score)
    leads = leads_somewhere(ordered)
    limits = _limits({s.kind for s in ordered}, rules, leads=leads)
    holding = tuple([s for s in ordered if s.score >= limits.get(s.kind, 2.0)])
    told = tuple([s for s in ordered if s.kind.family is Family.FAILURE and not s.score])
    if failed(ordered):
        return Verdict(State.HELD, (*holding, *told))
    if rejecting := _rejecting(ordered, holding, rules, leads=leads):
        return Verdict(State.REJECTED, (*rejecting, *told))
    if rules.hold_everything:
        everything = Signal(Kind.SITE_HOLDS_EVERYTHING, 1.0, "this site holds every comment for a person first", check="policy")
        return Verdict(State.HELD, (*holding, everything, *told))
    if sure := _beyond_doubt(ordered, holding, rules):
        if not leads:
            return Verdict(State.HELD, (*map(_leading_nowhere, holding), *told))
        return Verdict(State.REJECTED, (*_doubtless(ordered, sure, rules), *told))
    return Verdict(State.HELD if holding else State.APPROVED, (*holding, *told))


def may_reject_by_sum(signals: Sequence[Signal]) -> bool:
    """Whether spam findings may add up to a rejection: there is something to follow, and the text itself speaks for spam. A name,
    a link or a flood is not enough, and neither are several of them."""
    spam = (s for s in signals if s.kind.family is Family.SPAM and s.score >= HOLD_AT[s.kind])
    return leads_somewhere(signals) and any(ground_of(s) not in _CIRCUMSTANCES for s in spam)


def failed(signals: Sequence[Signal]) -> bool:
    """Whether a check left something open that only a person can decide."""
    return any(s.kind.family is Family.FAILURE and s.score for s in signals)


def _limits(kinds: Set[Kind], rules: PolicyLimits, *, leads: bool) -> Mapping[Kind, float]:
    limits = rules.hold_at
    for applies, patience in (
        (not leads, rules.hold_leading_nowhere_at),
        (Kind.TRUST_DEPENDABLE_AUTHOR in kinds, rules.hold_dependable_at),
        (Kind.TRUST_BY_HAND in kinds, rules.hold_trusted_at),
    ):
        if applies:
            limits = {**limits, **{kind: max(limit, limits.get(kind, 2.0)) for kind, limit in patience.items()}}
    return limits


def scores(signals: Sequence[Signal]) -> dict[Family, float]:
    """One number 0..1 a family: the chance that at least one of its findings is right (noisy-or).

    Trust and failures speak about the author and about us, not about the words, and have no score.
    """
    clean = dict.fromkeys((Family.SPAM, Family.PROFANITY, Family.ABUSE, Family.PRIVACY), 1.0)
    for signal in signals:
        if signal.kind.family in clean:
            clean[signal.kind.family] *= 1.0 - signal.score
    return {family: 1.0 - rest for family, rest in clean.items()}


def _beyond_doubt(signals: Sequence[Signal], holding: Sequence[Signal], rules: PolicyLimits) -> float:
    """How sure the models are where no second strong finding is needed; 0 where they are not sure enough, or where the site or the
    author asks for a person."""
    sure = max([s.score for s in holding if s.kind in MODELS_OF_SPAM], default=0.0)
    if rules.beyond_doubt is None or sure < rules.beyond_doubt:
        return 0.0
    if any(s.kind.family is Family.SITE for s in holding) or any(s.kind in _KNOWN_HERE for s in signals):
        return 0.0
    return sure


def _doubtless(signals: Sequence[Signal], sure: float, rules: PolicyLimits) -> tuple[Signal, ...]:
    rule = f"spam beyond doubt: {sure:.1%}, and from {rules.beyond_doubt:.0%} on nobody is asked"
    speaking = (s for s in signals if s.kind.family is Family.SPAM and s.score)
    return (Signal(Kind.SPAM_BEYOND_DOUBT, sure, rule, check="policy"), *speaking)


def _leading_nowhere(signal: Signal) -> Signal:
    """A model's reason with why a person is asked although the model is sure."""
    if signal.kind not in MODELS_OF_SPAM:
        return signal
    return replace(signal, rule=f"{signal.rule}; there is nothing to follow, so a person decides")


def _rejecting(signals: Sequence[Signal], holding: Sequence[Signal], rules: PolicyLimits, *, leads: bool) -> tuple[Signal, ...]:
    alone = tuple([s for s in signals if s.kind in rules.reject_alone])
    # A finding that would not even hold the comment is not half of a rejection.
    strong = [s for s in holding if s.strong]
    if are_two(strong, leads=leads):
        return (*alone, *(s for s in strong if s not in alone))
    return alone
