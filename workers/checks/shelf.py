"""The shipped models: how they are stored in the package and read from it."""

import gzip
import json
from functools import cache
from importlib.resources import files

from workers.checks.linear import LIMIT, Linear, Scale, Shelf, parts

FILE = "models/shelf.json.gz"
#: A step is stored as one letter of this row.
_LETTERS = "".join(chr(code) for code in range(33, 33 + 2 * LIMIT + 1))


def packed(spam: Linear, abuse: Linear) -> bytes:
    """Both models over the union of their features, a letter for each number, gzip: the same bytes for the same models."""
    features = sorted({*spam.weights, *abuse.weights})
    columns: dict[str, str] = {}
    scales = []
    for name, model in (("spam", spam), ("abuse", abuse)):
        weight = max(abs(weight) for weight, _ in model.weights.values()) / LIMIT
        gain = max(gain for _, gain in model.weights.values()) / (2 * LIMIT)
        pairs = [model.weights.get(feature, (0.0, 0.0)) for feature in features]
        columns[f"{name} weights"] = "".join(_LETTERS[LIMIT + round(each / weight)] for each, _ in pairs)
        columns[f"{name} gains"] = "".join(_LETTERS[round(each / gain)] for _, each in pairs)
        scales.append([weight, gain, model.bias, model.slope, model.offset])
    plain = {"features": "\n".join(features), "scales": scales, **columns}
    return gzip.compress(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode(), compresslevel=9, mtime=0)


def unpacked(stored: bytes) -> Shelf:
    """The models that `packed` wrote, ready to be asked."""
    plain = json.loads(gzip.decompress(stored))
    names = ("spam weights", "spam gains", "abuse weights", "abuse gains")
    columns = (map(dict(zip(_LETTERS, parts(at), strict=True)).__getitem__, plain[name]) for at, name in enumerate(names))
    numbers = map(sum, zip(*columns, strict=True))
    return Shelf(dict(zip(plain["features"].split("\n"), numbers, strict=True)), [Scale(*scale) for scale in plain["scales"]])


@cache
def shelf() -> Shelf:
    """The shipped models, loaded once a process."""
    return unpacked(files(__package__).joinpath(FILE).read_bytes())
