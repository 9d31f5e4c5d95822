"""Spam as it is sent today, and genuine comments that look like it, by kind. No model was trained on these comments."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from service.domain.policy.signals import Family
from service.domain.states import State
from workers.training.corpora import Example, rows
from workers.training.judging import reasons_of, state_of
from workers.training.metrics import Figure, figure
from workers.training.spam_today import calm_today, spam_today

#: The source of the real comments under Indonesian videos; all others were written for the set.
_REAL = "gbennnn/judol-comment-classification"
_PRAISE = "praise"


def written_and_real_spam(folder: Path) -> Iterator[Figure]:
    """Each kind of the set `spam`, then the sums that have goals. The site takes all languages, so none is held for its language."""
    by_kind: dict[tuple[int, str, bool], list[Example]] = {}
    for row in rows(folder, "spam"):
        example = Example(str(row["text"]), int(str(row["label"])), "", str(row.get("name") or ""), str(row.get("url") or ""))
        by_kind.setdefault((example.label, str(row["kind"]), row["source"] == _REAL), []).append(example)
    states = {kind: _states(examples) for kind, examples in sorted(by_kind.items())}
    yield from _taken_for_spam(
        [example for (label, _, real), examples in by_kind.items() if real and not label for example in examples]
    )
    for (label, kind, _), counts in states.items():
        what = f"{'spam' if label else 'genuine'}, {'approved' if label else 'held or rejected'}: {kind}"
        wrong = counts[State.APPROVED] if label else counts.total() - counts[State.APPROVED]
        yield figure(what, wrong / counts.total(), "", f"{counts.total()} comments", kind=kind)
    yield from _sums(states)


def _sums(states: dict[tuple[int, str, bool], Counter[State]]) -> Iterator[Figure]:
    def total(label: int, real: bool, word: str = "") -> Counter[State]:
        chosen = (c for (of, kind, is_real), c in states.items() if of == label and is_real is real and word in kind)
        return sum(chosen, Counter())

    written, praise, genuine = total(1, False), total(1, False, _PRAISE), total(0, False)
    gambling, others = total(1, True), total(0, True)
    for counts, what, state, goal in (
        (written, "written spam of today, approved", State.APPROVED, "<= .15"),
        (praise, "praise with a link or website, approved", State.APPROVED, "<= .40"),
        (genuine, "genuine look-alikes, held", State.HELD, "<= .03"),
        (genuine, "genuine look-alikes, rejected", State.REJECTED, "<= 0"),
    ):
        if counts:
            yield figure(what, counts[state] / counts.total(), goal, f"{counts.total()} comments")
    if gambling and others:
        kept = 1 - gambling[State.APPROVED] / gambling.total()
        yield figure(
            "real gambling spam, not approved", kept, ">= .95", f"{gambling.total()} comments on sites that no model saw"
        )
        wrong = 1 - others[State.APPROVED] / others.total()
        how = f"{others.total()} comments, held for whatever reason"
        yield figure("genuine comments beside it, not approved", wrong, "", how)


def _taken_for_spam(genuine: Sequence[Example]) -> Iterator[Figure]:
    if genuine:
        taken = sum(any(reason.kind.family is Family.SPAM for reason in reasons_of(each)) for each in genuine)
        how = f"{len(genuine)} comments with a reason of spam"
        yield figure("genuine comments beside real gambling spam, taken for spam", taken / len(genuine), "<= .002", how)


def calls_of_readers(folder: Path) -> Iterator[Figure]:
    """Readers who say share, check, subscribe and visit, without a link."""
    calls = [Example(str(row["text"]), 0, "", str(row.get("name") or "")) for row in rows(folder, "calls")]
    if calls:
        counts, how = _states(calls), f"{len(calls)} sentences from templates that no model saw"
        yield figure("readers with advertisers' words, rejected", counts[State.REJECTED] / len(calls), "<= 0", how, must=True)
        yield figure("readers with advertisers' words, held", counts[State.HELD] / len(calls), "<= .10", how)


def own_templates(_: Path) -> Iterator[Figure]:
    """The templates of Greenroom that are kept apart from training."""
    spam, calm = _states(list(spam_today(600, apart=True))), _states(list(calm_today(600, apart=True)))
    how = "600 sentences from our own templates, kept apart from training"
    yield figure("our spam templates kept apart, approved", spam[State.APPROVED] / spam.total(), "<= .15", how)
    yield figure("our calm templates kept apart, held", calm[State.HELD] / calm.total(), "<= .03", how)
    yield figure("our calm templates kept apart, rejected", calm[State.REJECTED] / calm.total(), "<= .001", how, must=True)


def _states(examples: Sequence[Example]) -> Counter[State]:
    return Counter(state_of(example, languages=("*",)) for example in examples)


QUICK = (written_and_real_spam, calls_of_readers, own_templates)
