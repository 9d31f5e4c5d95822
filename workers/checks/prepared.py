"""The input of all checks: the comment, and values that several checks need, computed once."""

from dataclasses import dataclass

from service.domain.policy.check_input import CheckInput
from workers.checks.languages.told import Told
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
    `told`: its language, and the number of `digits` in the text."""

    reading: CheckInput
    text: Folded
    name: Folded
    disguised: tuple[Disguise, ...]
    links: tuple[Link, ...]
    said: Tokens
    told: Told
    profane: ProfaneWords
    digits: int

    @classmethod
    def of(cls, reading: CheckInput) -> "Prepared":
        text = fold(reading.text)
        name = fold(reading.author.name)
        tokens = set(text.text.split())
        disguised = tuple(disguises(text.text, tokens))
        profane = profane_words(text, tokens, disguised)
        hidden = (*profane.innocent, *_allowed(text, disguised, reading.lists.allowed_words))
        digits = count(text.text, DIGITS)
        said = tokenize(text, tokens, digits=digits, hidden=hidden)
        return cls(reading, text, name, disguised, links_in(text, reading.text), said, Told.of(reading.text), profane, digits)


def _allowed(text: Folded, disguised: tuple[Disguise, ...], listed: tuple[str, ...]) -> list[tuple[int, int]]:
    """The places of words that the site allows, if the folded text has the same places as the posted one."""
    if not listed or text.starts is not None:
        return []
    return [(span.start, span.end) for span in compiled(listed, inside=True).finds(text, disguised)]
