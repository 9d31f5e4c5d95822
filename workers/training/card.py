"""The card of the shipped models: what they learned from, under which licences, how large they are, and their hash."""

import hashlib
import json
from pathlib import Path

from workers.checks.model.model_file import packed
from workers.training.corpora import MAY_TRAIN, rows
from workers.training.recipes import ABUSE, PLANS, SPAM, Plan, made


def shipped(folder: Path, out: Path) -> dict[str, object]:
    """Make the models into `out/shelf.json.gz`, and answer with the card, which stands beside them as `card.json`."""
    out.mkdir(parents=True, exist_ok=True)
    stored = packed(made(SPAM, folder), made(ABUSE, folder))
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
