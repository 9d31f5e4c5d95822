"""Threats, and calls to hurt oneself. They are short and seldom use strong words, so models and word lists miss them."""

import re
from collections.abc import Iterator
from functools import cache

from service.domain.policy.signals import Kind, Signal, Span
from workers.checks.prepared import Prepared
from workers.checks.text.matcher import Entry, Matcher, Where
from workers.checks.text.word_lists import word_list

CHECK = "threats"
#: High enough to hold a comment, but not to reject it: the words may be a quotation or a story, so a person decides.
SCORE = 0.8

_HURT = (
    "kill|murder|shoot|stab|strangle|choke|hang|drown|behead|execute|rape|skin|gut|torture|maim|cripple|hurt|harm|beat|smash|break|"
    "crush|bash|punch|slap|kick|cut|slit|slash|slice|burn|bury|poison|snap|rip|destroy|end|run over|blow up|set fire to|torch"
)
_HURT_PAST = (
    "killed|murdered|shot|stabbed|strangled|choked|hanged|hung|drowned|beheaded|executed|raped|skinned|gutted|tortured|beaten|smashed|"
    "crushed|burned|burnt|poisoned|lynched|put down|run over|exterminated|dead"
)
_BODY = (
    "legs?|arms?|face|skull|head|neck|nose|jaw|teeth|throat|bones?|back|fingers|hands?|knees?|kneecaps?|ribs|spine|brains?|guts|eyes?|"
    "house|home|family|wife|husband|kids?|children|son|daughter|mother|parents"
)
_I_WILL = (
    r"(?:(?:i|we)(?:'ll|ll|'d| will| would| shall| should| could| must|'m going to|'re going to| am going to| are going to|'m gonna| am gonna|"
    r" gonna| ought to| have to| want to| wanna| need to| can't wait to| would love to|'d love to| swear i'll| swear i will| promise to|m going to|m gonna)|gonna)"
)
_SOMEBODY_SHOULD = (
    r"(?:someone|somebody|anyone|people|they|let's|one of us) (?:should|must|ought to|needs? to|has to|will|please|just)?"
)
_BY_THE_WAY = r"(?: \w+){0,3}? "
_THEM = r"(?:you|u|ya|him|her|them|these people|that (?:man|woman|guy|idiot)|this (?:man|woman|guy|idiot))"
#: "I will beat you at chess" and "I will kill you in the quiz" are games, "in your sleep" is not.
_GAME = r"(?!,? (?:at|to|in|on|with|by|for) (?!your|my|night|home|sight|bare|front|a knife|a gun|a bat|a brick|the (?:face|head|neck|back|teeth|gut|stomach|heart|street|dark)|that|this|good))(?! a )"
_THREATS = (
    rf"{_I_WILL}{_BY_THE_WAY}(?:{_HURT}) (?:you|u|ya)\b{_GAME}",
    rf"(?:{_I_WILL}|{_SOMEBODY_SHOULD}){_BY_THE_WAY}(?:{_HURT})(?: (?:in|off|out|down|up|open))? (?:your|ur|all your|both your) (?:\w+ )?(?:{_BODY})\b",
    rf"(?:someone|somebody|anyone) (?:should|must|ought to|needs to|has to|please) (?:just )?(?:{_HURT}) {_THEM}\b{_GAME}",
    rf"you(?: all)?(?: people)? (?:should|deserve to|ought to|need to|must) (?:all )?(?:be (?:{_HURT_PAST})|get (?:{_HURT_PAST})|die|rot|hang)\b(?! out| of| laughing)",
    rf"(?:i )?(?:hope|wish|pray) (?:that )?(?:you|your \w+)(?: all)?(?: and your \w+)? (?:would |will )?"
    rf"(?:die|dies|rot|rots|burn|suffer|choke|drown|(?:get|gets|are|is|be) (?:{_HURT_PAST}|cancer|hit by))\b(?! out| of| laughing)",
    # Against a third person, only in words that are never a figure of speech: "I will find him and slit his throat", "somebody should put a bullet in her".
    rf"(?:{_I_WILL}|{_SOMEBODY_SHOULD})(?: \w+){{0,9}}? (?:(?:slit|cut|slash) (?:his|her|their) throats?|(?:smash|bash|crush|cave) (?:his|her|their) "
    r"(?:skulls?|heads?) in|put (?:a|two|some) bullets? (?:in|into|through) (?:him|her|them|his|their|each))\b",
    r"(?:i|we)(?: already| do)? know where (?:you|your (?:kids?|children|family|wife|husband|daughter|son|mother)) (?:lives?|sleeps?|works?|parks?|goe?s?)\b",
    r"(?:i|we)(?: will|'ll| am going to|'m going to|'m gonna)? (?:find|come for|hunt) you(?: down)? and (?:your|make you|you will|you'll|then)",
    r"(?:i|we)(?: will|'ll| am going to|'m going to|'m gonna) hunt you down",
    r"(?:we|i)(?:'re| are|'m| am) coming (?:for|after) you(?! at| by| on| to| in)",
    r"you(?:'re| are) (?:a )?dead (?:man|woman|meat)\b",
    r"your days are numbered",
    r"sleep with one eye open",
    r"(?:you|your family) (?:will not|won't) (?:wake up|live to see|see tomorrow|survive|leave (?:\w+ )?alive)",
    r"(?:go|please|just|you should|you ought to|you'd better|do (?:us|the world|everyone|everybody) (?:all )?a favou?r and)(?: please| just| go| and){0,3} "
    r"(?:kill|hang|shoot|drown|stab|poison|neck|off|end|delete|unalive) (?:yourself|urself|your ?self)\b",
    r"(?:go|please|just|you should|you ought to|do (?:us|the world|everyone|everybody) (?:all )?a favou?r and)(?: please| just| go| and){0,3} "
    r"(?:jump (?:off|from|under|in front of) (?:a|the|some) \w+|end (?:it all|your life|it)|die\b|drink (?:some )?(?:bleach|poison)|slit your wrists|take your own life)",
    r"(?:the )?(?:world|planet|everyone|everybody|we) (?:would|will|'d) be better (?:off )?(?:without you|if you (?:were dead|died))",
)
#: The first word of every threat. It is tried before the patterns, which is twice as fast.
_FIRST = (
    "i|ill|im|we|well|wem|gonna|someone|somebody|anyone|people|they|let|one|you|your|hope|wish|pray|sleep|go|please|just|do|the|world|"
    "planet|everyone|everybody"
)
#: A threat has one of these words, and one of these strings. Most comments lack one, so most are not searched.
_KEYS = frozenset(phrase.split()[0] for phrase in f"{_HURT}|{_HURT_PAST}".split("|")) | {
    "die", "dies", "rot", "rots", "suffer", "cancer", "jump", "bleach", "hunt", "come", "coming", "numbered", "eye", "know", "find",
    "better", "wrists", "survive", "alive", "wake", "see", "self", "yourself", "urself", "man", "woman", "meat", "life", "hit", "put", "cave",
}  # fmt: skip
_STRINGS = (
    "you",
    " favo",
    "one eye",
    " u ",
    " ya",
    " ur",
    "someone",
    "somebody",
    "anyone",
    " throat",
    " skull",
    " bullet",
    " head",
)
#: Before a threat: it is denied or told about. "Nobody should tell you to kill yourself" is none.
_TOLD_ABOUT = re.compile(
    r"(?:\b(?:don't|do not|never|not|nobody should|no one should|tell(?:s|ing)? \w+|told \w+|ask(?:s|ed|ing)? \w+|urged? \w+)"
    r"(?: to| that| ever| just| go| and)*\W*)$"
)


