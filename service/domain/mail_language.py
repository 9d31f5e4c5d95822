"""The language of a mail: its texts stand in a table by language."""

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def in_language(texts: Mapping[str, T], language: str) -> T:
    """The texts in a language such as `de` or `de-AT`; those in English if there are none."""
    return texts.get(language.partition("-")[0], texts["en"])
