"""The sets that training and measuring read from a folder, their licences, and which of them a shipped model may learn from."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from service.domain.policy.check_input import Author, CheckInput
from workers.checks.prepared import Prepared
from workers.checks.text.normalize import fold

#: Set -> its licence. A set that is not named here is never learned from.
MAY_TRAIN = {
    "youtube_spam": "CC BY 4.0",
    "sms_spam": "CC BY 4.0",
    "tg_spam": "MIT",
    "spamassassin_mail": "PDDL/CC0",
    "davidson": "MIT",
    "edos": "CC0",
    "civil_toxic_spans": "CC0",
    "surge_toxicity": "MIT",
    "jigsaw_balanced": "annotations CC0, text CC BY-SA 3.0",
    "wiki_detox_test": "annotations CC0, text CC BY-SA 3.0",
    "wiki_cat_large": "annotations CC0, text CC BY-SA 3.0",
}
_NOT_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled comment. `label`: 1 unwanted, 0 fine. `part` names the piece of a set it belongs to (a video)."""

    text: str
    label: int
    part: str = ""
    name: str = ""
    url: str = ""

    @property
    def normal(self) -> str:
        """The text as it counts for "the same text": folded, letters and digits only."""
        return _NOT_WORDS.sub(" ", fold(self.text).text).strip()

    def prepared(self) -> Prepared:
        return Prepared.of(CheckInput(self.text, author=Author(name=self.name, url=self.url)))


def rows(folder: Path, name: str) -> list[dict[str, object]]:
    """One set as it is stored, a dict a line; empty where the folder does not hold it."""
    path = folder / f"{name}.jsonl"
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def examples(folder: Path, name: str) -> list[Example]:
    """One set with its own labels."""
    return [
        Example(str(row["text"]), int(str(row["label"])), str(row.get("source", "")), str(row.get("name") or ""))
        for row in rows(folder, name)
    ]


def abuse_in_news(folder: Path) -> Iterator[Example]:
    """Civil Comments by what its annotators said: unwanted where nobody called it fine and two called it an attack."""
    for row in rows(folder, "civil_toxic_spans"):
        attacks = sum(int(str(row[key])) for key in ("n_insult", "n_threat", "n_identity", "n_profane"))
        fine, asked = int(str(row["n_nottoxic"])), int(str(row["n"]))
        if attacks >= 2 and fine == 0:
            yield Example(str(row["text"]), 1, "civil")
        elif fine * 2 >= asked:
            yield Example(str(row["text"]), 0, "civil")


def distinct(examples: Iterable[Example], *, apart_from: Iterable[Example] = ()) -> list[Example]:
    """The first of each normalised text, without those that also stand in `apart_from`: nothing is learned twice or leaked."""
    seen = {example.normal for example in apart_from}
    kept = []
    for example in examples:
        if (normal := example.normal) not in seen:
            seen.add(normal)
            kept.append(example)
    return kept
