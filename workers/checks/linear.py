"""Linear models over sets of strings in plain Python: one look-up a feature answers for all models at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from math import exp, fsum, sqrt

from workers.checks.ngrams import pieces_of

#: Weights are whole steps of -WEIGHTS..WEIGHTS of a model's scale, gains 0..GAINS. Whole numbers add up to the same sum in any
#: order, which a set's order, different in each process, makes necessary.
WEIGHTS, GAINS = 45, 7
#: Two weights and two gains share one whole number: adding up the shared ones adds up all four. With the most features that
#: a text can have (ngrams.MOST) every sum keeps to its bits; usual sums stay within the 63 bits that Python adds up fast.
_WEIGHT_BITS, _GAIN_BITS = 18, 15
#: Chunks whose known pieces are remembered, some 8 MB: most words come again and again.
REMEMBERED = 8_000
_PAIR_BITS = _WEIGHT_BITS + _GAIN_BITS


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


class Shelf:
    """Two models over one vocabulary."""

    def __init__(self, packed: dict[str, int], scales: Sequence[Scale]) -> None:
        self._packed = packed
        self._scales = tuple(scales)
        self._known_in = lru_cache(maxsize=REMEMBERED)(self._look_up)

    def __len__(self) -> int:
        return len(self._packed)

    def probabilities(self, *features: set[str], chunks: Iterable[str] = ()) -> tuple[float, float]:
        """How likely a comment with all these features and the pieces of these chunks is unwanted, by the first and by the
        second model."""
        pieces: dict[str, int] = {}
        for known in map(self._known_in, chunks):
            pieces.update(known)
        total = sum([sum(map(self._packed.get, each, repeat(0))) for each in features]) + sum(pieces.values())
        first, second = (scale.probability(*_sums(total, at)) for at, scale in enumerate(self._scales))
        return first, second

    def _look_up(self, chunk: str) -> dict[str, int]:
        return {piece: self._packed[piece] for piece in pieces_of(chunk) if piece in self._packed}

    def heaviest(self, features: Iterable[str], model: int, most: int = 4) -> list[str]:
        """The features that speak most for a comment being unwanted, by the first (0) or second (1) model."""
        steps = {f: _sums(self._packed[f], model)[0] for f in features if f in self._packed}
        return sorted((f for f, step in steps.items() if step > WEIGHTS // 8), key=lambda f: (-steps[f], f))[:most]


def pack(first: tuple[int, int], second: tuple[int, int]) -> int:
    """The steps (weight, gain) of a feature in both models as one number."""
    (weight, gain), (other_weight, other_gain) = first, second
    return weight + (gain << _WEIGHT_BITS) + (other_weight << _PAIR_BITS) + (other_gain << _PAIR_BITS + _WEIGHT_BITS)


def _sums(total: int, model: int) -> tuple[int, int]:
    """The weight and the gain of one model in a sum of packed numbers. A negative weight has borrowed from its neighbour."""
    half = 1 << _WEIGHT_BITS - 1
    for _ in range(model):
        weight = (total + half & (1 << _WEIGHT_BITS) - 1) - half
        gain = (total - weight >> _WEIGHT_BITS) & (1 << _GAIN_BITS) - 1
        total = total - weight - (gain << _WEIGHT_BITS) >> _PAIR_BITS
    weight = (total + half & (1 << _WEIGHT_BITS) - 1) - half
    return weight, (total - weight >> _WEIGHT_BITS) & (1 << _GAIN_BITS) - 1
