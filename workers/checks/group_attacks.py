"""Attacks on a whole group of people, by the grammar of the sentence: who is meant, and what is said of them.

Each word of a sentence gets a class (`group`, `be`, `no`, `vile` ...), and patterns of classes are searched. So "all <group> are
vermin" is found for every group and every such word; "<group> are not vermin", "the vermin in my kitchen" and "he says that <group> are
vermin" are not. A group's name by itself says nothing. The kinds of attack are those of HateCheck (Röttger et al. 2021,
https://aclanthology.org/2021.acl-long.4).
"""

from collections.abc import Iterator, Sequence

from service.domain.policy.signals import Kind, Signal
from workers.checks.languages.attack_grammar import LANGUAGES, WORD, AttackGrammar, attack_grammar
from workers.checks.languages.told import ENGLISH, Told
from workers.checks.prepared import Prepared

CHECK = "group_attacks"
#: High enough to hold a comment, but not to reject it.
SCORE = 0.8
#: Only the first words of a long text are read.
MOST_WORDS = 1_000
#: "they" means a group that was named at most this many sentences before.
REMEMBERED = 2
#: Roman Urdu has the words of Roman Hindi.
_SAME = {"ur-Latn": "hi-Latn"}
_ENDS = frozenset(".!?;\n…")
#: The classes of signs within a sentence.
_OF_SIGN = {**dict.fromkeys(",:", "start"), **dict.fromkeys('"“”„«»', "quote")}
#: The classes whose words a reason names.
_TELLING = frozenset({
    "group", "slur", "vile", "vilecurse", "curse", "beast", "hate", "sickens", "harm", "harmed", "expel", "expelled",
    "fate", "fault", "decent", "denied", "death", "without", "imagined", "human", "send", "out",
    "belonging",
})  # fmt: skip


#: The class of one or several words, and their place: the words `[start, end)` of the text. A plain tuple, since each word is one.
_Unit = tuple[str, int, int]


def check(prepared: Prepared) -> Iterator[Signal]:
    """One signal for the first attack on a group, with its words, in the language that was told."""
    folded, languages = prepared.text, languages_of(prepared.told)
    words = WORD.findall(folded.text) if languages != (ENGLISH,) else []
    for grammar in map(attack_grammar, languages):
        if not grammar.is_worth_reading(prepared.said.words if grammar.language == ENGLISH else words):
            continue
        if places := _first_attack(grammar, folded.text):
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


def without_praise(text: str) -> str:
    """An English folded text with blanks where it only says how much a group would be missed. The transformer would take "without
    <group>" for hate."""
    if "without" not in text:
        return text
    grammar = attack_grammar(ENGLISH)
    words, places = grammar.words(text), [match.span() for match in grammar.word.finditer(text)]
    for start, end in _sentences(words):
        units = _units(grammar, words[start:end], start, named_before=False)
        at = grammar.praise_in([what for what, _, _ in units])
        if at is not None:
            first, last = places[units[at][1]][0], places[end - 1][1]
            text = text[:first] + " " * (last - first) + text[last:]
    return text


def _first_attack(grammar: AttackGrammar, text: str) -> list[tuple[int, int]]:
    words, remembered = grammar.words(text), 0
    sentences = [(start, words[start:end]) for start, end in _sentences(words)]
    # A sentence without a rare word cannot attack. It may name the group of a later one, so only the last ones are left out.
    while sentences and grammar.rare.isdisjoint(sentences[-1][1]):
        sentences.pop()
    for start, sentence in sentences:
        if not remembered and grammar.names.isdisjoint(sentence):
            continue
        units = _units(grammar, sentence, start, named_before=remembered > 0)
        remembered = REMEMBERED if any(what in ("group", "slur") for what, _, _ in units) else max(remembered - 1, 0)
        if places := _attack(grammar, text, units):
            return places
    return []


def _sentences(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The place of each sentence among the words, with its commas and quotation marks."""
    start = 0
    for at, word in enumerate((*words, "\n")):
        if word in _ENDS:
            if start < at:
                yield start, min(at, start + MOST_WORDS)
            start = at + 1


def _units(grammar: AttackGrammar, words: list[str], first: int, *, named_before: bool) -> list[_Unit]:
    """The classes of the words, longest phrases first. "they" is a group if one was named before, "a woman" is one too. `first`:
    the place of the sentence among the words of the text."""
    units: list[_Unit] = []
    at, single = 0, False
    known = grammar.sizes
    while at < len(words):
        size, what = grammar.class_at(words, at) if words[at] in known else (1, "")
        start, end = first + at, first + at + size
        if not what:
            what = _OF_SIGN.get(words[at], "any")
        elif what == "one" and (place := _article(units)) is not None:
            what, start = "group", units[place][1]
            single = True
            del units[place]
        elif what == "is":  # "A <one of the group> is vile", but not "screwing over <group> is vile".
            what = "be" if single else "is"
        elif what == "they":
            what = "group" if named_before or any(unit[0] == "group" for unit in units) else "any"
        units.append((what, start, end))
        at += size
    if named_before and units[0][0] == "be" and "pronouns" in grammar.lines:  # Spanish "son todos ladrones": "they" is left out.
        units.insert(0, ("group", first, first))
    return units


def _article(units: Sequence[_Unit]) -> int | None:
    """The place of the article or pronoun before a noun, with only insults between; None if there is none."""
    for at in range(len(units) - 1, -1, -1):
        what = units[at][0]
        if what not in ("vile", "vilecurse", "curse"):
            return at if what == "a" else None
    return None


def _attack(grammar: AttackGrammar, text: str, units: Sequence[_Unit]) -> list[tuple[int, int]]:
    """The places of the telling words of the first attack; none if it is denied, quoted, reported or condemned."""
    classes = [what for what, _, _ in units]
    line = f"start {' '.join(classes)} "
    finds = sorted(found.span() for pattern in grammar.patterns_for(classes) for found in pattern.finditer(line))
    if not finds or grammar.praise_in(classes) is not None:
        return []
    places = [match.span() for match in grammar.word.finditer(text)]
    if grammar.condemned.search(text, places[units[0][1]][0], places[units[-1][2] - 1][1]):
        return []
    for start, end in finds:
        first, last = max(line.count(" ", 0, start) - 1, 0), line.count(" ", 0, end) - 1
        if not _is_told(classes[:first]):
            telling = [(begin, stop) for what, begin, stop in units[first:last] if what in _TELLING and begin < stop]
            return [(places[begin][0], places[stop - 1][1]) for begin, stop in telling]
    return []


def _is_told(before: list[str]) -> bool:
    """Whether what follows these classes is denied, quoted or reported. "I think" and "who else thinks" are opinions, not reports."""
    if "but" in before:
        before = before[len(before) - before[::-1].index("but") :]
    reported = any(
        what == "report" or (what == "opinion" and not {"i", "else"} & set(before[max(at - 3, 0) : at]))
        for at, what in enumerate(before)
    )
    return reported or before[-2:] == ["any", "that"] or before[-6:].count("no") % 2 == 1 or before.count("quote") % 2 == 1
