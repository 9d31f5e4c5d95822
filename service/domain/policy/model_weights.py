"""The weights of single words in a site's model, for people to look at."""

import gzip
import json
from base64 import b64decode
from dataclasses import dataclass

#: The length of pieces of words (n-grams) among the features. A longer feature that contains a space is a pair of words.
_PIECE = 4


@dataclass(frozen=True, slots=True)
class WeightedFeature:
    """One word, pair of words or host. A weight above 0 speaks for rejecting, below 0 for approving."""

    name: str
    weight: float
    host: bool = False


def weighted_features(stored: str) -> list[WeightedFeature]:
    """All words, pairs and hosts of a stored model, the highest weight first. Pieces of words are left out, because they mean
    nothing to people."""
    if not stored:
        return []
    weights: dict[str, float] = json.loads(gzip.decompress(b64decode(stored)))["weights"]
    features = [WeightedFeature(name, weight, host) for feature, weight in weights.items() for name, host in _named(feature)]
    return sorted(features, key=lambda feature: (-feature.weight, feature.name))


def _named(feature: str) -> list[tuple[str, bool]]:
    if feature.startswith("_") and len(feature) > 2:
        return [(feature[1:], False)]
    if feature.startswith("#host "):
        return [(feature.removeprefix("#host "), True)]
    return [(feature, False)] if " " in feature.strip() and len(feature) > _PIECE and feature[0] != "#" else []
