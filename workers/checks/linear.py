"""Linear models over sets of strings in plain Python: one look-up a feature answers for all models at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from math import exp, sqrt

#: Weights are whole steps of -LIMIT..LIMIT of a model's scale, gains 0..2 * LIMIT. Whole numbers add up to the same sum in any
#: order, which a set's order, different in each process, makes necessary.
LIMIT = 46
#: Four whole numbers, each shifted to be at least 0, and a one to count by are packed into one number: adding up the packed
#: ones adds up all five, with a single look-up a feature.
_ROOM = 20
_MASK = (1 << _ROOM) - 1


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
        gains = sum(gain for _, gain in known)
        return (sum(weight for weight, _ in known) / sqrt(gains) if gains else 0.0) + self.bias

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

    def __len__(self) -> int:
        return len(self._packed)

    def probabilities(self, *features: set[str]) -> tuple[float, float]:
        """How likely a comment with all these features is unwanted, by the first and by the second model."""
        total = sum([sum(map(self._packed.get, each, repeat(0))) for each in features])
        shift = LIMIT * (total >> 4 * _ROOM)
        first, second = self._scales
        return (
            first.probability((total & _MASK) - shift, total >> _ROOM & _MASK),
            second.probability((total >> 2 * _ROOM & _MASK) - shift, total >> 3 * _ROOM & _MASK),
        )

    def heaviest(self, features: Iterable[str], model: int, most: int = 4) -> list[str]:
        """The features that speak most for a comment being unwanted, by the first (0) or second (1) model."""
        steps = {f: (self._packed[f] >> 2 * model * _ROOM & _MASK) - LIMIT for f in features if f in self._packed}
        return sorted((f for f, step in steps.items() if step > LIMIT // 8), key=lambda f: (-steps[f], f))[:most]


def parts(place: int) -> list[int]:
    """What step 0, 1, 2 ... of the number at this place of a packed one adds to it; places 0 and 2 are weights, 1 and 3 gains."""
    one = (1 << 4 * _ROOM) if place == 0 else 0
    return [(step << place * _ROOM) + one for step in range(2 * LIMIT + 1)]
