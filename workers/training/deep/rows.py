"""The rows that the transformer learns from: data sets whose licences allow it, and our own sentences."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from workers.checks.text.normalize import fold
from workers.training.corpora import Example, rows
from workers.training.deep.sentences import made_sentences

#: One row of this many is held out by the hash of its text, and never trained on.
HELD_OUT_OF = 5
#: The number of rows that are taken of a set, by name, and their licence. Large sets of one kind would drown the others.
SETS = {
    "hatemoji": (6000, "CC BY 4.0"),
    "stormfront": (1500, "CC BY-SA 3.0 ES"),
    "hatexplain": (3000, "MIT"),
    "toxigen_demos": (700, "CDLA-Permissive-2.0"),
    "implicit_hate": (2800, "MIT"),
    "davidson": (2400, "MIT"),
    "edos": (3000, "CC0"),
    "surge_toxicity": (800, "MIT"),
    "jigsaw_balanced": (2000, "annotations CC0, text CC BY-SA 3.0"),
    "wiki_detox_test": (400, "annotations CC0, text CC BY-SA 3.0"),
    "wiki_cat_large": (600, "annotations CC0, text CC BY-SA 3.0"),
    "civil_toxic_spans": (4200, "CC0"),
}
#: The sets that stand together in `abuse_en.jsonl`.
TOGETHER = "abuse_en"


@dataclass(frozen=True, slots=True)
class DeepRow:
    """One text with its labels: an attack, and hate against a group. None: the source does not say."""

    text: str
    attack: int | None
    hate: int | None
    source: str


def training_rows(folder: Path) -> list[DeepRow]:
    """All rows to learn from, without doubles and without what is held out."""
    found = [row for name, (most, _) in SETS.items() for row in _spread(_kept(name, folder), most)]
    made = [DeepRow(each.text, each.attack, each.hate, "templates") for each in made_sentences()]
    return list(_distinct([*found, *made]))


def calm_news(folder: Path) -> list[str]:
    """Calm news comments that were not trained on, to find the limit for hate: of Civil Comments what is held out, and half of
    the Globe and Mail's, by hash. The other half measures."""
    civil = [
        row.text
        for row in _labelled("civil_toxic_spans", folder)
        if row.attack == 0 and held_out(row.text) and not measures(row.text)
    ]
    globe = [str(row["text"]) for row in _found(folder, "ucc_news") if row["healthy"] == 1]
    return civil + [text for text in globe if not measures(text)]


def measures(text: str) -> bool:
    """Whether a text that was held out measures. The other half finds limits."""
    return _drawn(text) // HELD_OUT_OF % 2 == 0


def held_out(text: str) -> bool:
    """Whether this text belongs to the fifth that is never trained on."""
    return _drawn(text) % HELD_OUT_OF == 0


def _drawn(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(Example(text, 0).normal.encode(), digest_size=8).digest(), "big")


def _kept(name: str, folder: Path) -> list[DeepRow]:
    return [row for row in _labelled(name, folder) if not held_out(row.text)]


def _spread(found: list[DeepRow], most: int) -> list[DeepRow]:
    """At most `most` rows, half of them attacks or hate where there are enough, chosen by the hash of their text."""
    ranked = sorted(found, key=lambda row: _drawn(row.text + " "))
    bad = [row for row in ranked if row.attack or row.hate]
    good = [row for row in ranked if not (row.attack or row.hate)]
    taken = min(len(bad), max(most // 2, most - len(good)))
    return [*bad[:taken], *good[: most - taken]]


def _labelled(name: str, folder: Path) -> Iterator[DeepRow]:
    for row in _found(folder, name):
        yield DeepRow(str(row["text"]), *_labels(name, row), name)


def _found(folder: Path, name: str) -> list[dict[str, object]]:
    return rows(folder, name) or [row for row in rows(folder, TOGETHER) if row["source"] == name]


def _labels(name: str, row: dict[str, object]) -> tuple[int | None, int | None]:
    label = int(str(row["label"]))
    if name == "davidson":
        return (0 if row["cls"] == "neither" else 1), int(row["cls"] == "hate")
    if name == "edos":
        return (1, 1) if label else (None, 0)
    if name == "civil_toxic_spans":
        return _votes(row)
    if "h" in row:
        return _known(row["a"]), _known(row["h"])
    return label, (None if label else 0)


def _votes(row: dict[str, object]) -> tuple[int | None, int | None]:
    """Civil Comments: an attack needs two votes and none for fine; a calm comment half of the votes for fine."""
    votes = {key: int(str(row[f"n_{key}"])) for key in ("insult", "threat", "identity", "profane", "nottoxic")}
    calm = votes["nottoxic"] * 2 >= int(str(row["n"]))
    attack = 1 if not votes["nottoxic"] and sum(votes.values()) >= 2 else 0 if calm else None
    hate = 1 if votes["identity"] >= 2 and not votes["nottoxic"] else 0 if not votes["identity"] and attack is not None else None
    return attack, hate


def _known(value: object) -> int | None:
    return None if value is None else int(str(value))


def _distinct(found: Iterable[DeepRow]) -> Iterator[DeepRow]:
    seen: set[str] = set()
    for row in found:
        normal = fold(row.text).text
        if (row.attack, row.hate) != (None, None) and normal not in seen:
            seen.add(normal)
            yield row
