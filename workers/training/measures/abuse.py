"""Attacks: how well the abuse model ranks them, on rows that it was not trained on."""

from collections.abc import Iterator
from pathlib import Path

from service.domain.policy.check_input import CheckInput
from service.domain.policy.judge import scores
from service.domain.policy.signals import Family
from workers.checks import signals_of
from workers.checks.model.model_file import shipped_models
from workers.training.corpora import examples, rows
from workers.training.held_out import held_out
from workers.training.metrics import Figure, auc, calibration_error, figure
from workers.training.recipes import ABUSE, folds
from workers.training.unseen import margins_held_out


def abuse(folder: Path) -> Iterator[Figure]:
    """The abuse model on a held-out quarter of its data (by normalised text), and on a news set that it was not trained on."""
    sets = {"Wikipedia": ("jigsaw_balanced", "wiki_detox_test"), "social media": ("surge_toxicity",)}
    goals = {"Wikipedia": ">= .97", "social media": ">= .93"}
    asked = [(called, e) for called, names in sets.items() for name in names for e in examples(folder, name)]
    quarter = [pair for pair, fold in zip(asked, folds([e for _, e in asked]), strict=True) if fold == 0]
    shipped = shipped_models()
    margins = margins_held_out(ABUSE, folder, [example for _, example in quarter])
    for called, goal in goals.items():
        part = [(margin, e.label) for (name, e), margin in zip(quarter, margins, strict=True) if name == called]
        if part:
            value = auc([margin for margin, _ in part], [label for _, label in part])
            chances = [shipped.chance_of(margin, 1) for margin, _ in part]
            error = calibration_error(chances, [label for _, label in part])
            how = f"{len(part)} comments that the measured model had not seen, with the calibration as shipped"
            yield figure(f"abuse in {called}, calibration error", error, "<= .05" if called == "social media" else "", how)
            yield figure(f"abuse in {called}, AUC", value, goal, f"a quarter held out by normalised text, {len(part)} comments")
    said = rows(folder, "ucc_news")
    if said:
        chances = [scores(signals_of(CheckInput(str(row["text"]))))[Family.ABUSE] for row in said]
        labels = [int(str(row["label"])) for row in said]
        calm = [chance for row, chance in zip(said, chances, strict=True) if row["healthy"] == 1 or row["label"]]
        known = [int(str(row["label"])) for row in said if row["healthy"] == 1 or row["label"]]
        yield figure("abuse in news, calibration error", calibration_error(calm, known), "", f"{len(known)} comments")
        yield figure("abuse in news, AUC", auc(chances, labels), ">= .75", "never learned from, shipped model")


SLOW = (abuse, held_out)
