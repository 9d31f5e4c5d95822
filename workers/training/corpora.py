"""The data sets for training and evaluation, their licences, and the ones that a shipped model may learn from."""

import csv
import json
import re
import unicodedata
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
    "judol": "MIT",
    "abuse_other": "by source: CC BY 2.0, CC BY 4.0, CC BY-SA 3.0, CC BY-SA 4.0, Apache-2.0, MIT",
}
#: Comments with and without gambling spam (gbennnn/judol-comment-classification), and the names of the sites that are advertised.
_JUDOL, _JUDOL_SITES = "dataset_judol_labelled.csv", "situs_judol.csv"
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
    if name == "judol":
        return list(_judol(folder))
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


def _judol(folder: Path) -> Iterator[dict[str, object]]:
    """Indonesian comments under videos, without those that stand in the measured set `spam`, and without its betting sites."""
    path, sites = find(folder, _JUDOL), find(folder, _JUDOL_SITES)
    if path is None or sites is None:
        return
    measured = {_squeezed(str(row["text"])) for row in rows(folder, "spam")}
    names = [_squeezed(site) for site in sites.read_text(encoding="utf-8-sig").split()[1:]]
    known = [name for name in names if any(name in text for text in measured)]
    new = [name for name in names if name not in known]
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            text, spam = _squeezed(row["comment_text"]), int(row["label"])
            named = any(name in text for name in new) and not any(name in text for name in known)
            if text not in measured and (named or not spam):
                yield {"text": row["comment_text"], "label": spam, "source": "judol"}


def _squeezed(text: str) -> str:
    """The letters and digits of a text, whatever style they are written in and whatever stands between them."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).lower() if char.isalnum())


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
