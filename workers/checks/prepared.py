"""The input of all checks: the comment, and values that several checks need, computed once."""

from dataclasses import dataclass

from service.domain.policy.check_input import CheckInput
from workers.checks.languages.told import Told
from workers.checks.model.ngrams import Tokens, tokenize
from workers.checks.text.disguises import Disguise, disguises
from workers.checks.text.find_links import Link, links_in
from workers.checks.text.normalize import Folded, fold


@dataclass(frozen=True, slots=True)
class Prepared:
    """A CheckInput with its text and author name folded, its disguised words, its links, `said`: tokens for the models, and
    `told`: its language."""

    reading: CheckInput
    text: Folded
    name: Folded
    disguised: tuple[Disguise, ...]
    links: tuple[Link, ...]
    said: Tokens
    told: Told

    @classmethod
    def of(cls, reading: CheckInput) -> "Prepared":
        text = fold(reading.text)
        name = fold(reading.author.name)
        tokens = set(text.text.split())
        disguised = tuple(disguises(text.text, tokens))
        return cls(reading, text, name, disguised, links_in(text, reading.text), tokenize(text, tokens), Told.of(reading.text))
