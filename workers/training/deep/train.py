"""Trains the transformer and writes it with its card. The texts of the data sets stay outside: only weights are written."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from workers.checks.deep.transformer import GRAPH, WEIGHTS, Transformer
from workers.checks.deep.wordpiece import CLS, SEP, WordPiece
from workers.checks.text.normalize import fold
from workers.training.deep.calibrate import calibrated, scored
from workers.training.deep.fine_tune import UNKNOWN, Lesson, fine_tune
from workers.training.deep.network import BASE, BASE_LICENCE, FROZEN_LAYERS, Network, base_folder, base_network
from workers.training.deep.quantize import mapped, onnx_bytes
from workers.training.deep.rows import SETS, DeepRow, calm_news, training_rows
from workers.training.deep.vocabulary import kept_pieces

#: The learning rate of the second pass.
SECOND_RATE = 6e-5
#: Training reads at most this many pieces of a text. The base model has many more places; the shipped one keeps those of a window.
LONGEST, PLACES = 40, 256
NOT_FOR = (
    "rejecting a comment without a person",
    "other languages than English",
    "judging people, or anything but short comments in public",
)


def train_transformer(folder: Path, out: Path, told: Callable[[str], None] = lambda _: None) -> dict[str, object]:
    """Train, quantize and calibrate. Writes `transformer.onnx`, `transformer.graph.onnx` and `transformer.json` (the card) to `out`.
    Returns the card."""
    base = base_folder()
    pieces, kept = kept_pieces(base)
    rows = training_rows(folder)
    torch.manual_seed(1)
    network = base_network(base, kept, PLACES)
    fine_tune(network, _lessons(rows, WordPiece.of(pieces)), told)
    told("calibrating")
    return finish(network, pieces, folder, out, rows)


def finish(network: Network, pieces: list[str], folder: Path, out: Path, rows: Sequence[DeepRow]) -> dict[str, object]:
    """Quantize and calibrate the trained network. Writes model and card; returns the card."""
    network.eval()
    unmeasured = dict.fromkeys(("hate_limit", "linear_weight", "attack_shift"), 0.0) | {"hate_slope": 1.0, "attack_weight": 1.0}
    model = Transformer(onnx_bytes(network, pieces, unmeasured))
    calibration = calibrated([scored(model, text) for text in calm_news(folder)])
    stored = onnx_bytes(network, pieces, calibration)
    out.mkdir(parents=True, exist_ok=True)
    (out / WEIGHTS.name).write_bytes(stored)
    (out / GRAPH.name).write_bytes(mapped(stored, WEIGHTS.name))
    card = _card(rows, stored, calibration)
    (out / "transformer.json").write_text(json.dumps(card, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return card


def _lessons(rows: list[DeepRow], words: WordPiece) -> list[Lesson]:
    return [
        Lesson(
            _pieces(row.text, words),
            (UNKNOWN if row.attack is None else float(row.attack), UNKNOWN if row.hate is None else float(row.hate)),
        )
        for row in rows
    ]


def _pieces(text: str, words: WordPiece) -> tuple[int, ...]:
    pieces = [piece for word in words.words(fold(text).text) for piece in word.pieces][: LONGEST - 2]
    return (words.numbers[CLS], *pieces, words.numbers[SEP])


def _card(rows: Sequence[DeepRow], stored: bytes, calibration: dict[str, float]) -> dict[str, object]:
    counted = {name: sum(row.source == name for row in rows) for name in (*SETS, "templates")}
    return {
        "base": {"package": BASE, "licence": BASE_LICENCE, "model": "all-MiniLM-L6-v2", "frozen_layers": FROZEN_LAYERS},
        "learned_from": [
            {"set": name, "licence": SETS[name][1] if name in SETS else "CC0", "rows": count} for name, count in counted.items()
        ],
        "says": ["attack", "hate against a group of people for what they are"],
        "may": "hold a comment for a person",
        "not_for": list(NOT_FOR),
        "calibration": calibration,
        "torch": torch.__version__,
        "bytes": len(stored),
        "sha256": hashlib.sha256(stored).hexdigest(),
    }
