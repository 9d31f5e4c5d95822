"""Attacks on a whole group of people, by the grammar of the sentence: who is meant, and what is said of them.

Each word of a sentence gets a class (`group`, `be`, `no`, `vile` ...), and patterns of classes are searched. So "all <group> are
vermin" is found for every group and every such word; "<group> are not vermin", "the vermin in my kitchen" and "he says that <group> are
vermin" are not. A group's name by itself says nothing. The kinds of attack are those of HateCheck (Röttger et al. 2021,
https://aclanthology.org/2021.acl-long.4).
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from service.domain.policy.signals import Kind, Signal
from workers.checks.languages.told import ENGLISH
from workers.checks.prepared import Prepared
from workers.checks.text.word_lists import word_list

CHECK = "group_attacks"
#: High enough to hold a comment, but not to reject it.
SCORE = 0.8
#: Only the first words of a long text are read.
MOST_WORDS = 1_000
#: "they" means a group that was named at most this many sentences before.
REMEMBERED = 2

#: A word or a sign. "don't" is two words: "do" and "n't".
_WORD = re.compile(
    r"n[’']t\b|[’'](?:s|m|re|ll|ve|d)\b|[a-z]+?(?=n[’']t\b)|[a-z]+(?:-[a-z]+)*(?:[’'](?!s\b|m\b|re\b|ll\b|ve\b|d\b)[a-z]+)?|[.!?;:,\n\"“”…]"
)
_ENDS, _QUOTES = frozenset(".!?;\n…"), frozenset('"“”')
#: The patterns. A word is a class, `a|b` one of several, `x?` may be missing, `x*` stands up to six times, `!x` does not follow.
_PATTERNS = (
    # "<group> are (all) vermin", "are nothing but vermin", "why are <group> so stupid", "I find <group> disgusting"
    "group fill|must|comma* be fill|a|curse|only|even|more* VILE|beast",
    "group fill|must* be no fill* only|even fill|a|curse* VILE|beast",
    "why be fill* group fill|curse* VILE|beast",
    "i fill* find fill* group fill|be|a|curse* VILE|beast",
    "no any? be? any? more? VILE more? fill* group",
    "start|i|somebody fill|must* no want fill|a* group !to|be|must|away",
    "group fill* be no fill|only|even* human",
    "no decent about fill* group",
    "start treat fill* group fill|a* beast",
    # "filthy <group>", "you are just a <group>", "the backward character of <group>"
    "CURSE fill|curse* group",
    "you be fill* only|CURSE|VILE fill|only|curse|VILE* group",
    "only group must be fill* VILE|beast",
    "no any? fill|a* group|one that be|is no VILE|beast",
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
    "no any? any? fill* group must fill* denied",
    "i fill|must|to|have|get|want* group fill|be* harmed|expelled|fate",
    "group be start fill|a* VILE|beast",
    "start group start? fate",
    "start fill* elsewhere",
    "why any? be|have no fill* group fill|be* harmed|expelled",
    # "no <group> ever did any good", "will never be clever", "are anything but decent", "not one <group> is honest"
    "no fill|a* group|one fill|that|be|must|any* decent",
    "group fill* must fill* no be? fill|a* decent",
    "group fill* be opposite fill|a* decent",
    # "this country is not for <group>", "the world would be better without <group>"
    "land be|is no fill* for fill* group",
    "without fill* group",
    "land fill* must be any|a|more* no fill* group",
)
#: Words of grammar, beside the lists in words/group_attacks.txt.
_GRAMMAR = {
    "is": "is,was,'s",
    "be": "are,were,'re,be,been,am,'m,become,became,remain,look,act,seem",
    "no": "not,n't,never,no,nobody,none,neither,nor,hardly,without,stop,nothing,isnt,arent,dont,cant,wont,shouldnt",
    "must": "should,must,need,needs,ought,deserve,deserves,has,had better,shall,will,'ll,would,'d,may,can,could,gonna,lets,let us,please,time to,love to see,like to see,want to see,wait to see,wait until",
    "have": "have,'ve,had",
    "i": "i,we,im",
    "somebody": "everyone,everybody,somebody,someone",
    "you": "you",
    "they": "they,them,those people,these people,theyre,all of them",
    "why": "why,how come",
    "a": "a,an,every,any,another,every single,any single,a single,one",
    "that": "that,who,which,whom",
    "when": "when,to see,seeing,how",
    "to": "to",
    "and": "and",
    "of": "of",
    "for": "for",
    "find": "find,consider",
    "people": "people,ones,group",
    "about": "about",
    "treat": "treat",
    "elsewhere": "go back to your,go back to where you,go back where you",
    "more": "more,than,as",
    "human": "human,human beings,people,humans,citizens,one of us,part of us,like us,like you and me,equal to us,our equals",
    "want": "want,wants,need,like,likes,trust,hire,marry,employ,elect,care about,cares about",
    "home": "teeth,faces,heads,skulls,legs,necks,throats,homes,houses,home,house,churches,church,mosque,mosques,synagogue,synagogues,temple,temples,shops,villages",
    "clean": "clean,cleanse,purge,rid",
    "only": "only,just,nothing but,merely,nothing more than,another",
    "but": "but,although,though,however",
    "even": "even,really,fully,better than,more than",
    "opposite": "anything but,far from,the opposite of,the very opposite of,everything but",
    "death": "death to,the only good,screw,to hell with,fuck,fuck off,down with,no mercy for,no mercy to,no place for",
    "hope": "hope,wish,pray,hoping",
    "send": "send,ship,kick,throw,drive,get,keep,chase,put,lock,line,round,dump,drop",
    "away": "back,home,out,away,off,in camps,in a camp,in cages,in a cage,in prison,in jail,in a zoo,behind bars,overboard,in the sea,up against,in gas chambers",
    "trait": "character,nature,mind,minds,soul,souls,ways,habits,blood,faces,culture,religion,presence,look,voices",
    "stench": "stench,smell,filth,sight",
    "get": "get,gets",
    "land": "country,land,world,town,city,place,street,neighbourhood,neighborhood,nation,planet",
    "without": "better without,better off without,cleaner without,safer without,happier without,rid of,free of,town without,world without,"
    "country without",
    "else": "else",
    "opinion": "say,saying,think,thinks,thought,thinking,believe,believes,believed,believing,feel,feels,find it,agree,agrees,convinced,sure,certain,say that",
    "report": "says,said,whoever,disagree,untrue,false,not true,lie,nonsense,how dare,wrong,claim,claims,claimed,claiming,call,calls,called,calling,slogan,phrase,idea,notion,myth,stereotype,"
    "stereotypes,tell,tells,told,telling,yell,yelled,yelling,shout,shouted,shouting,tweet,tweeted,posted,heard,read,reads,wrote,written,writing,headline,"
    "implies,implied,suggest,suggests,argue,argues,argued,rumour,rumor,prejudice,if,whether,assume,assumes,assuming,accused,portrayed,joke,"
    "jokes,because",
    "fill": "all,so,such,really,absolutely,totally,completely,utterly,truly,the,lot,lots,bunch,most,mostly,each,like,simply,always,literally,"
    "complete,total,pure,basically,worse,lower,less,very,too,quite,pretty,clearly,obviously,known,by nature,by birth,by design,by "
    "definition,naturally,inherently,born,plain,downright,little,big,many,kind,sort,whole,entire,honestly,frankly,still,also,same,up,full,"
    "some,deeply,ever,generally,usually,often,nearly,almost,around here,everywhere,now,again,under,our,own,your,their,this,those,these,"
    "personally,do,does,did,into,in,long,near,more and more,probably,certainly,definitely,just,know,knows,fact,truth",
}
#: The sentence condemns or reports what was said.
_CONDEMNED = re.compile(
    r"\b(?<!not )(?<!not a )(?<!n't )(?<!n't a )(?:racis[tm]|sexis[tm]|bigot\w*|misogyn\w+|homophob\w+|transphob\w+|anti-?semit\w+|islamophob\w+|xenophob\w+|hateful|hate speech|"
    r"unacceptable|things? to say|not ok(?:ay)?|is wrong|is a lie|shame on|ashamed|stop saying|prejudice[ds]?|stereotyp\w+|slurs?|discriminat\w+|nonsense|untrue|false|how dare|disagree\w*|is what (?:some|many|most|people))\b"
)


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
    """One signal for the first attack on a group, with its words. Reads English only."""
    folded = prepared.text
    words = set(prepared.said.words)
    if _names().isdisjoint(words) or _signs().isdisjoint(words) or prepared.told.language not in ("", ENGLISH):
        return
    remembered = 0
    for sentence in _sentences(folded.text):
        if not remembered and not any(word.text in _names() for word in sentence):
            continue
        units = _units(sentence, named_before=remembered > 0)
        remembered = REMEMBERED if any(unit.what == "group" for unit in units) else max(remembered - 1, 0)
        if not (places := _attack(folded.text, units)):
            continue
        spans = tuple(folded.span(start, end, read_as=" ".join(folded.text[start:end].split())) for start, end in places)
        named = ", ".join(f"'{word}'" for word in dict.fromkeys(span.read_as for span in spans))
        yield Signal(Kind.ABUSE_HATE, SCORE, f"attacks a group of people: {named}", spans, check=CHECK)
        return


def _sentences(text: str) -> Iterator[list[_Word]]:
    """The words of each sentence, with commas and quotation marks."""
    words: list[_Word] = []
    for found in _WORD.finditer(text):
        if found[0] in _ENDS:
            if words:
                yield words
            words = []
        elif len(words) < MOST_WORDS:
            words.append(_Word(found[0].replace("’", "'"), found.start(), found.end()))
    if words:
        yield words


def _units(words: Sequence[_Word], *, named_before: bool) -> list[_Unit]:
    """The classes of the words, longest phrases first. "they" is a group if one was named before, "a woman" is one too."""
    units: list[_Unit] = []
    at, single = 0, False
    texts = [word.text for word in words]
    while at < len(words):
        size, what = _class_at(texts, at)
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
    return units


def _article(units: Sequence[_Unit]) -> int | None:
    """The place of the article or pronoun before a noun, with only insults between; None if there is none."""
    for at in range(len(units) - 1, -1, -1):
        if units[at].what not in ("vile", "vilecurse", "curse"):
            return at if units[at].what == "a" else None
    return None


def _class_at(texts: list[str], at: int) -> tuple[int, str]:
    """The number of words of the longest phrase at a place, and its class."""
    for phrase, what in _phrases().get(texts[at], ()):
        if len(phrase) == 1 or texts[at : at + len(phrase)] == phrase:
            return len(phrase), what
    return 1, "start" if texts[at] in ",:" else "quote" if texts[at] in _QUOTES else "any"


def _attack(text: str, units: Sequence[_Unit]) -> list[tuple[int, int]]:
    """The places of the telling words of the first attack; none if it is denied, quoted or reported."""
    classes = "start " + "".join(f"{unit.what} " for unit in units)
    for start, end in sorted(found.span() for pattern in _patterns() for found in pattern.finditer(classes)):
        first, last = max(classes.count(" ", 0, start) - 1, 0), classes.count(" ", 0, end) - 1
        if not _is_told(text, units, first):
            return [(unit.start, unit.end) for unit in units[first:last] if unit.what in _TELLING]
    return []


#: Classes of grammar that make an attack without a word of the lists.
_ALONE = ("death", "elsewhere", "without", "away", "human", "stench", "want", "land")
#: The classes whose words a reason names.
_TELLING = {
    "group", "vile", "vilecurse", "curse", "beast", "hate", "sickens", "harm", "harmed", "expel", "expelled", "fate", "fault", "decent",
    "denied", "death", "without", "human", "send",
}  # fmt: skip


def _is_told(text: str, units: Sequence[_Unit], first: int) -> bool:
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
    return bool(_CONDEMNED.search(text, units[0].start, units[-1].end))


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(r"(?<!\S)" + "".join(map(_part, pattern.split()))) for pattern in _PATTERNS)


def _part(word: str) -> str:
    """One word of a pattern as a regular expression over class names, each with a blank behind it."""
    if word.startswith("!"):
        return f"(?!(?:{word[1:]}) )"
    many = {"?": "?", "*": "{0,6}"}.get(word[-1], "")
    names = word.rstrip("?*").replace("VILE", "vile|vilecurse").replace("CURSE", "curse|vilecurse").replace("comma", "start")
    return f"(?:(?:{names}) ){many}"


@cache
def _phrases() -> dict[str, list[tuple[list[str], str]]]:
    """All phrases and their classes by the first word, the longest first. A group's name has the last word over other classes."""
    classes: dict[tuple[str, ...], str] = {}
    for what, phrases in (*_GRAMMAR.items(), *_listed("group_attacks").items()):
        for phrase in phrases.split(",") if isinstance(phrases, str) else phrases:
            words = _words(phrase)
            both = {classes.get(words), what} == {"vile", "curse"}
            classes[words] = "vilecurse" if both else what
    for name in _groups("plural"):
        classes[_words(name)] = "group"
    for name in _groups("single"):
        classes[_words(name)] = "one"
    by_first: dict[str, list[tuple[list[str], str]]] = {}
    for words, what in classes.items():
        by_first.setdefault(words[0], []).append((list(words), what))
    for first in by_first.values():
        first.sort(key=lambda phrase: -len(phrase[0]))
    return by_first


