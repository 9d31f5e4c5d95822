"""Training of the model for attacks in languages other than English (`workers/checks/languages/attacks.py`).

Classes and languages are balanced by weights, so that the pieces tell attacks apart and not languages. A fifth of the rows is set
aside by the hash of its text: it gives each language its limit and the figures of the card, and then joins the training.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from workers.checks.languages.attacks import ALONE, normal, packed, pieces
from workers.checks.model.linear import Linear
from workers.training.corpora import rows
from workers.training.fitting import Table, fit
from workers.training.metrics import auc, hits_at

#: The sources that may train, with their licences. Rows of other sources are left out.
SOURCES = {
    "offenseval_tr": "CC BY 2.0", "cold": "Apache-2.0", "told_br": "CC BY-SA 4.0", "korean_hate": "CC BY-SA 4.0", "ruhsold": "MIT",
    "mlma": "MIT", "germeval2018": "CC BY 4.0", "ud_pud": "CC BY-SA 3.0",
}  # fmt: skip
SET = "abuse_other"
#: How `fit` is called. Of twelve settings this one had the best mean of the AUC of all languages, on the rows set aside.
KEPT, AT_LEAST, STRENGTH, SMOOTHING = 30_000, 4, 0.5, 1.0
#: How many pieces a language keeps that is learned alone. Its AUC on the rows set aside chose this, and that it is learned alone.
KEPT_ALONE = 15_000
#: The weights of sentences that are all calm: news, and our own about groups of people.
CALM = {"ud_pud": 0.3, "calm": 0.3}
#: The score at which an attack holds a comment, and the share of calm comments that may reach it.
LIMIT, FALSE_ALARMS = 0.6, 0.03
_CODES = {"hinglish": "hi-Latn"}
#: A language with fewer rows of each kind than this is not learned.
FEWEST = 300


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text: 1 an attack, 0 calm."""

    text: str
    label: int
    language: str
    source: str

    @property
    def aside(self) -> bool:
        return int(hashlib.sha256(self.text.encode()).hexdigest(), 16) % 5 == 0


def train_languages(folder: Path, out: Path) -> dict[str, object]:
    """Train, write `languages.json.gz` and its card to `out`, and return the card. The same rows give the same bytes."""
    taught = read(folder)
    table = Table.of((sorted(pieces(normal(row.text))) for row in taught), at_least=AT_LEAST)
    rest = [at for at, row in enumerate(taught) if not row.aside]
    aside = [at for at, row in enumerate(taught) if row.aside and row.source not in CALM]
    first = _models(table.rows(rest), [taught[at] for at in rest])
    asked, unseen = [taught[at] for at in aside], table.rows(aside)
    shared, alone = (unseen.margins(model) for model in first)
    margins = [own if row.language in ALONE else other for row, other, own in zip(asked, shared, alone, strict=True)]
    scales, figures = _scales(asked, margins)
    stored = packed(*_models(table, taught), scales)
    out.mkdir(parents=True, exist_ok=True)
    (out / "languages.json.gz").write_bytes(stored)
    card = _card(taught, stored, figures)
    (out / "languages.card.json").write_text(
        json.dumps(card, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    return card


def read(folder: Path) -> list[Row]:
    """The rows of the folder that may train, of languages with enough rows of both kinds."""
    known = [
        Row(str(row["text"]), int(str(row["a"])), _CODES.get(str(row["lang"]), str(row["lang"])), str(row["source"]))
        for row in rows(folder, SET)
        if row.get("a") is not None and row["source"] in SOURCES
    ]
    counts = Counter((row.language, row.label) for row in known)
    known += calm_about_people()
    return [row for row in known if min(counts[row.language, 0], counts[row.language, 1]) >= FEWEST]


def calm_about_people() -> list[Row]:
    """Calm sentences about groups of people, in each language: a group's name alone must be no sign of an attack."""
    parts = json.loads(files(__package__).joinpath("calm_languages.json").read_text(encoding="utf-8"))
    return [
        Row(sentence.replace("{who}", who), 0, language, "calm")
        for language, part in parts.items()
        for sentence in part["calm"]
        for who in part["who"]
    ]


def _weights(taught: Sequence[Row]) -> Any:
    of_kind = Counter((row.language, row.label) for row in taught if row.source not in CALM)
    of_language = Counter(row.language for row in taught)

    def weight(row: Row) -> float:
        if row.source in CALM:
            return CALM[row.source]
        # Small languages count somewhat more than their rows, so that large ones do not take all pieces.
        balance = of_language[row.language] / 2 / of_kind[row.language, row.label]
        return float(balance * (4000 / of_language[row.language]) ** 0.3)

    return np.array([weight(row) for row in taught])


def _models(table: Table, taught: Sequence[Row]) -> tuple[Linear, Linear]:
    """The model of all languages, and the one of those that are learned alone."""
    alone = [at for at, row in enumerate(taught) if row.language in ALONE]
    return _fit(table, taught, KEPT), _fit(table.rows(alone), [taught[at] for at in alone], KEPT_ALONE)


def _fit(table: Table, taught: Sequence[Row], kept: int) -> Linear:
    labels = [row.label for row in taught]
    return fit(table, labels, _weights(taught), kept=kept, at_least=AT_LEAST, strength=STRENGTH, smoothing=SMOOTHING)


def _scales(aside: Sequence[Row], margins: Sequence[float]) -> tuple[dict[str, tuple[float, float]], dict[str, dict[str, float]]]:
    """For each language the slope of Platt scaling, an offset that lets FALSE_ALARMS of its calm comments reach LIMIT, and figures."""
    scales, figures = {}, {}
    for language in sorted({row.language for row in aside}):
        pairs = [(margin, row.label) for row, margin in zip(aside, margins, strict=True) if row.language == language]
        seen, labels = [margin for margin, _ in pairs], [label for _, label in pairs]
        slope = float(LogisticRegression(C=100.0).fit(np.array(seen).reshape(-1, 1), labels, sample_weight=None).coef_[0][0])
        calm = sorted((margin for margin, label in pairs if not label), reverse=True)
        limit = calm[int(FALSE_ALARMS * len(calm))]
        offset = float(np.log(LIMIT / (1 - LIMIT)) - slope * limit)
        scales[language] = (round(slope, 4), round(offset, 4))
        figures[language] = {
            "auc": round(auc(seen, labels), 3),
            "found": round(hits_at(FALSE_ALARMS, seen, labels), 3),
            "false_alarms": FALSE_ALARMS,
            "rows": len(pairs),
        }
    return scales, figures


def _card(taught: Sequence[Row], stored: bytes, figures: dict[str, dict[str, float]]) -> dict[str, object]:
    counts = Counter(row.source for row in taught)
    return {
        "model": "attacks in languages other than English: linear, over pieces of 2 to 5 characters; German has weights of its own",
        "sets": [{"set": name, "licence": SOURCES.get(name, "our own"), "rows": counts[name]} for name in sorted(counts)],
        "figures": figures,
        "measured": "on a fifth of the rows, set aside by the hash of the text; `found`: at 3 % of calm comments",
        "may": "hold a comment for a person",
        "must_not": "reject a comment, rank or judge people, or be used for a language that it has not learned",
        "bytes": len(stored),
        "sha256": hashlib.sha256(stored).hexdigest(),
    }
