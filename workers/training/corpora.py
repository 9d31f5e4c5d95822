"""The data sets for training and evaluation, their licences, and the ones that a shipped model may learn from."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from service.domain.policy.check_input import Author, CheckInput
from workers.checks.prepared import Prepared
from workers.checks.text.normalize import fold

#: Data set -> its licence. A set that is not listed here is never used for training.
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
    """One labelled comment. `label`: 1 unwanted, 0 fine. `part`: the part of its set that it belongs to (a video)."""

    text: str
    label: int
    part: str = ""
    name: str = ""
    url: str = ""

    @property
    def normal(self) -> str:
        """The normalised text, to tell whether two texts are the same: folded, letters and digits only."""
        return _NOT_WORDS.sub(" ", fold(self.text).text).strip()

    def prepared(self) -> Prepared:
        return Prepared.of(CheckInput(self.text, author=Author(name=self.name, url=self.url)))


def rows(folder: Path, name: str) -> list[dict[str, object]]:
    """The rows of one set (JSON Lines), one dict per line. Empty if no folder has the set."""
    path = find(folder, f"{name}.jsonl")
    if path is None:
        return []
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def find(folder: Path, name: str) -> Path | None:
    """The file with this name in the folder, else in one of its sub-folders, else in a folder beside it.

    So the folder may be the one that holds `dev`, `dev2` and `train`, or any of these.
    """
    folder = folder.resolve()
    folders = (folder, *sorted(folder.glob("*/")), *sorted(folder.parent.glob("*/")))
    return next((path for each in folders if (path := each / name).is_file()), None)


def examples(folder: Path, name: str) -> list[Example]:
    """One set as examples, with its own labels."""
    return [
        Example(str(row["text"]), int(str(row["label"])), str(row.get("source", "")), str(row.get("name") or ""))
        for row in rows(folder, name)
    ]


def abuse_in_news(folder: Path) -> Iterator[Example]:
    """Civil Comments, labelled by its annotators' votes.

    Unwanted: at least two votes for an attack and none for fine. Fine: at least half of the votes. All others are left out.
    """
    for row in rows(folder, "civil_toxic_spans"):
        attacks = sum(int(str(row[key])) for key in ("n_insult", "n_threat", "n_identity", "n_profane"))
        fine, asked = int(str(row["n_nottoxic"])), int(str(row["n"]))
        if attacks >= 2 and fine == 0:
            yield Example(str(row["text"]), 1, "civil")
        elif fine * 2 >= asked:
            yield Example(str(row["text"]), 0, "civil")


def distinct(examples: Iterable[Example], *, apart_from: Iterable[Example] = ()) -> list[Example]:
    """The first example of each normalised text, without texts that `apart_from` also has. Avoids duplicates and leakage."""
    seen = {example.normal for example in apart_from}
    kept = []
    for example in examples:
        if (normal := example.normal) not in seen:
            seen.add(normal)
            kept.append(example)
    return kept
