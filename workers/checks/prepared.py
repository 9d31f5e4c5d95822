"""The input of all checks: the comment, and values that several checks need, computed once."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.policy.check_input import CheckInput
from workers.checks.languages.told import Told
from workers.checks.model.model_file import shipped_models
from workers.checks.model.ngrams import Tokens, tokenize
from workers.checks.text.characters import DIGITS, count
from workers.checks.text.disguises import Disguise, disguises
from workers.checks.text.find_links import Link, links_in
from workers.checks.text.listed_words import compiled
from workers.checks.text.normalize import Folded, fold
from workers.checks.text.profane_words import ProfaneWords, profane_words


@dataclass(frozen=True, slots=True)
class Prepared:
    """A CheckInput with its text and author name folded, its disguised and profane words, its links, `said`: tokens for the models,
    `weighed`: their sum in the shipped models, `told`: its language, and the number of `digits` in the text."""

    reading: CheckInput
    text: Folded
    name: Folded
    disguised: tuple[Disguise, ...]
    links: tuple[Link, ...]
    said: Tokens
    weighed: int
    told: Told
    profane: ProfaneWords
    digits: int

    @classmethod
    def of(cls, reading: CheckInput) -> "Prepared":
        [prepared] = cls.of_each((reading,))
        return prepared

    @classmethod
    def of_each(cls, readings: Sequence[CheckInput]) -> list["Prepared"]:
        """Each step reads all comments before the next step does, so that its tables stay in the CPU cache."""
        texts = [fold(reading.text) for reading in readings]
        names = [fold(reading.author.name) for reading in readings]
        tokens = [set(text.text.split()) for text in texts]
        disguised = [tuple(disguises(text.text, words)) for text, words in zip(texts, tokens, strict=True)]
        profane = list(map(profane_words, texts, tokens, disguised))
        allowed = [
            _allowed(text, found, reading.lists.allowed_words)
            for text, found, reading in zip(texts, disguised, readings, strict=True)
        ]
        digits = [count(text.text, DIGITS) for text in texts]
        said = [
            tokenize(text, words, digits=number, hidden=(*looks_profane.innocent, *places))
            for text, words, number, looks_profane, places in zip(texts, tokens, digits, profane, allowed, strict=True)
        ]
        weighed = shipped_models().totals(said)
        links = [links_in(text, text.original) for text in texts]
        told = [Told.of(reading.text) for reading in readings]
        return list(map(cls, readings, texts, names, disguised, links, said, weighed, told, profane, digits))


def _allowed(text: Folded, disguised: tuple[Disguise, ...], listed: tuple[str, ...]) -> list[tuple[int, int]]:
    """The places of words that the site allows, if the folded text has the same places as the posted one."""
    if not listed or text.starts is not None:
        return []
    return [(span.start, span.end) for span in compiled(listed, inside=True).finds(text, disguised)]
