"""Harmless comments that are rejected without review, in each set. `greenroom evaluate` fails if there are any to speak of."""

from collections.abc import Iterator
from pathlib import Path

from service.domain.states import State
from workers.training.corpora import Example, rows
from workers.training.judging import state_of
from workers.training.metrics import Figure, figure

#: The sets with harmless comments as people send them. Tweets (davidson) are left out: their labels say nothing of spam. Of each set at most MOST comments are judged.
SETS = ("ucc_news", "civil_toxic_spans", "wiki_cat_large", "surge_toxicity", "youtube_spam", "calls", "spam")
LANGUAGES = ("ar", "bn", "de", "es", "fr", "hi", "hinglish", "id", "it", "ja", "ko", "nl", "pl", "pt", "ru", "ta", "tr", "zh")
MOST = 4_000
GOAL = "<= .001"


def rejected_unseen(folder: Path) -> Iterator[Figure]:
    """The share of harmless comments that are rejected, and the share that is held. Sites take all languages here."""
    for name in (*SETS, *LANGUAGES):
        for source, harmless in _by_source(folder, name).items():
            states = [state_of(example, languages=("*",)) for example in harmless]
            called = f"{name}, {source}" if source else name
            labels = {"language": name} if name in LANGUAGES else {}
            yield figure(
                f"rejected unseen, and fine: {called}",
                states.count(State.REJECTED) / len(states),
                GOAL,
                f"{len(states)} comments, all languages taken; held: {states.count(State.HELD) / len(states):.4f}",
                must=True,
                **labels,
            )


def _by_source(folder: Path, name: str) -> dict[str, list[Example]]:
    """The harmless comments of a set, by their source if the set has several sources."""
    parts: dict[str, list[Example]] = {}
    for row in rows(folder, name):
        if row.get("healthy", 1) == 1 and row["label"] == 0:
            part = str(row["source"]) if "kind" in row else ""
            parts.setdefault(part, []).append(
                Example(str(row["text"]), 0, name, str(row.get("name") or ""), str(row.get("url") or ""))
            )
    return {part: harmless[:MOST] for part, harmless in parts.items()}


QUICK = (rejected_unseen,)
