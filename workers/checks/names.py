"""The author's name: the test name, and names and websites that are addresses or advertisements."""

import re
from collections.abc import Iterator

from service.domain.policy.signals import Field, Kind, Signal, Span
from workers.checks.leads import leads_outside, website
from workers.checks.phrases import pitches
from workers.checks.prepared import Prepared
from workers.checks.text.normalize import fold
from workers.checks.text.word_lists import word_list

CHECK = "names"
#: Whoever integrates Greenroom can see a rejection without writing spam: this name is always spam, as it is at Akismet.
TEST_NAME = "viagra-test-123"
_ADDRESS = re.compile(
    r"https?://|www\.|\b[a-z0-9-]{2,63}\.(?:com|net|org|info|biz|ru|co|io|xyz|shop|online|site|top|me|tv|us|uk)\b|@[a-z0-9-]+\."
)
_WORD = re.compile(r"[a-z]+")
_SHOP_TALK = frozenset(word_list("shop_talk"))
LONGEST = 60


def check(prepared: Prepared) -> Iterator[Signal]:
    """Says so when a name is no name, and when a name or a website advertises."""
    name = prepared.name
    if not name.text and not prepared.reading.author.url:
        return
    whole = name.span(0, len(name.text), field=Field.AUTHOR_NAME)
    if name.text.strip() == TEST_NAME:
        rule = f"the name {TEST_NAME} is spam by definition, for tests"
        yield Signal(Kind.SPAM_TEST, 1.0, rule, (whole,), strong=True, check=CHECK)
    elif _ADDRESS.search(name.text):
        yield Signal(Kind.SPAM_NAME, 0.7, f"the name is an address: {whole.text}", (whole,), strong=True, check=CHECK)
    elif spans := _advertising(prepared):
        rule = f"the author's name or website advertises: {spans[0].text}"
        yield Signal(Kind.SPAM_NAME, 0.6, rule, spans, strong=True, check=CHECK)
    elif len(_words(name.text[:LONGEST]) & _SHOP_TALK) >= 2 or len(name.text) > LONGEST:
        rule = f"the name reads like an advertisement: {whole.text[:LONGEST]}"
        # A long name may be a reader's whole name.
        yield Signal(Kind.SPAM_NAME, 0.6, rule, (whole,), strong=len(name.text) <= LONGEST, check=CHECK)


def _advertising(prepared: Prepared) -> tuple[Span, ...]:
    """What the name and the website advertise. One word of a name is not enough: Seo, Judi, Bandar and Casino are names of people.
    It takes a second word of advertisers beside it, or something to follow."""
    found = pitches(prepared.name, Field.AUTHOR_NAME) if prepared.name.text else {}
    words = {word for phrase in found for word in phrase.split()} | _words(prepared.name.text) & _SHOP_TALK
    if len(words) < 2 and not leads_outside(prepared):
        found = {}
    if site := website(prepared):
        found |= pitches(fold(site.text.replace("-", " ").replace("_", " ")), Field.AUTHOR_URL)
    return tuple(found.values())


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))
