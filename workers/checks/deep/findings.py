"""The findings of the transformer: hate against a group, and what it adds to the linear model's score for attacks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import log

from service.domain.policy.check_input import CheckInput
from service.domain.policy.language_coverage import code_of
from service.domain.policy.signals import Kind, Signal, Span
from service.domain.text.language import words_of
from workers.checks.deep.reading import DeepReading, Window, quoted, read_text, telling_words
from workers.checks.deep.transformer import Calibration, Logits, Transformer
from workers.checks.group_attacks import without_praise
from workers.checks.languages.told import ENGLISH, Told
from workers.checks.model.model_file import shipped_models
from workers.checks.text.normalize import Folded, fold

CHECK = "transformer"
#: Two processors may differ in the last digits of a score. So it is rounded, and a reason's words must lower it by more than this.
TOLERANCE, DECIMALS = 0.01, 2
#: From these scores on a reason names words: they are searched only where a person will read them.
TOLD_FROM = {Kind.ABUSE_HATE: 0.5, Kind.ABUSE_MODEL: 0.6}
#: A lower score for hate is not worth a line.
LEAST = 0.1
#: If more than this share of the letters is not Latin, the text is not English.
FOREIGN = 0.3


def is_read(reading: CheckInput) -> bool:
    """Whether the transformer reads this comment: it knows English only. A text whose language is not sure is read if one of its
    words is in the vocabulary of the linear models."""
    if code_of(reading.circumstances.language) not in ("", ENGLISH):
        return False
    told = Told.of(reading.text)
    if told.language not in ("", ENGLISH) or (told.script and told.script.share > FOREIGN):
        return False
    if told.language:
        return True
    words = words_of(fold(reading.text).text)
    return not words or any(map(shipped_models().knows, words))


def with_findings(reading: CheckInput, signals: Sequence[Signal], model: Transformer) -> tuple[Signal, ...]:
    """The signals of the cheap checks and of the transformer."""
    folded = fold(reading.text)
    deep = read_text(model, without_praise(folded.text))
    found = _Found(folded, deep, model, signals)
    others = [found.together(signal) if signal.kind is Kind.ABUSE_MODEL else signal for signal in signals]
    return (*others, *found.hate(), *_left_out(deep))


@dataclass(frozen=True, slots=True)
class _Found:
    folded: Folded
    deep: DeepReading
    model: Transformer
    #: Of the cheap checks. One of them may have found the hate already, and a reason stands once.
    signals: Sequence[Signal]

    @property
    def _calibration(self) -> Calibration:
        return self.model.calibration

    def hate(self) -> Sequence[Signal]:
        score = _rounded(self._calibration.hate(self.deep.hate))
        if score < LEAST or any(signal.kind is Kind.ABUSE_HATE for signal in self.signals):
            return ()
        named = self._named(Kind.ABUSE_HATE, score, self.deep.hate_window, lambda logits: self._calibration.hate(logits.hate))
        rule = "attacks a group of people" + _listed(named)
        return (Signal(Kind.ABUSE_HATE, score, rule, named, check=CHECK),)

    def together(self, linear: Signal) -> Signal:
        """The score of the linear model and of the transformer as one: they read the same words, so they are one finding."""

        def score(logits: Logits) -> float:
            return self._calibration.abuse(_log_odds(linear.score), logits.attack)

        chance = _rounded(score(Logits(self.deep.attack, self.deep.hate)))
        named = self._named(Kind.ABUSE_MODEL, chance, self.deep.attack_window, score)
        spans = tuple({(span.start, span.end): span for span in (*named, *linear.spans)}.values())
        rule = linear.rule.partition(" (")[0]
        if chance >= TOLD_FROM[Kind.ABUSE_MODEL]:
            words = dict.fromkeys(span.read_as or span.text for span in spans)
            rule += f" ({chance:.0%})" + (f": {', '.join(words)}" if words else "")
            return replace(linear, score=chance, rule=rule, spans=spans)
        return replace(linear, score=chance, rule=rule, spans=())

    def _named(self, kind: Kind, score: float, window: Window, of: Callable[[Logits], float]) -> tuple[Span, ...]:
        if score < TOLD_FROM[kind]:
            return ()
        text = self.folded.text
        words = telling_words(self.model, text, window, of, below=TOLD_FROM[kind] - TOLERANCE)
        return tuple(self.folded.span(start, end, read_as=text[start:end]) for start, end in quoted(text, words))


def _listed(spans: Sequence[Span]) -> str:
    words = dict.fromkeys(span.read_as for span in spans)
    return ": " + ", ".join(f"'{word}'" for word in words) if words else ""


def _left_out(deep: DeepReading) -> Sequence[Signal]:
    if deep.read == deep.total:
        return ()
    rule = f"only the first {deep.read} of {deep.total} words were read for hate against groups"
    return (Signal(Kind.NOT_READ, 0.0, rule, check=CHECK),)


def _rounded(score: float) -> float:
    return round(score, DECIMALS)


def _log_odds(score: float) -> float:
    kept = min(max(score, 1e-5), 1 - 1e-5)
    return log(kept / (1 - kept))
