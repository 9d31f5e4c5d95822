"""Linear models over sets of strings. Both models share one packed integer per feature, so one sum scores both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, fsum, log, sqrt

#: Weights and gains are whole numbers of steps of a model's scale: -WEIGHTS to WEIGHTS, and 0 to GAINS. Features come in a set,
#: whose order differs between processes. A sum of integers is the same in any order.
WEIGHTS, GAINS = 45, 7
#: A file stores each weight and each gain as one of these characters.
LETTERS = "".join(chr(code) for code in range(35, 35 + 2 * WEIGHTS + 1))
#: Two weights and two gains are packed into one integer: adding packed integers adds all four. Even with the most features of a
#: text (ngrams.MOST) no sum overflows its bits. Usual sums stay within the 63 bits that Python adds fast.
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
        """The sum of the weights of the known features, divided by the length of the feature vector, plus the bias."""
        known = [self.weights[feature] for feature in features if feature in self.weights]
        # fsum is exact. A plain sum of floats depends on the order, and the order of a set differs between processes.
        gains = fsum(gain for _, gain in known)
        return (fsum(weight for weight, _ in known) / sqrt(gains) if gains else 0.0) + self.bias

    def probability(self, margin: float) -> float:
        """The probability, 0..1, that a comment with this margin is unwanted."""
        return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, self.slope * margin + self.offset))))


def log_odds(chance: float) -> float:
    """A probability as log-odds, kept finite."""
    bounded = min(max(chance, 1e-6), 1.0 - 1e-6)
    return log(bounded / (1.0 - bounded))


def probability_of(odds: float) -> float:
    """Log-odds as a probability."""
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, odds))))


#: A feature of the text, its weight, and where it was found: `[start, end)` in the string that was searched. A plain tuple, since
#: an explanation looks at hundreds of them.
Hit = tuple[int | str, float, int, int]


@dataclass(frozen=True, slots=True)
class Scale:
    """Turns the summed integers of one model back into its margin and probability."""

    weight: float
    gain: float
    bias: float
    slope: float
    offset: float

    def probability(self, weights: int, gains: int) -> float:
        """The probability that a comment is unwanted, from the summed steps of its known features."""
        return self.chance_of(weights * self.weight / sqrt(gains * self.gain) + self.bias if gains else self.bias)

    def chance_of(self, margin: float) -> float:
        """The probability that a comment with this margin is unwanted."""
        return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, self.slope * margin + self.offset))))


def columns(model: Linear, features: Sequence[str]) -> tuple[str, str, list[float]]:
    """The model as a file stores it: the weights and the gains of these features, one of `LETTERS` each, and the numbers that give the
    steps their size: [weight, gain, bias]. A feature that the model does not have weighs 0."""
    weight = max(abs(weight) for weight, _ in model.weights.values()) / WEIGHTS
    gain = max(gain for _, gain in model.weights.values()) / GAINS
    pairs = [model.weights.get(feature, (0.0, 0.0)) for feature in features]
    weights = "".join(LETTERS[WEIGHTS + round(each / weight)] for each, _ in pairs)
    return weights, "".join(LETTERS[round(each / gain)] for _, each in pairs), [weight, gain, model.bias]


def pack(first: tuple[int, int], second: tuple[int, int]) -> int:
    """Pack the steps (weight, gain) of a feature in both models into one integer."""
    (weight, gain), (other_weight, other_gain) = first, second
    return weight + (gain << _WEIGHT_BITS) + (other_weight << _PAIR_BITS) + (other_gain << _PAIR_BITS + _WEIGHT_BITS)


def sums(total: int, model: int) -> tuple[int, int]:
    """Unpack the summed weight and gain of the first (0) or second (1) model."""
    # A negative weight has borrowed 1 from the next field. Adding half of the weight field's range makes the weight non-negative
    # and undoes the borrow.
    total += _HALF
    if model:
        total = (total >> _PAIR_BITS) + _HALF
    return (total & (1 << _WEIGHT_BITS) - 1) - _HALF, total >> _WEIGHT_BITS & (1 << _GAIN_BITS) - 1
