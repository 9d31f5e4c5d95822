"""Hate in a sentence that does not say who is meant, because the article does: "these people are not human".

`group_attacks` needs the name of a group. Here are only words that fit nobody but people ("these people", "their kind"), or that say of
"them" what nobody says of things. English only.
"""

import re
from collections.abc import Iterator
from functools import cache

from service.domain.policy.signals import Kind, Signal
from workers.checks.prepared import Prepared

CHECK = "unnamed_people"
#: High enough to hold a comment, but not to reject it.
SCORE = 0.8

_PEOPLE = (
    r"(?:(?:these|those|such) (?:people|folks?|individuals|foreigners|animals|creatures|savages)|(?:people|men|women|folks?) like "
    r"(?:that|this|them|these|those|him|her)|(?:their|that|his|her|your) (?:kind|sort|lot|ilk|type)(?: of people)?)"
)
_THEY = rf"(?:they|{_PEOPLE})"
_EACH = r"(?:(?:all |every (?:last |single )?one |the (?:whole )?lot )of )?"
_THEM, _THEM_OR_THEY = (rf"{_EACH}(?:{pronouns}|{_PEOPLE})(?: all)?" for pronouns in ("them", "they|them"))
_ALL_OF_THEM = r"(?:them all|(?:every (?:last |single )?one|the (?:whole )?lot) of them)"
_NOT = r"(?: (?:are|is|were)n't| (?:are|is|were) (?:not|hardly|barely|never)|'re not)"
_SHOULD = r"(?: all| just)? (?:should|must|ought to|needs? to|have to|has to|deserves? to)(?: all| just)* be"
_KILL = (
    "kill|murder|exterminate|eradicate|annihilate|slaughter|massacre|execute|gas|shoot|lynch|hang|bomb|nuke|neuter|castrate|sterilise|sterilize|"
    "deport|wipe out|string up|line up"
)
_KILLED = (
    "killed|murdered|exterminated|eradicated|eliminated|annihilated|liquidated|purged|slaughtered|massacred|executed|gassed|shot|lynched|hanged|"
    "hung|burned|burnt|drowned|bombed|nuked|culled|neutered|castrated|sterilised|sterilized|wiped out|wiped off|rounded up|strung up"
)
_PUT = "put (?:down|to death|to sleep|in (?:a )?(?:camps?|cages?|ovens?))"
_DRIVEN, _EXPELLED = "driven|thrown|kicked|chased|swept|forced|shipped|hounded", "deported|expelled|removed|banished|exiled"
_DRIVEN_OUT = f"(?:(?:{_DRIVEN}) (?:out|off)|{_EXPELLED})"
_CHASE = "drive|throw|kick|chase|deport|ship|send"
_OF_THE_LAND = r" (?:of|from) (?:our|this|the|my|your) (?:\w+ )?(?:country|land|nation|homeland|soil|continent|city|town|village|streets?|neighbou?rhood)\b"
_STOP = r"(?=[.!,;]|$| and\b| before\b| like\b| for\b| now\b)"
_AMONG_US = r" (?:here|among|amongst|with us|near us|on this|in (?:our|this) (?:country|land|city|town|world))\b"
_DIE = "dies?|died|drowns?|drowned|rots?|perish|perishes|perished|suffocates?|chokes?|starves?"
_BE, _DEAD = "(?:are|were|be|gets?|got)", "dead|killed|shot|gassed|bombed|drowned|burned alive"
_SINK = "sinks?|sank|capsizes?|goes down"
_GLAD_IF = "(?:better|great|good|nice|best|glad|happy|happier|love it|celebrate) if"
_MURDERERS = "hitler|the nazis|himmler|stalin|pol pot|breivik"
_CITIZENS = "citizens|compatriots|countrymen"
_BEASTS = "animals|beasts|dogs|pigs|rats|vermin|insects|dirt|shit|cattle"
#: Each attack, and words of which it has one. Most comments have none of them, so most are not searched.
_ATTACKS = (
    # "they are not human", "these people are less than animals"
    (
        "human|humans",
        rf"{_THEY}{_NOT}(?: even| really| fully| truly| quite)*(?: a)? (?:humans?|human beings?)\b(?! remains| errors?| rights| bones| hair)",
    ),
    (_BEASTS, rf"{_THEY}(?: are|'re| is)(?: all| just| even| nothing| much| far)* (?:less|worse|lower) than (?:{_BEASTS})\b"),
    # "people like that should be put down", "these people should be driven out of our country", "are not real citizens"
    (f"{_KILLED}|put", rf"{_PEOPLE}{_SHOULD} (?:{_KILLED}|{_PUT})\b"),
    (f"{_DRIVEN}|{_EXPELLED}", rf"{_PEOPLE}{_SHOULD} {_DRIVEN_OUT}(?:{_OF_THE_LAND}|{_STOP})"),
    (f"{_DRIVEN}|{_EXPELLED}", rf"they{_SHOULD} {_DRIVEN_OUT}{_OF_THE_LAND}"),
    (
        _CITIZENS,
        rf"{_THEY}(?:{_NOT}| will never be| can never be)(?: really| even)?(?: the)? (?:real|true|proper) (?:{_CITIZENS})\b",
    ),
    (
        "deserve|deserved",
        rf"{_THEY} (?:do not|don't|never|did not|didn't)(?: even)? deserved? to (?:live|exist|breathe|breed|walk (?:this|the) earth)"
        rf"(?:{_AMONG_US}|{_STOP})",
    ),
    # "wipe out these people", "shoot them all", "get rid of every last one of them", "chase them all out of our town"
    (_KILL, rf"(?:{_KILL}) (?:{_ALL_OF_THEM}|{_PEOPLE})\b"),
    ("rid", r"(?:get|be) rid of every (?:last|single) one of them\b"),
    (_CHASE, rf"(?:{_CHASE}) {_THEM}(?: back| out| off)*{_OF_THE_LAND}"),
    # "better if they were all dead", "I hope the next boat sinks"
    (
        _DIE,
        rf"(?:hope|wish|pray|{_GLAD_IF})(?: that)? {_THEM_OR_THEY}(?: all| would| will| just| could| should| each| both)* "
        rf"(?:{_DIE})\b(?! out| down| off| laughing| of laughing| trying)",
    ),
    (
        _DEAD,
        rf"(?:hope|wish|pray|{_GLAD_IF})(?: that)? {_THEM_OR_THEY}(?: all| would| will| just| could| should| each| both)* "
        rf"{_BE} (?:all )?(?:{_DEAD})\b",
    ),
    (
        _SINK,
        rf"(?:hope|wish|pray)(?: \w+){{0,2}} (?:boats?|ships?|dingh(?:y|ies)|rafts?)(?: \w+){{0,2}} (?:{_SINK})\b(?! the| a| to| our| into)",
    ),
    # praise of genocide
    (
        _MURDERERS,
        rf"(?:{_MURDERERS}) (?:was|were|is|had)(?: so| absolutely| completely| actually)? (?:the )?right (?:idea\b|about\b|all along\b|(?=[.!,;]|$))",
    ),
    (
        _MURDERERS,
        rf"(?:{_MURDERERS}) (?:did nothing wrong|knew what to do|should(?:'ve| have) (?:finished|won|killed|gassed)|"
        r"(?:didn't|did not) (?:finish|go far enough|kill enough))\b",
    ),
    (f"{_MURDERERS}|adolf", rf"(?:finish|complete|continue) (?:the (?:job|work) (?:that )?|what )(?:{_MURDERERS}|adolf)\b"),
    (
        "hitler|chamber|chambers|camps?|lynching|lynchings|lynch",
        r"(?:need|needs|want|where is|where's|bring back)(?: \w+){0,2} (?:hitler|gas chambers?|concentration camps?|lynchings?|lynch mobs?)"
        r"(?= when| again| back| for| here| now|[.!,;]|$)",
    ),
)
#: What is not human and said to be so calmly, and what people get rid of: then "they" are no people.
_THINGS = re.compile(
    r"\b(?:bots?|chatbots?|robots?|androids?|machines?|algorithms?|computers?|accounts?|ai|llms?|aliens?|elves|orcs?|vampires?|zombies?|characters?|"
    r"statues?|dolls?|apes?|chimps?|chimpanzees?|dolphins?|puppies|mosquito(?:e?s)?|wasps?|ants|slugs?|snails?|moths?|aphids|weeds?|potholes?|viruses|bacteria|germs)\b"
)
#: Before an attack: it is denied, reported or condemned. "Nobody says that they are not human".
_TOLD_ABOUT = re.compile(
    r"(?:\b(?:says?|said|saying|claims?|claimed|claiming|wrote|writes?|shouts?|shouted|yell(?:s|ed)?|chant(?:s|ed|ing)?|calls?|called|calling|"
    r"believed?|believes|thinks?|thought|never|nobody|don't|do not|didn't|did not|wrong|racist|as if|as though|whether|not say|told|tells?|"
    r"treat(?:s|ed|ing)?|idea|myth|slogan|quote|lie|rhetoric|propaganda)(?: \w+){0,3}\W*)$"
)


