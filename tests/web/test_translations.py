"""Every word of the pages is there in every language, and fits its place."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from service.web import pages

HERE = Path(pages.__file__).parent
KEYWORDS = {"_": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]


def said_on_the_pages() -> set[object]:
    found = extract_from_dir(HERE, METHODS, keywords=KEYWORDS)
    return {message for _, _, message, _, _ in found}


def catalog(language: str) -> Catalog:
    with (HERE / "translations" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file)


def places(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|\{n\}", text))


@pytest.mark.parametrize("language", [code for code in pages.LANGUAGES if code != "en"])
def test_a_language_is_complete_and_its_places_fit(language: str) -> None:
    found = catalog(language)
    missing = [message for message in said_on_the_pages() if message not in found]
    assert missing == []
    for message in found:
        if message.id:
            originals = message.id if isinstance(message.id, tuple) else (message.id,)
            words = message.string if isinstance(message.string, tuple) else (message.string,)
            assert all(words), message.id
            assert all(places(word) <= places(originals[-1]) for word in words), message.id


@pytest.mark.parametrize("language", [code for code in pages.LANGUAGES if code != "en"])
def test_what_is_shown_is_what_was_written(language: str) -> None:
    """The compiled file is in step with the one that people edit: `make translations` sees to it."""
    with (HERE / "translations" / language / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        compiled = plain(read_mo(file))
    assert compiled == plain(catalog(language))


def plain(found: Catalog) -> dict[str, tuple[str, ...]]:
    """By the first form of the original, all forms of the translation."""
    return {
        message.id if isinstance(message.id, str) else message.id[0]: (message.string,)
        if isinstance(message.string, str)
        else tuple(message.string)
        for message in found
        if message.id
    }
