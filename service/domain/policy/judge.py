"""The policy: pure functions that turn signals into a verdict with its reasons. The most severe rule comes first."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from service.domain.policy.evidence import MODELS_OF_SPAM, Ground, are_two, ground_of, leads_somewhere
from service.domain.policy.signals import Family, Kind, Signal
from service.domain.states import State

#: For each kind of signal, the score from which it holds the comment for a moderator. A kind that is not listed never holds a
#: comment.
HOLD_AT: Mapping[Kind, float] = MappingProxyType(
    {
        **dict.fromkeys(Kind, 0.5),
        # Coarse words hold a comment; mild ones (damn, crap) only inform.
        Kind.PROFANITY_MILD: 0.6,
        # Measured on harmless comments that were not in the spam model's training data: fewer than one in a hundred gets this
        # score or more.
        Kind.SPAM_MODEL: 0.4,
        # At the score 0.5 the model is as likely wrong as right. With that limit it would cost moderators more than it finds.
        Kind.ABUSE_MODEL: 0.6,
        # A dependable author or an unknown one is context for the moderator, never a reason of its own.
        Kind.TRUST_NEW_AUTHOR: 2.0,
        Kind.TRUST_DEPENDABLE_AUTHOR: 2.0,
        Kind.TRUST_BY_HAND: 2.0,
        # A rule that approves has its own place in the policy.
        Kind.SITE_RULE_APPROVES: 2.0,
    }
)

#: Higher limits for the models if the author is dependable. Findings of words, links and lists have the same limits for all
#: authors.
HOLD_DEPENDABLE_AT: Mapping[Kind, float] = MappingProxyType(
    dict.fromkeys((Kind.SPAM_MODEL, Kind.SPAM_SITE_MODEL, Kind.ABUSE_MODEL, Kind.ABUSE_HATE), 0.9)
)

#: Higher limits for an author whom a moderator trusts, for all findings of these families. The site's own lists hold the comments
#: of all authors alike.
HOLD_TRUSTED_AT: Mapping[Kind, float] = MappingProxyType(
    {kind: 0.9 for kind in Kind if kind.family in (Family.SPAM, Family.PROFANITY, Family.ABUSE)}
    | {Kind.SITE_LANGUAGE_NOT_COVERED: 0.9}
)

#: Higher limits for comments without a link, number or handle. Ordinary readers, too, write about subscribing and ask questions,
#: so here the model must be more likely right than wrong.
HOLD_LEADING_NOWHERE_AT: Mapping[Kind, float] = MappingProxyType({Kind.SPAM_MODEL: 0.5})

#: Kinds that reject alone, such as a site's own block lists. Otherwise two strong signals on different evidence are needed.
REJECT_ALONE = frozenset(
    {
        Kind.SITE_BLOCKED_AUTHOR,
        Kind.SITE_BLOCKED_ADDRESS,
        Kind.SITE_BLOCKED_EMAIL_DOMAIN,
        Kind.SITE_BLOCKED_WORD,
        Kind.SITE_BLOCKED_LINK,
        Kind.SITE_RULE_REJECTS,
        Kind.SPAM_TEST,
    }
)

#: From this score on, a spam model rejects a comment without a second finding, if the comment has something to follow. No score
#: alone rejects a comment for abuse or for a mild finding.
BEYOND_DOUBT = 0.98
#: Kinds that come from a site's own settings. A language that no check covers is not such a setting.
OF_THE_SITE = frozenset(kind for kind in Kind if kind.family is Family.SITE) - {Kind.SITE_LANGUAGE_NOT_COVERED}
#: Grounds of findings that do not come from the text.
_CIRCUMSTANCES = frozenset({Ground.LINKS, Ground.SENDER, Ground.ARRIVAL, Ground.FORM})
#: If the author has one of these signals, a moderator decides, even if a model is sure that the comment is spam.
_KNOWN_HERE = frozenset({Kind.TRUST_DEPENDABLE_AUTHOR, Kind.TRUST_BY_HAND})


#: Findings that no rule of a site outweighs with an approval: from this score on, of these kinds, and of these families.
NEVER_APPROVED_FROM = 0.9
_NEVER_APPROVED = frozenset({Kind.ABUSE_THREAT, Kind.ABUSE_HATE, Kind.ABUSE_EXTERNAL})
_GRAVE = frozenset({Family.SITE, Family.PRIVACY, Family.FAILURE})


@dataclass(frozen=True, slots=True)
class PolicyLimits:
    """The limits of one site's policy. The defaults apply to a site without settings."""

    hold_at: Mapping[Kind, float] = field(default_factory=lambda: HOLD_AT)
    hold_dependable_at: Mapping[Kind, float] = field(default_factory=lambda: HOLD_DEPENDABLE_AT)
    hold_trusted_at: Mapping[Kind, float] = field(default_factory=lambda: HOLD_TRUSTED_AT)
    hold_leading_nowhere_at: Mapping[Kind, float] = field(default_factory=lambda: HOLD_LEADING_NOWHERE_AT)
    reject_alone: frozenset[Kind] = REJECT_ALONE
    #: If None, spam beyond doubt also waits for a moderator.
    beyond_doubt: float | None = BEYOND_DOUBT
    hold_everything: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state and the signals that led to it, the highest score first, then failures that only inform (such as an external check
    without a response). `reasons` may be empty. `instead` is the state that a sampled comment would have got."""

    state: State
    reasons: tuple[Signal, ...] = ()
    instead: State | None = None


def judge(signals: Sequence[Signal], rules: PolicyLimits) -> Verdict:
    """The verdict on a comment with these signals. In doubt, and whenever a check failed, it is held for a moderator."""
    ordered = sorted(signals, key=lambda signal: -signal.score)
    leads = leads_somewhere(ordered)
    limits = _limits({s.kind for s in ordered}, rules, leads=leads)
    holding = tuple([s for s in ordered if s.score >= limits.get(s.kind, 2.0)])
    notes = tuple([s for s in ordered if s.kind.family is Family.FAILURE and not s.score])
    if failed(ordered):
        return Verdict(State.HELD, (*holding, *notes))
    if rejecting := _rejecting(ordered, holding, rules, leads=leads):
        return Verdict(State.REJECTED, (*rejecting, *notes))
    if approving := _approving(ordered, holding):
        return Verdict(State.APPROVED, (*approving, *notes))
    if rules.hold_everything:
        everything = Signal(
            Kind.SITE_HOLDS_EVERYTHING, 1.0, "this site reviews every comment before it is published", check="policy"
        )
        return Verdict(State.HELD, (*holding, everything, *notes))
    if sure := _beyond_doubt(ordered, holding, rules):
        if not leads:
            return Verdict(State.HELD, (*map(_leading_nowhere, holding), *notes))
        return Verdict(State.REJECTED, (*_doubtless(ordered, sure, rules), *notes))
    return Verdict(State.HELD if holding else State.APPROVED, (*holding, *notes))


def may_reject_by_sum(signals: Sequence[Signal]) -> bool:
    """Whether spam findings may add up to a rejection. The comment must have something to follow, and a finding in the text
    itself. A name, a link and a flood are not enough, even together."""
    spam = (s for s in signals if s.kind.family is Family.SPAM and s.score >= HOLD_AT[s.kind])
    return leads_somewhere(signals) and any(ground_of(s) not in _CIRCUMSTANCES for s in spam)


def failed(signals: Sequence[Signal]) -> bool:
    """Whether a check failed, so that only a moderator can decide."""
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
    """One number 0..1 for each family: the probability that at least one of its findings is right (noisy-or).

    Trust and failures have no score: they are about the author and about our checks, not about the text.
    """
    clean = dict.fromkeys((Family.SPAM, Family.PROFANITY, Family.ABUSE, Family.PRIVACY), 1.0)
    for signal in signals:
        if signal.kind.family in clean:
            clean[signal.kind.family] *= 1.0 - signal.score
    return {family: 1.0 - rest for family, rest in clean.items()}


def _approving(signals: Sequence[Signal], holding: Sequence[Signal]) -> tuple[Signal, ...]:
    """The rules of the site that approve the comment; empty if a finding speaks against it that no rule may outweigh."""
    if any(s.strong or s.score >= NEVER_APPROVED_FROM or s.kind in _NEVER_APPROVED or s.kind.family in _GRAVE for s in holding):
        return ()
    return tuple([s for s in signals if s.kind is Kind.SITE_RULE_APPROVES])


def _beyond_doubt(signals: Sequence[Signal], holding: Sequence[Signal], rules: PolicyLimits) -> float:
    """The highest score of the spam models, if it is high enough to reject without a second strong finding; else 0. Also 0 if a
    setting of the site holds the comment, or if the author is dependable or trusted."""
    sure = max([s.score for s in holding if s.kind in MODELS_OF_SPAM], default=0.0)
    if rules.beyond_doubt is None or sure < rules.beyond_doubt:
        return 0.0
    if any(s.kind.family is Family.SITE for s in holding) or any(s.kind in _KNOWN_HERE for s in signals):
        return 0.0
    return sure


def _doubtless(signals: Sequence[Signal], sure: float, rules: PolicyLimits) -> tuple[Signal, ...]:
    """The reason that the comment is spam beyond doubt, with the words that the model names, and the other findings of spam."""
    model = next(s for s in signals if s.kind in MODELS_OF_SPAM and s.score == sure)
    rule = f"obvious spam ({sure:.1%}; rejected automatically from {rules.beyond_doubt:.0%} on)"
    speaking = (s for s in signals if s.kind.family is Family.SPAM and s.score and s.kind not in MODELS_OF_SPAM)
    return (Signal(Kind.SPAM_BEYOND_DOUBT, sure, rule, model.spans, check="policy"), *speaking)


def _leading_nowhere(signal: Signal) -> Signal:
    """Add to a model's reason why a moderator has to decide although the model is sure."""
    if signal.kind not in MODELS_OF_SPAM:
        return signal
    return replace(signal, rule=f"{signal.rule}; it has no link or contact, so a person decides")


def _rejecting(signals: Sequence[Signal], holding: Sequence[Signal], rules: PolicyLimits, *, leads: bool) -> tuple[Signal, ...]:
    alone = tuple([s for s in signals if s.kind in rules.reject_alone])
    # A finding that is too weak to hold the comment does not count towards a rejection.
    strong = [s for s in holding if s.strong]
    if are_two(strong, leads=leads):
        return (*alone, *(s for s in strong if s not in alone))
    return alone
