"""The grammar of attacks on groups in one language: the classes of its words (words/group_attacks/CODE.txt), and patterns of classes."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from workers.checks.languages.told import ENGLISH
from workers.checks.text.normalize import fold
from workers.checks.text.word_lists import word_list

LANGUAGES = (ENGLISH, "hi-Latn", "de", "fr", "es", "it", "pt", "nl")
#: Patterns of all languages. A word is a class, `a|b` one of several, `x?` may be missing, `x*` stands up to six times, `!x` does
#: not follow.
_PATTERNS = (
    # "<group> are (all) vermin", "are nothing but vermin", "why are <group> so stupid", "I find <group> disgusting"
    "group fill|must|comma* be fill|a|curse|only|even|more* VILE|beast",
    "group fill|must* be no fill* only|even fill|a|curse* VILE|beast",
    "why be fill* group fill|curse* VILE|beast",
    "i fill* find fill* group fill|be|a|curse* VILE|beast",
    "group fill* be no fill|only|even* human",
    "start treat fill* group fill|a* beast",
    # "filthy <group>", "you are just a <group>", "the backward character of <group>"
    "CURSE fill|curse* group",
    "you be fill* only|CURSE|VILE fill|only|curse|VILE* group",
    "only group must be fill* VILE|beast",
    "VILE|stench trait? of fill* group",
    # "I hate <group>", "<group> are the people I hate", "<group> disgust me", "it sickens me that <group> live here"
    "start|i|somebody|and fill|must|curse* to? fill|curse* hate fill|curse|VILE* group !be|must|no|start",
    "group be fill* people? that? i fill|curse* hate",
    "group fill|must|curse* sickens",
    "sickens fill|that|when* group !be|must|no",
    # "(I will, let's, somebody should) kill <group>", "death to <group>", "throw <group> out", "I hope <group> die"
    "start|i|somebody|must fill|must|to|i|somebody|want|curse* harm|expel fill|curse* group",
    "death fill* group",
    "start|i|somebody|must fill|must|to|i|somebody|want|curse* harm fill* home of? fill* group",
    "clean fill|any* of fill* group",
    "hope fill|that* group fill|must* be|get? fill* harmed|fate|expelled",
    "start|i|somebody|must fill|must|to|i|somebody|want|curse* send fill|curse* group fill* away",
    # "<group> should be killed", "must go back", "should not be allowed to vote", "do not belong here", "are to blame for"
    "group fill|comma* must fill|to|must|curse* be|get? fill|curse* harmed|fate|expelled|harm",
    "group fill* must fill* no fill* denied",
    "group fill* be? fill* fault",
    "group fill* no fill|must|to* denied",
    "i fill|must|to|have|get|want* group fill|be* harmed|expelled|fate",
    "group be start fill|a* VILE|beast",
    "start group start? fate",
    "start fill* elsewhere",
    # "<group> will never be clever", "are anything but decent"
    "group fill* must fill* no be? fill|a* decent",
    "group fill* be opposite fill|a* decent",
)
#: Classes that make a sentence an attack. A text without such a word is not read.
_SIGNS = frozenset({
    "vile", "beast", "curse", "hate", "sickens", "harm", "harmed", "expel", "expelled", "fate", "fault", "decent",
    "denied", "death", "elsewhere", "without", "away", "human", "stench", "want", "land", "out", "slur", "vilecurse",
    "belonging",
})  # fmt: skip
#: Each pattern needs one of these classes. Most sentences have none.
_RARE = _SIGNS | {"only", "clean", "imagined", "disgusting"}
#: A sentence with a word of one of these classes is no plain praise: it may attack, deny, quote or report.
_NO_PRAISE = _SIGNS - {"decent", "land", "want", "away"} | {"report", "opinion", "but", "opposite", "quote"}
#: Lines of a file that are no classes of words.
_OTHER = frozenset({
    "pattern", "praise", "~", "same", "pronouns", "condemned", "not_condemned", "plural", "single", "demonym", "collective",
    "modifier", "modifier_after", "people", "person", "also",
})  # fmt: skip
_ENGLISH_WORD = re.compile(
    # Most words have neither an apostrophe nor a hyphen. The other alternatives cost more.
    r"[a-z]++(?![’'-])|"
    r"n[’']t\b|[’'](?:s|m|re|ll|ve|d)\b|(?=[a-z]++[’']t\b)[a-z]+?(?=n[’']t\b)|[a-z]+(?:-[a-z]+)*(?:[’'](?!s\b|m\b|re\b|ll\b|ve\b|d\b)[a-z]+)?|[.!?;:,\n\"“”…]"
)
#: In other languages "l'homme" is two words, and so is "sous-homme".
WORD = re.compile(r"[^\W\d_]+|[.!?;:,\n\"“”„«»…]")


@dataclass(frozen=True)
class AttackGrammar:
    """What one language calls groups, attacks and the words between them."""

    language: str
    lines: dict[str, tuple[str, ...]]

    @property
    def word(self) -> re.Pattern[str]:
        """Finds the words and signs of a folded text."""
        return _ENGLISH_WORD if self.language == ENGLISH else WORD

    def spelt(self, word: str) -> str:
        """The word in one spelling: Roman Hindi writes "gaddaar" and "gaddar"."""
        return _spelt(word, self.lines.get("same", ()))

    def words(self, text: str) -> list[str]:
        """The words and signs of a folded text, each in one spelling."""
        words: list[str] = self.word.findall(text)
        return list(map(self.spelt, words)) if self._is_respelt(text) else words

    def is_worth_reading(self, words: Sequence[str]) -> bool:
        """Whether a text of these words names a group and may attack it."""
        if self.language != ENGLISH and self._is_respelt(line := " ".join(words)):
            words = self.spelt(line).split()
        return not (self.names.isdisjoint(words) or self.signs.isdisjoint(words))

    def patterns_for(self, classes: Iterable[str]) -> Iterator[re.Pattern[str]]:
        """The patterns that a sentence of these classes may match: it has one of the classes of each part that must be there."""
        present = {"start", *classes}
        for rarest in present & self._patterns.keys():
            for pattern, needed in self._patterns[rarest]:
                if not any(map(present.isdisjoint, needed)):
                    yield pattern

    @cached_property
    def _patterns(self) -> dict[str, list[tuple[re.Pattern[str], list[frozenset[str]]]]]:
        """The patterns, and the classes of each part that must be there, by the classes of the part that most sentences lack."""
        patterns: dict[str, list[tuple[re.Pattern[str], list[frozenset[str]]]]] = {}
        for parts in map(str.split, (*_PATTERNS, *self.lines.get("pattern", ()))):
            needed = [frozenset(_classes(part)) for part in parts if part[0] != "!" and part[-1] not in "?*"]
            rarest = next(classes for classes in needed if classes <= _RARE)
            compiled = _compiled(parts)
            for what in rarest:
                patterns.setdefault(what, []).append((compiled, needed))
        return patterns

    def praise_in(self, classes: Sequence[str]) -> int | None:
        """The place from which a sentence of these classes only says how much a group would be missed; None if it does not."""
        if not _NO_PRAISE.isdisjoint(classes) or classes.count("no") > 1:
            return None
        line = f"start {' '.join(classes)} end "
        found = next(filter(None, (pattern.search(line) for pattern in self._praises)), None)
        return max(line.count(" ", 0, found.start()) - 1, 0) if found else None

    @cached_property
    def _praises(self) -> tuple[re.Pattern[str], ...]:
        return tuple(_compiled(parts.split()) for parts in self.lines.get("praise", ()))

    def _is_respelt(self, text: str) -> bool:
        return "same" in self.lines or "ß" in text or "’" in text

    @cached_property
    def condemned(self) -> re.Pattern[str]:
        """The sentence condemns or reports what was said."""
        before = "".join(f"(?<!{re.escape(words)} )" for words in self.lines.get("not_condemned", ()))
        words = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in self.lines["condemned"])
        return re.compile(rf"\b{before}(?:{words})\b")

    def class_at(self, words: list[str], at: int) -> tuple[int, str]:
        """The number of words of the longest known phrase at this place, and its class; an empty class if there is none. `sizes` must
        have the word at this place."""
        for size in self.sizes[words[at]]:
            phrase = tuple(words[at : at + size])
            if what := self._phrases.get(phrase):
                return len(phrase), what
        return 1, ""

    @cached_property
    def _phrases(self) -> dict[tuple[str, ...], str]:
        """All phrases with their classes. A group's name has the last word over other classes."""
        classes: dict[tuple[str, ...], str] = {}
        for what, phrases in self.lines.items():
            for words in map(self._words, phrases) if what not in _OTHER else ():
                both = {classes.get(words), what} == {"vile", "curse"}
                classes[words] = "vilecurse" if both else what
        classes.update((self._words(name), "one") for name in self._groups("single"))
        classes.update((self._words(name), "group") for name in self._groups("plural"))
        return classes

    @cached_property
    def sizes(self) -> dict[str, tuple[int, ...]]:
        """The numbers of words of the phrases that begin with a word, the largest first."""
        sizes: dict[str, set[int]] = {}
        for words in self._phrases:
            sizes.setdefault(words[0], set()).add(len(words))
        return {first: tuple(sorted(each, reverse=True)) for first, each in sizes.items()}

    @cached_property
    def names(self) -> frozenset[str]:
        """A text that names a group has one of these words: the longest that is not only a word for people."""
        common = {*self._lined("people"), *self._lined("person")} - {*self._lined("plural"), *self._lined("single")}
        names = (self._words(name) for name in (*self._groups("plural"), *self._groups("single"), *self._lined("slur")))
        longest = (max((word for word in name if word not in common), key=len, default="") for name in names)
        return frozenset(longest) - {""} | {*self._lined("also")}

    @cached_property
    def signs(self) -> frozenset[str]:
        """A text that attacks a group has one of these words."""
        return self._longest_words(_SIGNS)

    @cached_property
    def rare(self) -> frozenset[str]:
        """A sentence that matches a pattern has one of these words."""
        return self._longest_words(_RARE)

    def _longest_words(self, classes: Iterable[str]) -> frozenset[str]:
        """The longest word of each phrase of these classes."""
        return frozenset(max(self._words(phrase), key=len) for what in classes for phrase in self._lined(what))

    def _groups(self, number: str) -> Iterable[str]:
        """The names of groups in the plural or in the singular."""
        demonyms, people = self._lined("demonym"), self._lined("people" if number == "plural" else "person")
        before = (*self._lined("modifier"), *self._lined("collective"), *demonyms)
        names = [
            *self._lined(number),
            *([] if number == "plural" else demonyms),
            *(f"{modifier} {word}" for modifier in before for word in people),
            *(f"{word} {modifier}" for modifier in self._lined("modifier_after") for word in people),
        ]
        if number == "plural":
            names += [f"{name}s" for name in demonyms]
            names += [f"the {name}" for name in self._lined("collective")]
        return frozenset(names)

    def _lined(self, what: str) -> tuple[str, ...]:
        return self.lines.get(what, ())

    def _words(self, phrase: str) -> tuple[str, ...]:
        return tuple(self.spelt(found[0]) for found in self.word.finditer(phrase))


