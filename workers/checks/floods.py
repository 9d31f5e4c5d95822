"""Floods: repeated and near-duplicate texts, and bursts of comments by one author, one address or with links to one host."""

from collections.abc import Iterator

from service.domain.policy.signals import Kind, Signal
from workers.checks.prepared import Prepared
from workers.checks.text.find_links import USUAL, is_within

CHECK = "floods"
#: Texts with fewer characters are not compared: they are often the same by chance ("Thanks!", "So true.").
SHORT = 25
_MANY_BY_AUTHOR, _TOO_MANY_BY_AUTHOR = 8, 20
_MANY_BY_ADDRESS, _TOO_MANY_BY_ADDRESS = 15, 40
#: Limits for the number of comments (by any author) that link to the same host. Usual hosts and the site's own domains are not
#: counted.
_MANY_TO_HOST, _TOO_MANY_TO_HOST = 5, 15


def check(prepared: Prepared) -> Iterator[Signal]:
    """Turns the counts in `reading.recent` into signals. The caller has counted this site's comments of one hour."""
    recent, length = prepared.reading.recent, len(prepared.reading.text)
    if recent.same_text and length >= SHORT:
        elsewhere = recent.same_text_other_threads
        score = min(0.95, 0.3 + 0.1 * recent.same_text + 0.25 * elsewhere)
        where = f" ({elsewhere} on other articles)" if elsewhere else ""
        rule = f"same text posted {_times(recent.same_text)} in the last hour{where}"
        yield Signal(Kind.SPAM_DUPLICATE, score, rule, strong=elsewhere >= 2 or recent.same_text >= 5, check=CHECK)
    if recent.like_text and length >= SHORT * 2:
        score = min(0.9, 0.3 + 0.15 * recent.like_text)
        rule = f"nearly the same text posted {_times(recent.like_text)} in the last hour"
        yield Signal(Kind.SPAM_NEAR_DUPLICATE, score, rule, strong=recent.like_text >= 4, check=CHECK)
    yield from _burst(recent.by_author, "comments by this author", _MANY_BY_AUTHOR, _TOO_MANY_BY_AUTHOR)
    yield from _burst(recent.by_address, "comments from this IP address", _MANY_BY_ADDRESS, _TOO_MANY_BY_ADDRESS)
    yield from _links(prepared)


def _links(prepared: Prepared) -> Iterator[Signal]:
    if not prepared.reading.recent.links_to:
        return
    own = frozenset(prepared.reading.lists.own_domains)
    counted = [pair for pair in prepared.reading.recent.links_to if not is_within(pair[0], USUAL) and not is_within(pair[0], own)]
    host, count = max(counted, key=lambda pair: pair[1], default=("", 0))
    yield from _burst(count, f"other comments with a link to {host}", _MANY_TO_HOST, _TOO_MANY_TO_HOST)


def _burst(count: int, what: str, many: int, too_many: int) -> Iterator[Signal]:
    if count >= many:
        grave = count >= too_many
        rule = f"{count} {what} in the last hour"
        yield Signal(Kind.SPAM_VELOCITY, 0.9 if grave else 0.55, rule, strong=grave, check=CHECK)


def _times(count: int) -> str:
    return "once before" if count == 1 else f"{count} times before"
