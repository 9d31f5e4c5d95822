"""The shipped models: how they are stored in the package and read from it."""

import gzip
import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from workers.checks.linear import GAINS, WEIGHTS, Linear, Scale, Shelf, pack

FILE = "models/shelf.json.gz"
_ORDER = (("spam", False), ("abuse", True))
#: A step is stored as one letter of this row.
_LETTERS = "".join(chr(code) for code in range(35, 35 + 2 * WEIGHTS + 1))


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
    rows = zip(*(_pairs(plain[f"{name} weights"], plain[f"{name} gains"], second) for name, second in _ORDER), strict=True)
    numbers = map(sum, rows)
    return Shelf(dict(zip(plain["features"].split("\n"), numbers, strict=True)), [Scale(*scale) for scale in plain["scales"]])


def _pairs(weights: str, gains: str, second: bool) -> Iterator[int]:
    """The packed numbers of one model's columns; each pair of letters is worked out once."""
    nothing = (0, 0)
    known = {}
    for pair in set(zip(weights, gains, strict=True)):
        steps = _LETTERS.index(pair[0]) - WEIGHTS, _LETTERS.index(pair[1])
        known[pair] = pack(nothing, steps) if second else pack(steps, nothing)
    return map(known.__getitem__, zip(weights, gains, strict=True))


@cache
def shelf() -> Shelf:
    """The shipped models, loaded once a process."""
    return unpacked(files(__package__).joinpath(FILE).read_bytes())
