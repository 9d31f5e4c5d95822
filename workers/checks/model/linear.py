"""Linear models over sets of strings: two models share one number a feature, so that adding up once answers for both."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, fsum, sqrt

#: Weights are whole steps of -WEIGHTS..WEIGHTS of a model's scale, gains 0..GAINS. Whole numbers add up to the same sum in any
#: order, which a set's order, different in each process, makes necessary.
WEIGHTS, GAINS = 45, 7
#: Two weights and two gains share one whole number: adding up the shared ones adds up all four. With the most features that
#: a text can have (ngrams.MOST) every sum keeps to its bits; usual sums stay within the 63 bits that Python adds up fast.
_WEIGHT_BITS, _GAIN_BITS = 18, 15
_PAIR_BITS = _WEIGHT_BITS + _GAIN_BITS
_HALF = 1 << _WEIGHT_BITS - 1


@dataclass(frozen=True, slots=True)
class Linear:
    """`weights` by feature as (weight, squared gain), `bias`, and the slope and offset of the calibration (Platt scaling)."""

    weights: Mapping[str, tuple[float, float]]
    bias: float
    slope: float = 1.0
    offset: float = 0.0

    def margin(self, features: Iterable[str]) -> float:
        """The weights of the known features, as a vector of unit length would give them, plus the bias."""
        known = [self.weights[feature] for feature in features if feature in self.weights]
        # Exact sums: those of plain floats differ with the order, and a set's order is another in each process.
        gains = fsum(gain for _, gain in known)
        return (fsum(weight for weight, _ in known) / sqrt(gains) if gains else 0.0) + self.bias

    def probability(self, margin: float) -> float:
        """How likely a comment with this margin is unwanted, 0..1."""
        return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, self.slope * margin + self.offset))))


@dataclass(frozen=True, slots=True)
class Scale:
    """What turns the whole numbers of one model back into its margin and probability."""

    weight: float
    gain: float
    bias: float
    slope: float
    offset: float

    def probability(self, weights: int, gains: int) -> float:
        """How likely a comment is unwanted whose known features add up to these steps."""
        margin = weights * self.weight / sqrt(gains * self.gain) + self.bias if gains else self.bias
        return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, self.slope * margin + self.offset))))


def pack(first: tuple[int, int], second: tuple[int, int]) -> int:
    """The steps (weight, gain) of a feature in both models as one number."""
    (weight, gain), (other_weight, other_gain) = first, second
    return weight + (gain << _WEIGHT_BITS) + (other_weight << _PAIR_BITS) + (other_gain << _PAIR_BITS + _WEIGHT_BITS)


def sums(total: int, model: int) -> tuple[int, int]:
    """The weight and the gain of the first (0) or second (1) model in a sum of packed numbers."""
    # With half of its room added no weight is negative, and none has borrowed from its neighbour.
    total += _HALF
    if model:
        total = (total >> _PAIR_BITS) + _HALF
    return (total & (1 << _WEIGHT_BITS) - 1) - _HALF, total >> _WEIGHT_BITS & (1 << _GAIN_BITS) - 1
