"""Which language a comment is written in, where its host does not say: told to people, and what conditions go by."""

from collections.abc import Iterator

from service.domain.languages import language_of
from service.domain.signals import Kind, Signal
from workers.checks.prepared import Prepared

CHECK = "language"


def check(prepared: Prepared) -> Iterator[Signal]:
    """Without any weight: a language is no reason by itself."""
    if not prepared.reading.circumstances.language and (spoken := language_of(prepared.reading.text)):
        yield Signal(Kind.SITE_LANGUAGE, 0.0, f"written in {spoken}", check=CHECK)
