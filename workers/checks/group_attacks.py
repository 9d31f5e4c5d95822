"""Attacks on a whole group of people, by the grammar of the sentence: who is meant, and what is said of them.

Each word of a sentence gets a class (`group`, `be`, `no`, `vile` ...), and patterns of classes are searched. So "all <group> are
vermin" is found for every group and every such word; "<group> are not vermin", "the vermin in my kitchen" and "he says that <group> are
vermin" are not. A group's name by itself says nothing. The kinds of attack are those of HateCheck (Röttger et al. 2021,
https://aclanthology.org/2021.acl-long.4).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from service.domain.policy.signals import Kind, Signal
from workers.checks.languages.attack_grammar import LANGUAGES, WORD, AttackGrammar, attack_grammar
from workers.checks.languages.told import ENGLISH, Told
from workers.checks.prepared import Prepared
from workers.checks.text.normalize import Folded

CHECK = "group_attacks"
#: High enough to hold a comment, but not to reject it.
SCORE = 0.8
#: Only the first words of a long text are read.
MOST_WORDS = 1_000
#: "they" means a group that was named at most this many sentences before.
REMEMBERED = 2
#: Roman Urdu has the words of Roman Hindi.
_SAME = {"ur-Latn": "hi-Latn"}
_ENDS, _QUOTES = frozenset(".!?;\n…"), frozenset('"“”„«»')
#: The classes whose words a reason names.
_TELLING = frozenset({
    "group", "slur", "vile", "vilecurse", "curse", "beast", "hate", "sickens", "harm", "harmed", "expel", "expelled",
    "fate", "fault", "decent", "denied", "death", "without", "human", "send", "out",
})  # fmt: skip


class _Word(NamedTuple):
    text: str
    start: int
    end: int


class _Unit(NamedTuple):
    """One or several words with their class."""

    what: str
    start: int
    end: int


def check(prepared: Prepared) -> Iterator[Signal]:
    """One signal for the first attack on a group, with its words, in the language that was told."""
    folded = prepared.text
    for grammar in map(attack_grammar, languages_of(prepared.told)):
        words = prepared.said.words if grammar.language == ENGLISH else WORD.findall(folded.text)
        if not grammar.is_worth_reading(frozenset(words)) or not (places := _first_attack(grammar, folded)):
            continue
        spans = tuple(folded.span(start, end, read_as=" ".join(folded.text[start:end].split())) for start, end in places)
        named = ", ".join(f"'{word}'" for word in dict.fromkeys(" ".join(span.text.lower().split()) for span in spans))
        yield Signal(Kind.ABUSE_HATE, SCORE, f"attacks a group of people: {named}", spans, check=CHECK)
        return


def languages_of(told: Told) -> Sequence[str]:
    """The language that was told. If none was, all are tried: the text is short or mixed, and each has names and words of its own."""
    if told.language:
        read_with = _SAME.get(told.language, told.language)
        return (read_with,) if read_with in LANGUAGES else ()
    return LANGUAGES


def _first_attack(grammar: AttackGrammar, folded: Folded) -> list[tuple[int, int]]:
    remembered = 0
    for sentence in _sentences(grammar, folded.text):
        if not remembered and not any(word.text in grammar.names for word in sentence):
            continue
        units = _units(grammar, sentence, named_before=remembered > 0)
        remembered = REMEMBERED if any(unit.what in ("group", "slur") for unit in units) else max(remembered - 1, 0)
        if places := _attack(grammar, folded.text, units):
            return places
    return []


def _sentences(grammar: AttackGrammar, text: str) -> Iterator[list[_Word]]:
    """The words of each sentence, with commas and quotation marks."""
    words: list[_Word] = []
    for found in grammar.word.finditer(text):
        if found[0] in _ENDS:
            if words:
                yield words
            words = []
        elif len(words) < MOST_WORDS:
            words.append(_Word(grammar.spelt(found[0]), found.start(), found.end()))
    if words:
        yield words


def _units(grammar: AttackGrammar, words: Sequence[_Word], *, named_before: bool) -> list[_Unit]:
    """The classes of the words, longest phrases first. "they" is a group if one was named before, "a woman" is one too."""
    units: list[_Unit] = []
    at, single = 0, False
    texts = [word.text for word in words]
    while at < len(words):
        size, what = _class_at(grammar, texts, at)
        start, end = words[at].start, words[at + size - 1].end
        if what == "one" and (place := _article(units)) is not None:
            what, start = "group", units[place].start
            single = True
            del units[place]
        elif what == "is":  # "A <one of the group> is vile", but not "screwing over <group> is vile".
            what = "be" if single else "is"
        elif what == "they":
            what = "group" if named_before or any(unit.what == "group" for unit in units) else "any"
        units.append(_Unit(what, start, end))
        at += size
    if (
        named_before and units[0].what == "be" and "pronouns" in grammar.lines
    ):  # Spanish "son todos ladrones": "they" is left out.
        units.insert(0, _Unit("group", units[0].start, units[0].start))
    return units


def _article(units: Sequence[_Unit]) -> int | None:
    """The place of the article or pronoun before a noun, with only insults between; None if there is none."""
    for at in range(len(units) - 1, -1, -1):
        if units[at].what not in ("vile", "vilecurse", "curse"):
            return at if units[at].what == "a" else None
    return None


def _class_at(grammar: AttackGrammar, texts: list[str], at: int) -> tuple[int, str]:
    """The number of words of the longest phrase at a place, and its class."""
    for phrase, what in grammar.phrases.get(texts[at], ()):
        if len(phrase) == 1 or texts[at : at + len(phrase)] == phrase:
            return len(phrase), what
    return 1, "start" if texts[at] in ",:" else "quote" if texts[at] in _QUOTES else "any"


def _attack(grammar: AttackGrammar, text: str, units: Sequence[_Unit]) -> list[tuple[int, int]]:
    """The places of the telling words of the first attack; none if it is denied, quoted or reported."""
    classes = "start " + "".join(f"{unit.what} " for unit in units)
    for start, end in sorted(found.span() for pattern in grammar.patterns for found in pattern.finditer(classes)):
        first, last = max(classes.count(" ", 0, start) - 1, 0), classes.count(" ", 0, end) - 1
        if not _is_told(grammar, text, units, first):
            return [(unit.start, unit.end) for unit in units[first:last] if unit.what in _TELLING and unit.start < unit.end]
    return []


def _is_told(grammar: AttackGrammar, text: str, units: Sequence[_Unit], first: int) -> bool:
    """Whether the words are denied, quoted, reported or condemned. "I think" and "who else thinks" are opinions, not reports."""
    before = [unit.what for unit in units[:first]]
    if "but" in before:
        before = before[len(before) - before[::-1].index("but") :]
    reported = any(
        what == "report" or (what == "opinion" and not {"i", "else"} & set(before[max(at - 3, 0) : at]))
        for at, what in enumerate(before)
    )
    if reported or before[-2:] == ["any", "that"] or before[-6:].count("no") % 2 or before.count("quote") % 2:
        return True
    return bool(grammar.condemned.search(text, units[0].start, units[-1].end))
