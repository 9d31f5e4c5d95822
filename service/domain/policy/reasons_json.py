"""Signals as JSON, for hosts, the queue page and the signals table, and back."""

from collections.abc import Mapping, Sequence
from math import log1p
from typing import Any

from service.domain.policy.signals import SPAN_UNIT, Field, Kind, Signal, Span

#: The `status` of a reason whose check did not finish, so that it does not look like a finding.
_STATUS = {Kind.CHECK_FAILED: "failed", Kind.CHECK_TIMED_OUT: "timed_out", Kind.NOT_CHECKED: "not_run", Kind.NOT_READ: "not_run"}
RAN = "ran"


def as_reason(signal: Signal, among: Sequence[Signal] = ()) -> dict[str, Any]:
    """One signal as JSON. `contribution` (0..1) is its share of all evidence of its family in `among`.

    Evidence is measured as -log(1 - score), which adds up under the noisy-or of `judge.scores`.
    """
    return {
        "code": signal.kind.value,
        "family": signal.kind.family.value,
        "check": signal.check,
        "rule": signal.rule,
        "score": round(signal.score, 4),
        "contribution": round(_contribution(signal, among or (signal,)), 4),
        "strong": signal.strong,
        "spans": [_as_json(span) for span in signal.spans],
        "status": _STATUS.get(signal.kind, RAN),
    }


def as_reasons(signals: Sequence[Signal]) -> list[dict[str, Any]]:
    """All signals of one comment as JSON, the highest score first."""
    return [as_reason(signal, signals) for signal in sorted(signals, key=lambda s: -s.score)]


def from_reason(reason: Mapping[str, Any]) -> Signal:
    """The signal from the JSON of `as_reason`. Raises KeyError or ValueError for other JSON."""
    return Signal(
        kind=Kind(reason["code"]),
        score=float(reason["score"]),
        rule=str(reason["rule"]),
        spans=tuple(_from_json(span) for span in reason.get("spans", ())),
        strong=bool(reason.get("strong", False)),
        check=str(reason.get("check", "")),
    )


def _contribution(signal: Signal, among: Sequence[Signal]) -> float:
    family = [_evidence(other) for other in among if other.kind.family is signal.kind.family]
    total = sum(family)
    return _evidence(signal) / total if total else 0.0


def _evidence(signal: Signal) -> float:
    return -log1p(-min(signal.score, 0.9999))


def _as_json(span: Span) -> dict[str, Any]:
    return {
        "start": span.start,
        "end": span.end,
        "unit": SPAN_UNIT,
        "text": span.text,
        "read_as": span.read_as,
        "field": span.field.value,
    }


def _from_json(span: Mapping[str, Any]) -> Span:
    return Span(
        start=int(span["start"]),
        end=int(span["end"]),
        text=str(span["text"]),
        read_as=str(span.get("read_as", "")),
        field=Field(span.get("field", Field.TEXT)),
    )
