"""Links: how many, to which hosts, and whether shorteners or markup hide their targets."""

import re
from collections.abc import Iterator

from service.domain.policy.evidence import USUAL_LINK
from service.domain.policy.signals import Field, Kind, Signal, Span
from workers.checks.prepared import Prepared
from workers.checks.text import listed_domains
from workers.checks.text.find_links import USUAL, Link, host_of, is_within
from workers.checks.text.word_lists import word_list

CHECK = "links"
_IN_GOOD_FAITH = USUAL | frozenset(word_list("article_hosts"))
SHORTENERS = frozenset(word_list("shorteners"))
#: The score for 0, 1, 2, 3, 4 and more links to other sites.
_BY_COUNT = (0.0, 0.2, 0.4, 0.65, 0.8)
_MARKUP = re.compile(r"\[(?:url|link)[=\]]|<\s?a\s[^<>]{0,200}href", re.IGNORECASE)
#: A link in HTML whose shown words are its address: the second group is the first one, with or without the scheme.
_SHOWN = re.compile(
    r"<\s?a\s[^<>]{0,100}?href\s?=\s?[\"']?(?:https?://)?(?:www\.)?([^\s\"'<>]{4,200}?)/?[\"']?(?:\s[^<>]{0,200})?>"
    r"\s{0,3}(?:https?://)?(?:www\.)?\1/?\s{0,3}</a>",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"[\w-]\.[a-z]{2,}/(?:[\w-]+/){0,4}(?:19|20)[0-9]{2}[/-][0-9]{1,2}(?:[/-][0-9]{1,2})?/(?:[\w-]+/)*[\w-]+", re.IGNORECASE
)
STRONG_FROM = 5


def check(prepared: Prepared) -> Iterator[Signal]:
    """Links outside the site's own domains, shorteners, links hidden in markup, and blocked domains."""
    lists, links, text = prepared.reading.lists, prepared.links, prepared.reading.text
    website = host_of(prepared.reading.author.url)
    if lists.blocked_domains:
        yield from _blocked(prepared, website)
    if not links and not website:
        return
    own = frozenset(lists.own_domains)
    outside = tuple(link for link in links if not is_within(link.host, own))
    if outside:
        yield _many(outside, text)
        if markup := _dressed_up(text):
            span = Span(markup.start(), markup.end(), markup[0])
            yield Signal(Kind.SPAM_LINKS, 0.85, "a link hidden in markup", (span,), strong=True, check=CHECK)
    short = tuple(link for link in outside if is_within(link.host, SHORTENERS))
    if short or is_within(website, SHORTENERS):
        spans = _spans(short, text) or (_of_website(prepared),)
        yield Signal(Kind.SPAM_SHORTENER, 0.6, f"a short link that hides its target: {spans[0].text}", spans, check=CHECK)


def _dressed_up(text: str) -> re.Match[str] | None:
    """Markup that hides where a link leads. Markup that shows the address itself hides nothing: hosts store typed links like that."""
    return _MARKUP.search(_SHOWN.sub(" ", text))


def _many(outside: tuple[Link, ...], text: str) -> Signal:
    # A link in HTML that shows its own address is found twice.
    count = max(1, len(outside) - len(_SHOWN.findall(text)))
    score = _BY_COUNT[min(count, len(_BY_COUNT) - 1)]
    if count < 3 and all(is_within(link.host, _IN_GOOD_FAITH) or _is_article(text[link.start : link.end]) for link in outside):
        score = USUAL_LINK
    if any(link.hidden for link in outside):
        score = max(score, 0.6)
    rule = f"{count} links (one is usual)" if count > 1 else f"a link to {outside[0].host or 'elsewhere'}"
    return Signal(Kind.SPAM_LINKS, score, rule, _spans(outside, text), strong=count >= STRONG_FROM, check=CHECK)


def _is_article(link: str) -> bool:
    """Whether a link looks like one to an article of a newspaper: its path has a date and then a title."""
    return bool(_ARTICLE.search(link))


def _blocked(prepared: Prepared, website: str) -> Iterator[Signal]:
    domains = listed_domains.compiled(prepared.reading.lists.blocked_domains)
    spans = _spans(domains.links(prepared.reading.text, prepared.links), prepared.reading.text)
    if domains.has(website):
        spans = (*spans, _of_website(prepared))
    if spans:
        yield Signal(
            Kind.SITE_BLOCKED_LINK,
            1.0,
            f"a link to a domain that this site blocks: {spans[0].text}",
            spans,
            strong=True,
            check=CHECK,
        )


def _spans(links: tuple[Link, ...], text: str) -> tuple[Span, ...]:
    return tuple(Span(link.start, link.end, text[link.start : link.end], link.host) for link in links[:20])


def _of_website(prepared: Prepared) -> Span:
    url = prepared.reading.author.url
    return Span(0, len(url), url, field=Field.AUTHOR_URL)
