"""How well scores fit labels, as one line of the table: accuracy, area under the curve, hits at a small false-alarm rate, calibration error."""

from collections.abc import Sequence

Figure = dict[str, object]


def figure(what: str, value: object, goal: str, how: str) -> Figure:
    """One line of the table, with whether the goal was `reached`; None where there is none."""
    shown = round(value, 4) if isinstance(value, float) else value
    return {"what": what, "figure": shown, "goal": goal, "reached": _reached(value, goal), "how": how}


def _reached(value: object, goal: str) -> bool | None:
    if not goal or not isinstance(value, int | float):
        return None
    sign, _, limit = goal.partition(" ")
    number = float(limit.replace(",", ""))
    return value >= number if sign == ">=" else value <= number


def auc(scores: Sequence[float], labels: Sequence[int]) -> float:
    """The chance that an unwanted comment scores higher than a fine one (Mann-Whitney, ties count half)."""
    ranked = sorted(zip(scores, labels, strict=True))
    below, won, at = 0, 0.0, 0
    while at < len(ranked):
        end = at
        while end < len(ranked) and ranked[end][0] == ranked[at][0]:
            end += 1
        unwanted = sum(label for _, label in ranked[at:end])
        fine = end - at - unwanted
        won += unwanted * (below + fine / 2)
        below += fine
        at = end
    unwanted = sum(labels)
    return won / (unwanted * (len(labels) - unwanted)) if 0 < unwanted < len(labels) else 0.0


def hits_at(rate: float, scores: Sequence[float], labels: Sequence[int]) -> float:
    """The share of unwanted comments above the limit that at most `rate` of the fine ones pass."""
    fine = sorted((s for s, label in zip(scores, labels, strict=True) if not label), reverse=True)
    unwanted = [s for s, label in zip(scores, labels, strict=True) if label]
    if not fine or not unwanted:
        return 0.0
    limit = fine[min(int(rate * len(fine)), len(fine) - 1)]
    return sum(score > limit for score in unwanted) / len(unwanted)


def accuracy(scores: Sequence[float], labels: Sequence[int], limit: float = 0.5) -> float:
    """The share of comments on the right side of the limit."""
    return sum((score >= limit) == bool(label) for score, label in zip(scores, labels, strict=True)) / len(labels)


def calibration_error(scores: Sequence[float], labels: Sequence[int], bins: int = 10) -> float:
    """Expected calibration error: how far the mean score of a tenth of the comments is from its share of unwanted ones."""
    ranked = sorted(zip(scores, labels, strict=True))
    error = 0.0
    for at in range(bins):
        part = ranked[at * len(ranked) // bins : (at + 1) * len(ranked) // bins]
        error += abs(sum(score - label for score, label in part))
    return error / len(ranked)
