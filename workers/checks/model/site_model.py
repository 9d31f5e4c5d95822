"""A site's own model, trained on its moderators' decisions. It is used once it has proved better than the shipped model."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log, sqrt


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

    def weight(self, features: set[str]) -> float:
        """The sum of the weights of these features."""
        return sum(self.weights[feature] for feature in sorted(self.weights.keys() & features))

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
