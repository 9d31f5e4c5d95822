"""Draws what a soak used: `python -m tests.soak.picture SAMPLES docs/soak.svg`. Memory of each process, and sizes of files."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

WIDTH, HEIGHT, LEFT, RIGHT, TOP, GAP = 900, 220, 60, 220, 40, 60
_COLOURS = ("#0b6e4f", "#b3541e", "#3a5a9b", "#8a3b7c", "#5d6d1e", "#a8323e", "#3f7f86", "#7a5c2e")
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1c2a25}.name{font-weight:600}.grid{stroke:#d5dfda}"
    "polyline{fill:none;stroke-width:1.8}.paper{fill:#fff}"
    "@media(prefers-color-scheme:dark){text{fill:#e3ece8}.grid{stroke:#33433b}.paper{fill:#141a17}polyline{filter:brightness(1.5)}}"
)


@dataclass(frozen=True, slots=True)
class Chart:
    """`lines`: the values in MB by name, one for each sample; None where it did not exist. `days`: when the samples were taken."""

    title: str
    days: Sequence[float]
    lines: dict[str, list[float | None]]


def charts(samples: dict[str, list[dict[str, Any]]]) -> list[Chart]:
    found = []
    for plan, some in samples.items():
        times = [datetime.fromisoformat(sample["at"]) for sample in some]
        days = [(at - times[0]).total_seconds() / 86_400 for at in times]
        for kind, words in (("memory", "memory of each process, MB (PSS)"), ("files", "files, MB")):
            names = dict.fromkeys(name for sample in some for name in sample[kind])
            found.append(Chart(f"{plan}: {words}", days, {name: [s[kind].get(name) for s in some] for name in names}))
    return found


def drawn(found: Sequence[Chart]) -> str:
    height = TOP + len(found) * (HEIGHT + GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape("; ".join(chart.title for chart in found))}">',
        f'<style>{_STYLE}</style><rect class="paper" width="{WIDTH}" height="{height}"/>',
    ]
    for number, chart in enumerate(found):
        parts += _chart(chart, TOP + number * (HEIGHT + GAP))
    return "\n".join([*parts, "</svg>", ""])


def _chart(chart: Chart, top: int) -> list[str]:
    most = _round_up(max((value for line in chart.lines.values() for value in line if value), default=1))
    last, bottom, right = max(chart.days[-1], 1e-9), top + HEIGHT, WIDTH - RIGHT
    parts = [f'<text class="name" x="{LEFT}" y="{top - 12}">{escape(chart.title)}</text>']
    for share in (0, 0.25, 0.5, 0.75, 1):
        at = bottom - share * HEIGHT
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{at:g}" y2="{at:g}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4:g}" text-anchor="end">{most * share:g}</text>')
        x = LEFT + share * (right - LEFT)
        parts.append(f'<text x="{x:g}" y="{bottom + 18}" text-anchor="middle">day {last * share:.0f}</text>')
    for number, (name, line) in enumerate(chart.lines.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        points = " ".join(
            f"{LEFT + day / last * (right - LEFT):.1f},{bottom - value / most * HEIGHT:.1f}"
            for day, value in zip(chart.days, line, strict=True)
            if value is not None
        )
        parts.append(f'<polyline points="{points}" stroke="{colour}"/>')
        y = top + 12 + 20 * number
        parts.append(f'<rect x="{right + 16}" y="{y - 9}" width="12" height="4" fill="{colour}"/>')
        end = next((value for value in reversed(line) if value is not None), 0.0)
        parts.append(f'<text x="{right + 34}" y="{y}">{escape(name)}: {end:.3g}</text>')
    return parts


def _round_up(value: float) -> float:
    """The next number that is easy to read: 1, 2, 4 or 8 times a power of ten."""
    power = 10.0 ** len(str(int(value))) / 10
    return next(step * power for step in (1, 2, 4, 8, 10) if step * power >= value)


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(drawn(charts(json.loads(Path(sys.argv[1]).read_text()))), encoding="utf-8")
