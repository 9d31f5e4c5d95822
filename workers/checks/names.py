"""The author's name: the test name, and names and websites that are addresses or advertisements."""

import re
from collections.abc import Iterator

from service.domain.policy.signals import Field, Kind, Signal, Span
from workers.checks.leads import leads_off_site, website
from workers.checks.model.spam_features import carries, is_shop
from workers.checks.phrases import pitches
from workers.checks.prepared import Prepared
from workers.checks.text.find_links import host_of
from workers.checks.text.normalize import fold
from workers.checks.text.word_lists import word_list

CHECK = "names"
#: This author name is always spam, as with Akismet, so that integrators can test a rejection.
TEST_NAME = "viagra-test-123"
_ADDRESS = re.compile(
    r"https?://|www\.|\b[a-z0-9-]{2,63}\.(?:com|net|org|info|biz|ru|co|io|xyz|shop|online|site|top|me|tv|us|uk)\b|@[a-z0-9-]+\."
)
_WORD = re.compile(r"[a-z]+")
_SHOP_TALK = frozenset(word_list("shop_talk"))
#: Words of trades that are no names of people.
_TRADES = frozenset(word for word in word_list("trades") if len(word) > 4 or word == "cost") - {
    "coach",
    "flowers",
    "homes",
    "diamond",
    "doctor",
}
LONGEST = 60


def check(prepared: Prepared) -> Iterator[Signal]:
    """Gives a signal if the name is a URL, or if the name or the website advertises."""
    name = prepared.name
    if not name.text and not prepared.reading.author.url:
        return
    whole = name.span(0, len(name.text), field=Field.AUTHOR_NAME)
    if name.text.strip() == TEST_NAME:
        rule = f"the name {TEST_NAME} always counts as spam, for tests"
        yield Signal(Kind.SPAM_TEST, 1.0, rule, (whole,), strong=True, check=CHECK)
    elif _ADDRESS.search(name.text):
        yield Signal(Kind.SPAM_NAME, 0.7, f"the name is an address: {whole.text}", (whole,), strong=True, check=CHECK)
    elif spans := _advertising(prepared):
        rule = f"the author's name or website advertises: {spans[0].text}"
        yield Signal(Kind.SPAM_NAME, 0.6, rule, spans, strong=True, check=CHECK)
    elif spans := _of_a_trade(prepared):
        rule = f"the author's name or website advertises: {spans[0].text}"
        yield Signal(Kind.SPAM_NAME, 0.55, rule, spans, check=CHECK)
    elif len(_word_set(name.text[:LONGEST]) & _SHOP_TALK) >= 2 or len(name.text) > LONGEST:
        rule = f"the name looks like an advertisement: {whole.text[:LONGEST]}"
        # A long name is only a weak sign: it may be a reader's full name.
        yield Signal(Kind.SPAM_NAME, 0.6, rule, (whole,), strong=len(name.text) <= LONGEST, check=CHECK)


def _advertising(prepared: Prepared) -> tuple[Span, ...]:
    """Advertising words in the name and in the website.

    One such word in a name is not enough, since Seo, Judi, Bandar and Casino are names of people. The name needs a second such
    word, or the comment a link or website that leads away from the site.
    """
    found = pitches(prepared.name, Field.AUTHOR_NAME) if prepared.name.text else {}
    words = {word for phrase in found for word in phrase.split()} | _word_set(prepared.name.text) & _SHOP_TALK
    if len(words) < 2 and not leads_off_site(prepared):
        found = {}
    if site := website(prepared):
        found |= pitches(fold(site.text.replace("-", " ").replace("_", " ")), Field.AUTHOR_URL)
    return tuple(found.values())


def _of_a_trade(prepared: Prepared) -> tuple[Span, ...]:
    """The website of a shop under the name of another, or a name with the word of a trade beside a website."""
    site, name = website(prepared), prepared.name
    if site is None:
        return ()
    words = _word_set(name.text)
    if words & _TRADES:
        return (name.span(0, len(name.text), field=Field.AUTHOR_NAME), site)
    host = host_of(site.text)
    return (site,) if is_shop(host) and not carries(host, name.text) else ()


def _word_set(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))
