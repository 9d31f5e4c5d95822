"""What every check is handed: the reading, and what all checks would otherwise work out again each for itself."""

from dataclasses import dataclass

from service.domain.reading import Reading
from workers.checks.addresses import Link, links_in
from workers.checks.folding import Folded, fold


@dataclass(frozen=True, slots=True)
class Prepared:
    """A reading with its text and the author's name folded once, and the links of the text found once."""

    reading: Reading
    text: Folded
    name: Folded
    links: tuple[Link, ...]

    @classmethod
    def of(cls, reading: Reading) -> "Prepared":
        text = fold(reading.text)
        return cls(reading, text, fold(reading.author.name), links_in(text, reading.text))
