"""Figures with their goals, and the tables that are printed of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from workers.training.metrics import is_reached

#: The name of what is measured against the goals. Others stand beside it.
OURS = "greenroom"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. `goal`: such as "<= 3"; empty if there is none. `value`: None if it could not be measured."""

    part: str
    what: str
    value: float | None
    goal: str = ""
    who: str = OURS

    @property
    def reached(self) -> bool | None:
        return is_reached(self.value, self.goal)


def tables(figures: Iterable[Figure]) -> str:
    """A Markdown table for each part: a row for each thing measured, a column for each program that was measured."""
    found = list(figures)
    return "\n\n".join(
        _table(part, [each for each in found if each.part == part]) for part in dict.fromkeys(f.part for f in found)
    )


def _table(part: str, figures: list[Figure]) -> str:
    programs = list(dict.fromkeys(figure.who for figure in figures))
    cells = {(figure.what, figure.who): _cell(figure) for figure in figures}
    goals = {
        what: next((f.goal for f in figures if f.what == what and f.goal), "") for what in dict.fromkeys(f.what for f in figures)
    }
    lines = [[part, "goal", *programs], ["---"] * (2 + len(programs))]
    lines += [[what, goal, *(cells.get((what, who), "") for who in programs)] for what, goal in goals.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(figure: Figure) -> str:
    if figure.value is None:
        return "not measured" + (": **missed**" if figure.goal else "")
    number = f"{figure.value:,.0f}" if figure.value >= 1000 else f"{figure.value:.3g}"
    return number + {True: ": reached", False: ": **missed**", None: ""}[figure.reached]