@cache
def attack_grammar(language: str) -> AttackGrammar:
    """The grammar from `words/group_attacks/<language>.txt`."""
    lines: dict[str, tuple[str, ...]] = {}
    endings: tuple[str, ...] = ()
    for line in word_list(f"group_attacks/{language}"):
        what, _, words = line.partition("=")
        if what == "~":
            endings = tuple(words.split(","))
        else:
            listed = (words,) if what in ("pattern", "praise") else tuple(_bent(words.split(","), endings))
            if what not in ("pattern", "praise", "same", "condemned"):
                listed = tuple(_spelt(word, lines.get("same", ())) for word in listed)
            lines[what] = (*lines.get(what, ()), *listed)
    return AttackGrammar(language, lines)


def _spelt(words: str, same: Iterable[str]) -> str:
    words = words.replace("’", "'").replace("ß", "ss")
    for change in same:
        spelling, _, usual = change.partition(">")
        words = words.replace(spelling, usual)
    return words


def _bent(words: Iterable[str], endings: tuple[str, ...]) -> Iterable[str]:
    """The words without accents, as the checks read them; those that end in `~` with each ending of the language."""
    for word in map(_without_accents, words):
        if word.endswith("~"):
            yield from (word[:-1] + ending for ending in endings)
        else:
            yield word


def _without_accents(word: str) -> str:
    return word if word.isascii() else fold(word).text


def _compiled(parts: Iterable[str]) -> re.Pattern[str]:
    return re.compile(r"(?<!\S)" + "".join(map(_part, parts)))


def _part(word: str) -> str:
    """One word of a pattern as a regular expression over class names, each with a blank behind it."""
    if word.startswith("!"):
        return f"(?!(?:{word[1:]}) )"
    many = {"?": "?", "*": "{0,6}"}.get(word[-1], "")
    return f"(?:(?:{'|'.join(_classes(word))}) ){many}"


def _classes(part: str) -> list[str]:
    return "|".join(_ALSO.get(name, name) for name in part.rstrip("?*").split("|")).split("|")


#: What stands for several classes in a pattern.
_ALSO = {"VILE": "vile|vilecurse", "CURSE": "curse|vilecurse", "comma": "start", "group": "group|slur"}