def check(prepared: Prepared) -> Iterator[Signal]:
    """One signal for the first attack, with its words."""
    said, folded = prepared.said.words, prepared.text
    if _all_keys().isdisjoint(said):
        return
    finds = [found for keys, pattern in _attacks() if not keys.isdisjoint(said) for found in pattern.finditer(folded.text)]
    if not finds or _THINGS.search(folded.text):
        return
    for found in sorted(finds, key=re.Match.start):
        if not _TOLD_ABOUT.search(folded.text, max(0, found.start() - 60), found.start()):
            span = folded.span(found.start(), found.end(), read_as=" ".join(found[0].split()))
            yield Signal(Kind.ABUSE_HATE, SCORE, f"attacks people: '{span.read_as}'", (span,), check=CHECK)
            return


@cache
def _attacks() -> tuple[tuple[frozenset[str], re.Pattern[str]], ...]:
    return tuple((_words(keys), re.compile(rf"\b(?:{pattern})".replace(" ", r"\s+"))) for keys, pattern in _ATTACKS)


@cache
def _all_keys() -> frozenset[str]:
    return frozenset().union(*(keys for keys, _ in _attacks()))


def _words(alternatives: str) -> frozenset[str]:
    """The longest word of each alternative; "dies?" is two words."""
    words = (max(phrase.split(), key=len) for phrase in alternatives.split("|"))
    return frozenset(form for word in words for form in ({word[:-2], word[:-1]} if word.endswith("s?") else {word}))
