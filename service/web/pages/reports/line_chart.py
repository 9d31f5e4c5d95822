"""Line charts: converts numbers by day to SVG coordinates. The style sheet sets the colours."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

#: The size of a chart in SVG units, and its plot area inside the axes.
WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 84, 628, 14, 204
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
#: Tick steps for times, in seconds: round numbers of seconds, minutes, hours and days.
_TIMES = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick on an axis: its position and its label."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plot: its name, its CSS class and its pieces. A day without a number leaves a gap."""

    name: str
    style: str
    pieces: tuple[str, ...]
    dots: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Plot:
    """A line chart with its axes."""

    lines: tuple[Line, ...]
    upright: tuple[Tick, ...]
    across: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers to plot: x in days since the first day of the plot."""

    name: str
    style: str
    points: Sequence[tuple[float, float | None]]


def line_chart(series: Sequence[Series], days: Sequence[date], *, written: Callable[[float], str], day: Callable[[date], str],
         most: float | None = None, times: bool = False, whole: bool = False) -> Plot:  # fmt: skip
    """A plot over these days. The y axis goes from zero to `most`, or to a round number above all values. `whole`: its ticks
    are whole numbers."""
    highest = max((y for one in series for _, y in one.points if y is not None), default=0.0)
    step = _step(most or highest or 1.0, _TIMES if times else None)
    step = math.ceil(step) if whole else step
    top = most or step * max(1, -(-highest // step))
    upright = [Tick(_up(step * n, top), written(step * n)) for n in range(round(top / step) + 1)]
    return Plot(tuple(_line(one, len(days), top) for one in series), tuple(upright), tuple(_across(days, day)))


def _step(highest: float, steps: Sequence[float] | None) -> float:
    """A round step between ticks, so that there are three to six of them."""
    if steps and highest <= steps[-1] * 4:
        return next((step for step in steps if highest / step <= 4), steps[-1])
    unit = steps[-1] if steps else 1.0
    power = unit * 10.0 ** math.floor(math.log10(highest / unit / 4))
    return next(power * step for step in _STEPS if highest / (power * step) <= 4.01)


def _line(series: Series, days: int, top: float) -> Line:
    pieces: list[list[tuple[float, float]]] = [[]]
    for x, y in series.points:
        if y is None:
            pieces.append([])
        else:
            pieces[-1].append((_along(x, days), _up(y, top)))
    drawn = tuple(" ".join(f"{x:.1f},{y:.1f}" for x, y in piece) for piece in pieces if len(piece) > 1)
    dots = tuple(piece[0] for piece in pieces if len(piece) == 1)
    return Line(series.name, series.style, drawn, dots)


def _along(x: float, days: int) -> float:
    return LEFT + (RIGHT - LEFT) * x / max(days, 1)


def _up(y: float, top: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * min(y, top) / top, 1)


def _across(days: Sequence[date], written: Callable[[date], str]) -> list[Tick]:
    every = max(1, -(-len(days) // 5))
    return [Tick(round(_along(n + 0.5, len(days)), 1), written(day)) for n, day in enumerate(days) if n % every == 0]