def _words(phrase: str) -> tuple[str, ...]:
    return tuple(found[0].replace("’", "'") for found in _WORD.finditer(phrase))


@cache
def _groups(number: str) -> frozenset[str]:
    """The names of groups in the plural or in the singular."""
    listed = _listed("groups")
    demonyms, people = listed["demonym"], listed["people" if number == "plural" else "person"]
    before = (*listed["modifier"], *listed["collective"], *demonyms)
    names = [
        *listed[number],
        *([] if number == "plural" else demonyms),
        *(f"{modifier} {word}" for modifier in before for word in people),
    ]
    if number == "plural":
        names += [f"{name}s" for name in demonyms]
        names += [f"the {name}" for name in listed["collective"]]
    return frozenset(names)


@cache
def _names() -> frozenset[str]:
    """A text that names a group has one of these words: the longest that is not only a word for people."""
    listed = _listed("groups")
    common = {*listed["people"], *listed["person"]} - {*listed["plural"], *listed["single"]}
    names = (_words(name) for name in _groups("plural") | _groups("single"))
    return frozenset(max((word for word in name if word not in common), key=len) for name in names) | {"back"}


@cache
def _signs() -> frozenset[str]:
    """A text that attacks a group has one of these words: the longest of each phrase."""
    grammar = (phrase for what in _ALONE for phrase in _GRAMMAR[what].split(","))
    listed = (phrase for phrases in _listed("group_attacks").values() for phrase in phrases)
    return frozenset(max(_words(phrase), key=len) for phrase in (*grammar, *listed))


def _listed(name: str) -> dict[str, tuple[str, ...]]:
    """The lines `class=word,word` of a word list."""
    return {what: tuple(words.split(",")) for what, _, words in (line.partition("=") for line in word_list(name))}
