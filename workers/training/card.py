"""The card of the shipped models: their training sets with licences, their size, and their hash."""

import hashlib
import json
from pathlib import Path

from workers.checks.model.model_file import packed
from workers.training.corpora import MAY_TRAIN, rows
from workers.training.recipes import ABUSE, PLANS, SPAM, Plan, train


def shipped(folder: Path, out: Path) -> dict[str, object]:
    """Train the models, write them to `out/shelf.json.gz` and the card to `out/card.json`. Returns the card."""
    out.mkdir(parents=True, exist_ok=True)
    stored = packed(train(SPAM, folder), train(ABUSE, folder))
    (out / "shelf.json.gz").write_bytes(stored)
    card: dict[str, object] = {
        "models": {plan.name: _lessons(folder, plan) for plan in PLANS},
        "bytes": len(stored),
        "sha256": hashlib.sha256(stored).hexdigest(),
    }
    (out / "card.json").write_text(json.dumps(card, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return card


def _lessons(folder: Path, plan: Plan) -> list[dict[str, object]]:
    return [{"set": name, "licence": MAY_TRAIN[name], "rows": len(rows(folder, name))} for name in plan.sets]
