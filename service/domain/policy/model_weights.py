"""What a site's model thinks of single words, for people to look at."""

import gzip
import json
from base64 import b64decode
from dataclasses import dataclass

#: Pieces of words have this length; what is longer and has a space is a pair of words.
_PIECE = 4


@dataclass(frozen=True, slots=True)
class WeightedFeature:
    """One word, pair of words or host. Above 0 it speaks for rejecting, below for approving."""

    name: str
    weight: float
    host: bool = False


def weighted_features(stored: str) -> list[WeightedFeature]:
    """All words, pairs and hosts of a stored model, the weightiest against first. Pieces of words say nothing to people."""
    if not stored:
        return []
    weights: dict[str, float] = json.loads(gzip.decompress(b64decode(stored)))["weights"]
    found = [WeightedFeature(name, weight, host) for feature, weight in weights.items() for name, host in _named(feature)]
    return sorted(found, key=lambda one: (-one.weight, one.name))


def _named(feature: str) -> list[tuple[str, bool]]:
    if feature.startswith("_") and len(feature) > 2:
        return [(feature[1:], False)]
    if feature.startswith("#host "):
        return [(feature.removeprefix("#host "), True)]
    return [(feature, False)] if " " in feature.strip() and len(feature) > _PIECE and feature[0] != "#" else []
