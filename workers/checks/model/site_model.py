"""A site's own model, trained on its moderators' decisions. It is used once it has proved better than the shipped model."""

import gzip
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log, sqrt

from workers.checks.model.linear import Hit
from workers.checks.model.ngrams import PIECE


@dataclass(frozen=True, slots=True)
class SiteModel:
    """`weights` by feature, `bias`, and `trust`: how much the shipped model's log-odds still count."""

    weights: Mapping[str, float]
    bias: float
    trust: float

    def chance(self, features: set[str], shipped: float) -> float:
        """The probability, 0..1, that this site's moderators reject a comment. `shipped`: the shipped model's log-odds."""
        known = [self.weights[feature] for feature in sorted(self.weights.keys() & features)]
        odds = self.trust * shipped + self.bias + (sum(known) / sqrt(len(known)) if known else 0.0)
        return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, odds))))

    def hits(self, line: str, pieces: str) -> tuple[list[Hit], list[Hit]]:
        """The features of a line of words (`^ words $`), and those of a line of chunks, with their weights and places."""
        words = list(re.finditer(r"\S+", line))[1:-1]
        spans = [(first, last) for n in (1, 2, 3) for first, last in zip(words, words[n - 1 :], strict=False)]
        named = [("_" * (first is last) + line[first.start() : last.end()], first.start(), last.end()) for first, last in spans]
        cut = ((pieces[at : at + PIECE], at, at + PIECE) for at in range(len(pieces) - PIECE + 1))
        inside = [piece for piece in cut if " " not in piece[0][1:-1]]
        return self._known(named), self._known(inside)

    def _known(self, found: Sequence[tuple[str, int, int]]) -> list[Hit]:
        return [(name, self.weights[name], start, end) for name, start, end in found if name in self.weights]

    def weighs(self, word: str) -> float:
        """The weight of one word. Above 0 the word speaks for a rejection."""
        return self.weights.get(f"_{word.lower()}", 0.0)


def packed(model: SiteModel) -> bytes:
    """Serialise the model. The same model gives the same bytes."""
    weights = {feature: round(weight, 4) for feature, weight in model.weights.items()}
    plain = {"weights": weights, "bias": model.bias, "trust": model.trust}
    return gzip.compress(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode(), mtime=0)


@lru_cache(maxsize=16)
def unpacked(stored: bytes) -> SiteModel:
    """Load a model that `packed` wrote. The last few are cached."""
    plain = json.loads(gzip.decompress(stored))
    return SiteModel(plain["weights"], float(plain["bias"]), float(plain["trust"]))


#: Upper limit for the shipped model's probability. That model was not trained on the site, so a few decisions must be able to
#: correct it.
SUREST = 0.982


def log_odds(chance: float) -> float:
    """A probability as log-odds. The probability is first limited to the range from 1 - SUREST to SUREST."""
    bounded = min(max(chance, 1 - SUREST), SUREST)
    return log(bounded / (1 - bounded))
