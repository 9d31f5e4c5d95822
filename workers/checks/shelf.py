"""The shipped models: how they are stored in the package, read from it, and asked."""

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from workers.checks.linear import GAINS, WEIGHTS, Linear, Scale, pack, sums
from workers.checks.matching import Weighed
from workers.checks.ngrams import Said, as_phrase, may_be_piece

FILE = "models/shelf.json.gz"
_ORDER = ("spam", "abuse")
#: A step is stored as one letter of this row.
_LETTERS = "".join(chr(code) for code in range(35, 35 + 2 * WEIGHTS + 1))


class Shelf:
    """Two models over one vocabulary. All that they know of a text is found in two passes, one over its chunks for the pieces
    and one over its words: that costs a third of looking up each piece, word, pair and phrase."""

    def __init__(self, numbers: Mapping[str, int], scales: Sequence[Scale]) -> None:
        self._scales = tuple(scales)
        self._size = len(numbers)
        self._phrases = Weighed({phrase: number for feature, number in numbers.items() if (phrase := as_phrase(feature))})
        self._pieces = Weighed({feature: number for feature, number in numbers.items() if may_be_piece(feature)})
        self._seen = {feature: number for feature, number in numbers.items() if feature[0] in "#@"}

    def __len__(self) -> int:
        return self._size

    def probabilities(self, said: Said, seen: Iterable[str]) -> tuple[float, float]:
        """How likely a comment that says this and is seen so is unwanted, by the first and by the second model."""
        total = self._pieces.total(said.chunked()) + self._phrases.total(said.line())
        total += sum([self._seen[feature] for feature in seen if feature in self._seen])
        first, second = (scale.probability(*sums(total, at)) for at, scale in enumerate(self._scales))
        return first, second

    def heaviest(self, words: set[str], model: int, most: int = 4) -> list[str]:
        """The words that speak most for a comment being unwanted, by the first (0) or second (1) model."""
        found = self._phrases.found(Said([*words], set()).line())
        steps = {word: sums(number, model)[0] for phrase, number in found if (word := phrase.strip("\n")) in words}
        heavy = (word for word, step in steps.items() if step > WEIGHTS // 8)
        return sorted(heavy, key=lambda word: (-steps[word], word))[:most]


def packed(spam: Linear, abuse: Linear) -> bytes:
    """Both models over the union of their features, a letter for each number, gzip: the same bytes for the same models."""
    features = sorted({*spam.weights, *abuse.weights})
    columns: dict[str, str] = {}
    scales = []
    for name, model in (("spam", spam), ("abuse", abuse)):
        weight = max(abs(weight) for weight, _ in model.weights.values()) / WEIGHTS
        gain = max(gain for _, gain in model.weights.values()) / GAINS
        pairs = [model.weights.get(feature, (0.0, 0.0)) for feature in features]
        columns[f"{name} weights"] = "".join(_LETTERS[WEIGHTS + round(each / weight)] for each, _ in pairs)
        columns[f"{name} gains"] = "".join(_LETTERS[round(each / gain)] for _, each in pairs)
        scales.append([weight, gain, model.bias, model.slope, model.offset])
    plain = {"features": "\n".join(features), "scales": scales, **columns}
    return gzip.compress(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode(), compresslevel=9, mtime=0)


def unpacked(stored: bytes) -> Shelf:
    """The models that `packed` wrote, ready to be asked."""
    plain = json.loads(gzip.decompress(stored))
    columns = [plain[f"{name} {column}"] for name in _ORDER for column in ("weights", "gains")]
    known = {row: _number(*map(_LETTERS.index, row)) for row in set(zip(*columns, strict=True))}
    numbers = map(known.__getitem__, zip(*columns, strict=True))
    return Shelf(dict(zip(plain["features"].split("\n"), numbers, strict=True)), [Scale(*scale) for scale in plain["scales"]])


def _number(weight: int, gain: int, other_weight: int, other_gain: int) -> int:
    return pack((weight - WEIGHTS, gain), (other_weight - WEIGHTS, other_gain))


@cache
def shelf() -> Shelf:
    """The shipped models, loaded once a process."""
    return unpacked(files(__package__).joinpath(FILE).read_bytes())
