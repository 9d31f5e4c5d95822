"""Leads: things that a reader could follow, such as a website, a handle or a number. Links and chat contacts have other checks.

A lead alone does not count against a comment. But without a lead, the policy does not let a model reject a comment that no
person has seen.
"""

import re
from collections.abc import Iterator

from service.domain.policy.signals import Field, Kind, Signal, Span
from workers.checks.prepared import Prepared
from workers.checks.text.characters import DIGITS, count
from workers.checks.text.find_links import host_of, is_within
from workers.checks.text.normalize import Folded

CHECK = "leads"
#: A handle (@name). A handle at the very beginning of a text is no lead: it names the person whom the reply is for.
_HANDLE = re.compile(r"(?<=[^\w@.])@[a-z0-9_](?:[a-z0-9_.]{1,38})[a-z0-9_]")
_ACCOUNT = re.compile(
    r"\b(?:telegram|whats? ?app|insta(?:gram)?|snap(?:chat)?|tik ?tok|facebook|twitter|discord|onlyfans|signal|skype|kik|viber|wechat|line)"
    r"(?: (?:id|me|us|on|at|is|name|number|account))* ?[:=@] ?[a-z0-9_][a-z0-9_.]{2,39}"
)
#: Seven digits and more, grouped as telephone numbers are.
_NUMBER = re.compile(r"(?<![\w.,:/=%$£€-])\+?\(?[0-9](?:[ .()/-]{0,2}[0-9]){6,14}(?![\w%]|[.,:][0-9])")
#: Not telephone numbers: dates, ranges of years, and large numbers with thousands separators.
_NO_NUMBER = re.compile(
    r"[0-9]{1,2}[ ./-]{1,2}[0-9]{1,2}[ ./-]{1,2}(?:[0-9]{2}){1,2}|(?:1[0-9]|20)[0-9]{2}[ ./-]{1,3}(?:1[0-9]|20)[0-9]{2}"
    r"|(?:1[0-9]|20)[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,3}(?:[ .][0-9]{3})+"
)
#: Short codes that a message asks to call or to text to.
_SHORT_CODE = re.compile(r"\b(?:(?:text|txt|sms|send)(?: \S{1,20}){0,4}? to|text|txt|dial|call) [0-9]{4,6}(?![\w.,:]?[0-9])")
_FEWEST_DIGITS = 4


def check(prepared: Prepared) -> Iterator[Signal]:
    """One signal with score 0 for all leads."""
    spans = tuple(_leads(prepared))
    if spans:
        yield Signal(Kind.SPAM_LEAD, 0.0, f"a link or contact: {spans[0].text}", spans, check=CHECK)


def website(prepared: Prepared) -> Span | None:
    """The author's website, unless it is on the site's own domains."""
    url = prepared.reading.author.url
    if not url or is_within(host_of(url), frozenset(prepared.reading.lists.own_domains)):
        return None
    return Span(0, len(url), url, field=Field.AUTHOR_URL)


def leads_off_site(prepared: Prepared) -> bool:
    """Whether the author's website or a link in the text leads away from the site."""
    own = frozenset(prepared.reading.lists.own_domains)
    return website(prepared) is not None or any(not is_within(link.host, own) for link in prepared.links)


def _leads(prepared: Prepared) -> Iterator[Span]:
    if site := website(prepared):
        yield site
    yield from _written(prepared.text, prepared.digits, Field.TEXT)
    if name := prepared.name.text:
        yield from _written(prepared.name, count(name, DIGITS), Field.AUTHOR_NAME)


def _written(folded: Folded, digits: int, field: Field) -> Iterator[Span]:
    text = folded.text
    patterns = [_HANDLE] if "@" in text else []
    patterns += [_ACCOUNT] if "@" in text or ":" in text or "=" in text else []
    if digits >= _FEWEST_DIGITS:
        patterns += [_NUMBER, _SHORT_CODE]
    for pattern in patterns:
        found = next((each for each in pattern.finditer(text) if not _NO_NUMBER.fullmatch(each[0])), None)
        if found:
            yield folded.span(*found.span(), field=field)
