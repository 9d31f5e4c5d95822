"""Metrics of scores against labels: accuracy, AUC, hits at a small false-alarm rate, calibration error. Each is a table row."""

from collections.abc import Sequence

Figure = dict[str, object]


def figure(what: str, value: object, goal: str, how: str, *, must: bool = False, **labels: str) -> Figure:
    """One row of the table. `reached` says whether the goal was met; None if there is no goal.

    `must`: `greenroom evaluate` ends with exit status 1 if the goal is missed. `labels`: what the row is about, such as
    `language`, `kind` or `peer`.
    """
    shown = round(value, 4) if isinstance(value, float) else value
    row: Figure = {"what": what, "figure": shown, "goal": goal, "reached": is_reached(value, goal), "how": how, **labels}
    return {**row, "must": True} if must else row


def is_reached(value: object, goal: str) -> bool | None:
    """Whether the figure keeps a goal such as ">= 0.95" or "<= 3". None if there is no goal or no figure."""
    if not goal or not isinstance(value, int | float):
        return None
    sign, _, limit = goal.partition(" ")
    number = float(limit.replace(",", ""))
    return value >= number if sign == ">=" else value <= number


def auc(scores: Sequence[float], labels: Sequence[int]) -> float:
    """The probability that an unwanted comment scores higher than a fine one (Mann-Whitney U; ties count half)."""
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
    """The recall, with the limit set so that at most the share `rate` of the fine comments scores above it."""
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
    """Expected calibration error: the mean distance between the mean score of a bin and its share of unwanted comments."""
    ranked = sorted(zip(scores, labels, strict=True))
    error = 0.0
    for at in range(bins):
        part = ranked[at * len(ranked) // bins : (at + 1) * len(ranked) // bins]
        error += abs(sum(score - label for score, label in part))
    return error / len(ranked)
