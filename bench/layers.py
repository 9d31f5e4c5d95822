"""Draws docs/layers.svg: the layers and their rooms (subpackages), as the import contracts in pyproject.toml say."""

import tomllib
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "layers.svg"
WIDTH, ROW, GAP, INSET = 900, 34, 8, 14
STYLE = (
    "text{font:14px system-ui,sans-serif;fill:#1c2a25}.name{font-weight:600}.hint{fill:#4a5a54;font-size:12px}"
    "rect{fill:#f3f7f5;stroke:#9db5aa}.room{fill:#fff}"
    "@media(prefers-color-scheme:dark){text{fill:#e3ece8}.hint{fill:#a9bab2}rect{fill:#1c2622;stroke:#4a5f55}.room{fill:#141a17}}"
)


def layers() -> list[tuple[str, list[list[str]]]]:
    """Each package from the top, with the rows of rooms in it. A package imports only what is below it."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    down = next(c for c in contracts if c["type"] == "layers" and "containers" not in c)
    inside = {c["containers"][0]: _rows(c) for c in contracts if c["type"] == "layers" and "containers" in c}
    packages = [name for name in down["layers"] if name != "service.cli"]
    return [("workers", inside["workers"]), *((name, inside.get(name, [])) for name in packages)]


def _rows(contract: dict[str, Any]) -> list[list[str]]:
    return [[room.strip() for room in row.replace(":", "|").split("|")] for row in contract["layers"]]


def drawn(packages: list[tuple[str, list[list[str]]]]) -> str:
    """The picture as SVG."""
    parts: list[str] = []
    top = 34
    for name, rows in packages:
        height = ROW + len(rows) * (ROW + GAP) + (GAP if rows else 0)
        parts.append(f'<rect x="10" y="{top}" width="{WIDTH - 20}" height="{height}" rx="6"/>')
        parts.append(f'<text class="name" x="{10 + INSET}" y="{top + 22}">{escape(name)}</text>')
        y = top + ROW
        for row in rows:
            width = (WIDTH - 20 - 2 * INSET - (len(row) - 1) * GAP) / len(row)
            for number, room in enumerate(row):
                x = 10 + INSET + number * (width + GAP)
                parts.append(f'<rect class="room" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{ROW}" rx="4"/>')
                parts.append(f'<text x="{x + width / 2:.1f}" y="{y + 22}" text-anchor="middle">{escape(room)}</text>')
            y += ROW + GAP
        top += height + GAP
    hint = "A package or room imports only what is below it. The workers import actions, store, domain and jobs; service never imports workers."
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top + 4}" role="img" aria-label="{escape(hint)}">\n'
        f'<style>{STYLE}</style>\n<text class="hint" x="10" y="20">{escape(hint)}</text>\n' + "\n".join(parts) + "\n</svg>\n"
    )


if __name__ == "__main__":
    PICTURE.write_text(drawn(layers()))
    print(f"written to {PICTURE.relative_to(ROOT)}")
