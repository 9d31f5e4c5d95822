"""The shipped models: their file format, loading and scoring."""

import gzip
import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from itertools import repeat

from workers.checks.model.linear import LETTERS, WEIGHTS, Hit, Linear, Scale, columns, pack, sums
from workers.checks.model.ngrams import Tokens, as_phrases, as_pieces
from workers.checks.text.matcher import Weighed

FILE = "models/shelf.json.gz"
_ORDER = ("spam", "abuse")
#: Added to a weight, so that a byte holds it, and 0 is none.
_SHIFT = WEIGHTS + 1


class ShippedModels:
    """Two models over one vocabulary.

    All known features of a text are found in two passes: one over its chunks for character n-grams, one over its words. That
    takes a third of the time of looking up each n-gram, word, pair and phrase.
    """

    def __init__(self, features: Sequence[str], numbers: Sequence[int], scales: Sequence[Scale]) -> None:
        self.scales = tuple(scales)
        self._size = len(features)
        self._phrases = Weighed(as_phrases(features), numbers)
        self._pieces = Weighed(as_pieces(features), numbers)
        self._steps: dict[int, tuple[bytes, bytes]] = {}
        self._seen = {feature: number for feature, number in zip(features, numbers, strict=True) if feature[0] in "#@"}

    def __len__(self) -> int:
        return self._size

    def totals(self, comments: Sequence[Tokens]) -> list[int]:
        """The sum over the pieces, words, pairs and phrases of each of several comments.

        One pass searches all comments before the next pass does, since their tables do not fit into the CPU cache together.
        """
        pieces = [self._pieces.total(said.chunked()) for said in comments]
        phrases = [self._phrases.total(said.line()) for said in comments]
        return list(map(int.__add__, pieces, phrases))

    def probabilities(self, total: int, seen: Iterable[str]) -> tuple[float, float]:
        """The probability that a comment is unwanted, by the first and by the second model.

        `total`: its sum of `totals`. `seen`: its style features.
        """
        total += sum(map(self._seen.get, seen, repeat(0)))
        first, second = self.scales
        return first.probability(*sums(total, 0)), second.probability(*sums(total, 1))

    def chance_of(self, margin: float, model: int) -> float:
        """The probability that the first (0) or second (1) model gives a margin, by its calibration."""
        return self.scales[model].chance_of(margin)

    def hits(self, line: str, pieces: str, model: int) -> tuple[list[Hit], list[Hit]]:
        """The features of a line of words, and of a line of chunks, with their weights in the first (0) or second (1) model.

        The name of a feature is its place: from 0 on for words, pairs and phrases, below 0 for pieces.
        """
        words, chunks = self._steps_of(model)
        of_words: list[Hit] = [
            (at, step - _SHIFT, start, end) for at, start, end in self._phrases.hits(line) if (step := words[at])
        ]
        of_chunks: list[Hit] = [
            (~at, step - _SHIFT, start, end) for at, start, end in self._pieces.hits(pieces) if (step := chunks[at])
        ]
        return of_words, of_chunks

    def _steps_of(self, model: int) -> tuple[bytes, bytes]:
        """The steps of one model for all phrases and for all pieces, made for the first explanation. A byte for each takes little of
        the CPU cache, and many features are of the other model only."""
        if model not in self._steps:
            steps = _Steps(model)
            phrases, pieces = (bytes(map(steps.__getitem__, strings.numbers)) for strings in (self._phrases, self._pieces))
            self._steps[model] = phrases, pieces
        return self._steps[model]

    def knows(self, word: str) -> bool:
        """Whether this is a word of the vocabulary. Of another word the models know pieces only."""
        line = f" {word} "
        return any(end - start == len(line) for _, start, end in self._phrases.hits(line))

    def probability_of(self, features: Iterable[int], seen: Iterable[str], model: int) -> float:
        """The probability that a comment with these features of `hits` and this style is unwanted."""
        words, pieces = self._phrases.numbers, self._pieces.numbers
        total = sum([words[at] if at >= 0 else pieces[~at] for at in features])
        return self.scales[model].probability(*sums(total + sum(map(self._seen.get, seen, repeat(0))), model))


class _Steps(dict[int, int]):
    """The weight of one model in each packed number, plus _SHIFT; 0 if this model does not have the feature. There are only a few
    thousand different numbers."""

    def __init__(self, model: int) -> None:
        super().__init__()
        self._model = model

    def __missing__(self, number: int) -> int:
        weight, gain = sums(number, self._model)
        self[number] = step = weight + _SHIFT if weight or gain else 0
        return step


def packed(spam: Linear, abuse: Linear) -> bytes:
    """Serialise both models: the features of either model, and one character per number, as gzipped JSON.

    The same models give the same bytes.
    """
    features = sorted({*spam.weights, *abuse.weights})
    stored: dict[str, str] = {}
    scales = []
    for name, model in (("spam", spam), ("abuse", abuse)):
        stored[f"{name} weights"], stored[f"{name} gains"], steps = columns(model, features)
        scales.append([*steps, model.slope, model.offset])
    plain = {"features": "\n".join(features), "scales": scales, **stored}
    return gzip.compress(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode(), compresslevel=9, mtime=0)


def unpacked(stored: bytes) -> ShippedModels:
    """Load the models that `packed` wrote."""
    return ShippedModels(*_read(stored))


def _read(stored: bytes) -> tuple[list[str], list[int], list[Scale]]:
    """The features, packed numbers and scales of the file. A separate function, so that the parsed JSON is freed on return."""
    plain = json.loads(gzip.decompress(stored))
    stored_columns = [plain[f"{name} {column}"] for name in _ORDER for column in ("weights", "gains")]
    numbers = list(map(_Numbers().__getitem__, zip(*stored_columns, strict=True)))
    return plain["features"].split("\n"), numbers, [Scale(*scale) for scale in plain["scales"]]


class _Numbers(dict[tuple[str, ...], int]):
    """Caches the packed number of each row of four letters. Many features share a row: there are only a few thousand rows."""

    def __missing__(self, row: tuple[str, ...]) -> int:
        weight, gain, other_weight, other_gain = map(LETTERS.index, row)
        number = self[row] = pack((weight - WEIGHTS, gain), (other_weight - WEIGHTS, other_gain))
        return number


@cache
def shipped_models() -> ShippedModels:
    """The shipped models, loaded once per process."""
    return unpacked(files("workers.checks").joinpath(FILE).read_bytes())
