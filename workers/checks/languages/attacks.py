"""The model for attacks in languages other than English: one linear model over pieces of texts (character n-grams), calibrated for
each language by itself. German has weights of its own. Its score may hold a comment, and never rejects one."""

import gzip
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import islice
from unicodedata import normalize

from workers.checks.model.linear import LETTERS, WEIGHTS, Linear, Scale, columns, pack, sums
from workers.checks.text.matcher import Weighed

FILE = "models/languages.json.gz"
#: The number of characters of a piece. Only the first READ characters of a text are read: with more, a sum could overflow its bits.
SHORTEST, LONGEST, READ = 2, 5, 600
#: The languages whose weights were learned from their own rows alone.
ALONE = frozenset({"de"})
#: Hinglish and Roman Urdu were learned together.
_SAME = {"ur-Latn": "hi-Latn"}
#: A reason names at most MOST_TOLD words, found among the first MOST_TRIED.
MOST_TOLD, MOST_TRIED = 3, 40
_CHUNK = re.compile(r"[^\s.,!?;:\"()\u3002\uff0c\uff01\uff1f\u0964\u060c\u061f]{2,}")
_ADDRESS, _NAME = re.compile(r"(?:https?://|www\.)\S+"), re.compile(r"@\w+")
_REPEATED, _NUMBER = re.compile(r"(.)\1{2,}"), re.compile(r"\d+")
_BREAK = re.compile(r"[^\w\u0300-\u036f\u064b-\u065f\u0900-\u0dff\u0e00-\u0eff'!?*#]+")


class AttackModel:
    """The weights of the pieces, and for each language the scale that turns their sum into a probability."""

    def __init__(self, features: Sequence[str], numbers: Sequence[int], scales: Mapping[str, Scale]) -> None:
        self._pieces = Weighed(features, numbers)
        self._scales = dict(scales)

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(self._scales) | {code for code, same in _SAME.items() if same in self._scales}

    def probability(self, text: str, language: str) -> float:
        """The probability, 0..1, that a comment in one of `languages` is an attack."""
        scale = self._scales[_SAME.get(language, language)]
        return scale.probability(*sums(self._pieces.total(normal(text)), language in ALONE))


def normal(text: str) -> str:
    """A text as the model reads it: lower case, one blank between words, without addresses and @names, repeated letters cut to
    two."""
    seen = normalize("NFKC", text[: 2 * READ]).lower()
    seen = _NUMBER.sub("0", _NAME.sub(" ", _ADDRESS.sub(" ", seen)))
    seen = _BREAK.sub(" ", _REPEATED.sub(r"\1\1", seen))
    return f" {' '.join(seen.split())} "[:READ]


def pieces(seen: str) -> set[str]:
    """All pieces of a normal text, for training. At run time an automaton finds the known ones."""
    sizes = range(SHORTEST, LONGEST + 1)
    return {seen[at : at + size] for size in sizes for at in range(len(seen) - size + 1)}


def telling_words(model: AttackModel, text: str, language: str) -> list[tuple[int, int]]:
    """The places of up to MOST_TOLD words: without them the score falls most. They stand in the order of the text."""
    places = [match.span() for match in islice(_CHUNK.finditer(text[:READ]), MOST_TRIED)]
    without = [(model.probability(text[:start] + " " + text[end:], language), start, end) for start, end in places]
    whole = model.probability(text, language)
    lower = sorted(one for one in without if one[0] < whole)[:MOST_TOLD]
    return sorted((start, end) for _, start, end in lower)


def packed(shared: Linear, alone: Linear, scales: Mapping[str, tuple[float, float]]) -> bytes:
    """Serialise the model of most languages and that of `ALONE`, with the slope and offset of each language. The same models give the
    same bytes."""
    features = sorted({*shared.weights, *alone.weights})
    stored: dict[str, str] = {}
    steps = {}
    for name, model in (("shared", shared), ("alone", alone)):
        stored[f"{name} weights"], stored[f"{name} gains"], steps[name] = columns(model, features)
    scale = {language: [*steps["alone" if language in ALONE else "shared"], *pair] for language, pair in scales.items()}
    plain = {"features": "\n".join(features), "scales": scale, **stored}
    return gzip.compress(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode(), compresslevel=9, mtime=0)


def unpacked(stored: bytes) -> AttackModel:
    """Load the models that `packed` wrote."""
    plain = json.loads(gzip.decompress(stored))
    stored_columns = [plain[f"{name} {column}"] for name in ("shared", "alone") for column in ("weights", "gains")]
    step = {letter: at for at, letter in enumerate(LETTERS)}
    numbers = [
        pack((step[weight] - WEIGHTS, step[gain]), (step[own] - WEIGHTS, step[own_gain]))
        for weight, gain, own, own_gain in zip(*stored_columns, strict=True)
    ]
    scales = {language: Scale(*numbers_) for language, numbers_ in plain["scales"].items()}
    return AttackModel(plain["features"].split("\n"), numbers, scales)


@cache
def attack_model() -> AttackModel:
    """The shipped model, loaded when the first comment needs it."""
    return unpacked(files("workers.checks").joinpath(FILE).read_bytes())