def check(prepared: Prepared) -> Iterator[Signal]:
    """One signal for all threats in the text."""
    spans = tuple(_spans(prepared))
    if spans:
        yield Signal(Kind.ABUSE_THREAT, SCORE, f"sounds like a threat: {spans[0].read_as}", spans[:20], check=CHECK)


def _spans(prepared: Prepared) -> Iterator[Span]:
    folded = prepared.text
    places = [(hit.start, hit.end, hit.entry.read_as) for hit in _matcher().find(folded.text)]
    if not _KEYS.isdisjoint(prepared.said.words) and any(string in folded.text for string in _STRINGS):
        places += [(found.start(), found.end(), found[0]) for found in _pattern().finditer(folded.text)]
    reached = 0
    for start, end, read_as in sorted(places, key=lambda place: (place[0], -place[1])):
        if end <= reached:  # A phrase of the list within a longer find.
            continue
        reached = end
        if not _TOLD_ABOUT.search(folded.text, max(0, start - 60), start):
            yield folded.span(start, end, read_as=" ".join(read_as.split()))


@cache
def _matcher() -> Matcher:
    return Matcher([Entry(phrase, phrase, 1, Where.WHOLE) for phrase in word_list("threats")])


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(rf"\b(?=(?:{_FIRST})\b)(?:" + "|".join(_THREATS).replace(" ", r"\s+") + ")")
