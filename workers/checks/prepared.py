"""What every check is handed: the reading, and what all checks would otherwise work out again each for itself."""

from dataclasses import dataclass

from service.domain.policy.check_input import CheckInput
from workers.checks.model.ngrams import Tokens, tokenize
from workers.checks.text.disguises import Disguise, disguises
from workers.checks.text.find_links import Link, links_in
from workers.checks.text.normalize import Folded, fold


@dataclass(frozen=True, slots=True)
class Prepared:
    """A reading with its text and the author's name folded, its disguises and links found, and what the models read."""

    reading: CheckInput
    text: Folded
    name: Folded
    disguised: tuple[Disguise, ...]
    links: tuple[Link, ...]
    said: Tokens

    @classmethod
    def of(cls, reading: CheckInput) -> "Prepared":
        text = fold(reading.text)
        name = fold(reading.author.name)
        tokens = set(text.text.split())
        disguised = tuple(disguises(text.text, tokens))
        return cls(reading, text, name, disguised, links_in(text, reading.text), tokenize(text, tokens))
