"""How the numbers for clients of Perspective order texts, beside Perspective's own number and beside what people saw."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from service.domain.policy.check_input import CheckInput
from service.domain.policy.judge import HOLD_AT, Verdict
from service.domain.policy.signals import Kind
from service.domain.policy.text_scores import Measure, score
from service.domain.policy.verdict import TrialResult
from service.domain.states import State
from workers.checks import signals_of
from workers.checks.deep.drain import read_deeply
from workers.training.corpora import rows
from workers.training.judging import mean
from workers.training.metrics import Figure, auc, figure

#: Of each set at most this many rows are read, evenly spread. That takes some minutes.
MOST = 4_000
#: Thresholds of clients: Coral's default, and the one that marks as many comments with our numbers.
USUAL, OURS, CALM = 0.8, 0.4, 0.3
#: What raters of Civil Comments were asked, each with our measure and its limit.
_ASKED = {
    "n_insult": (Measure.ATTACK, HOLD_AT[Kind.ABUSE_MODEL]),
    "n_profane": (Measure.PROFANITY, HOLD_AT[Kind.PROFANITY_STRONG]),
    "n_identity": (Measure.HATE, HOLD_AT[Kind.ABUSE_HATE]),
    "n_threat": (Measure.THREAT, HOLD_AT[Kind.ABUSE_THREAT]),
}


def beside_perspective(folder: Path) -> Iterator[Figure]:
    """Our TOXICITY on Wikipedia talk pages that have a number of Perspective's own."""
    read = [(row, score(Measure.TOXIC, _read(row))) for row in _some(rows(folder, "wiki_cat_large")) if "perspective" in row]
    if not read:
        return
    labels, how = [int(row["label"]) for row, _ in read], f"{len(read)} comments on talk pages"
    theirs, ours = [float(row["perspective"]) for row, _ in read], [value for _, value in read]
    yield figure("attacks before calm comments, AUC", auc(ours, labels), "", how)
    yield figure("attacks before calm comments, AUC of Perspective's number", auc(theirs, labels), "", how)
    toxic, calm = [value >= USUAL for value in theirs], [value < CALM for value in theirs]
    yield figure("what Perspective gives .8 or more before the rest, AUC", auc(ours, list(map(int, toxic))), "", how)
    yield figure("marked by Perspective at .8", mean(toxic), "", how)
    for limit in (OURS, USUAL):
        yield figure(f"marked at our {limit}", mean(value >= limit for value in ours), "", how)
        found = [value >= limit for value, is_toxic in zip(ours, toxic, strict=True) if is_toxic]
        yield figure(f"found of Perspective's .8 at our {limit}", mean(found), "", f"{len(found)} comments")
        marked = [value >= limit for value, is_calm in zip(ours, calm, strict=True) if is_calm]
        yield figure(
            f"marked of what Perspective gives less than .3, at our {limit}", mean(marked), "", f"{len(marked)} comments"
        )


def beside_raters(folder: Path) -> Iterator[Figure]:
    """Each attribute on Civil Comments: those that half of the raters or more saw it in, against those that none did."""
    read = [(row, _read(row)) for row in _some(rows(folder, "civil_toxic_spans"))]
    for asked, (measure, limit) in _ASKED.items():
        seen = [score(measure, result) for row, result in read if row[asked] * 2 >= row["n"]]
        unseen = [score(measure, result) for row, result in read if not row[asked]]
        if seen and unseen:
            how = f"Civil Comments: {len(seen)} with it, {len(unseen)} without"
            yield figure(f"{measure} before the rest, AUC", auc(seen + unseen, [1] * len(seen) + [0] * len(unseen)), "", how)
            yield figure(f"{measure} found at {limit}", mean(value >= limit for value in seen), "", how)
            yield figure(f"{measure} marked without it", mean(value >= limit for value in unseen), "", how)


def _some(found: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    return found[:: max(1, len(found) // MOST)][:MOST]


def _read(row: Mapping[str, Any]) -> TrialResult:
    reading = CheckInput(str(row["text"]))
    [signals] = read_deeply([reading], [signals_of(reading)], settled=lambda _: False)
    return TrialResult(Verdict(State.HELD), signals, language="en", read_deeply=True)


SLOW = (beside_perspective, beside_raters)
