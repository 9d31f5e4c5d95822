"""The language of a comment, and a reason to hold it if none of our checks covers that language."""

from collections.abc import Iterator

from service.domain.policy.check_input import CheckInput
from service.domain.policy.language_coverage import ALL, LISTED, NAMES, code_of, covered
from service.domain.policy.signals import Kind, Signal, Span
from service.domain.text.language import FEWEST, MOSTLY, is_distinguished, language_of_words, words_of
from service.domain.text.scripts import LANGUAGES, Script, languages_of, runs
from workers.checks.languages.told import ENGLISH as THE_ENGLISH
from workers.checks.languages.told import SURELY_ENGLISH, Part, Told, different, english_share
from workers.checks.prepared import Prepared
from workers.checks.text.normalize import fold

CHECK = "language"
#: This score holds the comment for a person. It is no higher, because nothing is wrong with the comment itself.
SCORE = 0.5
#: If at least this share of the letters, or this number of words, is in another script, that is more than a foreign word or a
#: short quotation. One five-letter word among nine English words has this share.
SHARE, WORDS = 0.1, 3
#: A text is English if at least this share of its distinct words are common English words. A text of fewer than FEW words needs
#: a smaller share, because many of its words may be names.
ENGLISH, ENGLISH_OF_FEW, FEW = 0.3, 0.25, 10
#: With at least this number of distinct English stop words a text is English without further tests.
PLAINLY = 6
#: A text with fewer distinct words is too short to decide that we cannot tell its language.
ENOUGH_WORDS = 6
MOST_SPANS = 4
#: The end of the reasons below that say what our checks cannot read.
PERSON_DECIDES = ", so a person decides"
_WHY = f"; no check covers this language{PERSON_DECIDES}"
_HARDLY = f"; the checks know only its coarse words{PERSON_DECIDES}"
_HELD = "; this site looks at comments in this language first"
_UNTOLD = f"we could not tell the language; our checks may not be able to read it{PERSON_DECIDES}"


def check(prepared: Prepared) -> Iterator[Signal]:
    """Holds a comment in a language that neither our checks cover nor the site accepts.

    Otherwise, if the host does not send the language of the comment, gives a signal with score 0 that names it.
    """
    reading = prepared.reading
    if signal := not_covered(reading, prepared.told):
        yield signal
    elif not reading.circumstances.language and (spoken := prepared.told.language):
        yield Signal(Kind.SITE_LANGUAGE, 0.0, f"written in {spoken}", check=CHECK)


def not_covered(reading: CheckInput, told: Told) -> Signal | None:
    """The signal about a language that neither our checks cover nor the site accepts."""
    spoken, script = reading.circumstances.language, told.script
    claimed = code_of(spoken) if spoken else ""
    if script and (script.share >= SHARE or script.words >= WORDS):
        languages = _narrowed(languages_of(script, told.text), claimed)
        if not covered(languages, reading.languages, by_script=True):
            return _of_script(reading, script, languages)
        if script.share >= MOSTLY:
            return None
    rule = next(filter(None, (_of_part(part, claimed, reading.languages) for part in told.parts)), "")
    return Signal(Kind.SITE_LANGUAGE_NOT_COVERED, SCORE, rule, check=CHECK) if rule else None


def _of_script(reading: CheckInput, script: Script, languages: tuple[str, ...]) -> Signal:
    why = _why(languages, reading.languages)
    if script.share >= MOSTLY:
        named = _named(languages) if languages else f"written in {script.name.capitalize()} letters"
        return Signal(Kind.SITE_LANGUAGE_NOT_COVERED, SCORE, named + why, check=CHECK)
    named = f"partly {_named(languages[:1])}" if languages else f"partly written in {script.name.capitalize()} letters"
    spans = tuple(Span(start, end, reading.text[start:end]) for start, end in runs(reading.text)[:MOST_SPANS])
    return Signal(Kind.SITE_LANGUAGE_NOT_COVERED, SCORE, named + why, spans, check=CHECK)


def _of_part(part: Part, claimed: str, taken: tuple[str, ...]) -> str:
    """The reason to hold a part in Latin letters; empty if there is none."""
    if part.guess.words >= PLAINLY and part.guess.languages == (THE_ENGLISH,):
        return ""
    # Single letters are not counted: some languages have one-letter words, but in English they are initials or half of "it's".
    words = different(part.words)
    share = english_share(words)
    if not words or share >= SURELY_ENGLISH:
        return ""
    told = language_of_words(words)
    another = told.words >= FEWEST and THE_ENGLISH not in told.languages
    if told.sure and told.languages[0] == THE_ENGLISH and len(words) < FEW:
        return ""
    needed = SURELY_ENGLISH if another else ENGLISH if len(words) >= FEW else ENGLISH_OF_FEW
    if share >= needed or _disguised(part.text):
        return ""
    if another:
        languages = _narrowed(told.languages, claimed)
        return "" if covered(languages, taken) else _named(languages) + _why(languages, taken)
    if claimed and claimed != THE_ENGLISH:
        return "" if covered((claimed,), taken) else _named((claimed,)) + ", as your site says" + _why((claimed,), taken)
    may_be_taken = ALL in taken or any(language in told.languages or _never_told(language) for language in taken)
    return "" if len(words) < ENOUGH_WORDS or may_be_taken else _UNTOLD


def _why(languages: tuple[str, ...], taken: tuple[str, ...]) -> str:
    """Why a person decides about a text in these languages."""
    if languages and f"-{languages[0]}" in taken:
        return _HELD
    return _HARDLY if languages and languages[0] in LISTED else _WHY


def _disguised(text: str) -> bool:
    """Whether the text is English once look-alike characters are folded to Latin letters."""
    return not text.isascii() and english_share(different(words_of(fold(text).text))) >= SURELY_ENGLISH


def _narrowed(languages: tuple[str, ...], claimed: str) -> tuple[str, ...]:
    """The language that the host claims, if it is among the candidates; else all candidates."""
    return (claimed,) if claimed in languages else languages


def _named(languages: tuple[str, ...]) -> str:
    likeliest = languages[0]
    return f"{'probably ' if len(languages) > 1 else ''}written in {NAMES.get(likeliest, likeliest)} ({likeliest})"


def _never_told(language: str) -> bool:
    """Whether we can never detect this language: it uses Latin letters, and we have no list of its stop words.

    A text whose language we could not tell may be in this language.
    """
    return not is_distinguished(language) and all(language not in languages for languages in LANGUAGES.values())
