"""Errors on English pages: what to do, where the error for programs says what it expected. Other languages say so in their
translation."""

from functools import cache
from re import Pattern

from service.web.http.i18n import pattern_of

_PLAIN = {
    "expected 1 to %(most)s days, or nothing, got %(given)s": "Enter 1 to %(most)s days, or leave the field empty (not %(given)s).",
    "expected 1 to %(most)s days, or nothing": "Enter 1 to %(most)s days, or leave the field empty.",
    "expected %(least)s to %(most)s, or nothing, got %(given)s": "Enter %(least)s to %(most)s, or leave the field empty (not %(given)s).",
    "expected 1 in %(least)s to %(most)s, got %(given)s": "Enter a number from %(least)s to %(most)s (not %(given)s).",
    "expected 1 to %(most)s characters": "Enter 1 to %(most)s characters.",
    "expected at least %(least)s characters; a few words in a row are easy to remember":
        "Enter at least %(least)s characters. A phrase of several words works well.",
    "expected more than a few different characters": "Use more than a few different characters.",
    "expected at most 9 reasons, one a key": "There can be nine reasons at most, one for each key.",
    "expected reasons that differ": "Two reasons have the same name.",
    "expected a name for the reason, got %(given)s": "Give the reason a name.",
    "expected at most %(most)s entries, got %(given)s": "Too many entries: %(given)s. The limit is %(most)s. Nothing was saved.",
    "expected entries of at most %(most)s characters": "An entry can have at most %(most)s characters. Nothing was saved.",
    "expected a domain like spam.example, got %(given)s": "Enter only the domain, for example spam.example (not %(given)s).",
    "expected words, separated by commas": "Enter words, separated by commas.",
    "expected a day like 2026-12-31, got %(given)s": "Enter a day like 2026-12-31 (not %(given)s).",
    "expected a year like 2026": "Enter a year like 2026.",
    "expected one of %(choices)s, not %(given)s": "Choose one of %(choices)s (not %(given)s).",
    "%(given)s is no language that we know; expected codes such as %(choices)s":
        "%(given)s is not a known language. Enter codes such as %(choices)s.",
    "expected codes of languages (ISO 639) such as de, fr or zh, or * for all, not %(given)s":
        "Enter codes of languages such as de, fr or zh, or * for all (not %(given)s).",
    "a rule about %(subject)s needs a whole number, not %(given)s": "Enter a whole number, for example 3 (not %(given)s).",
    "a rule about %(subject)s needs words, separated by commas": "Enter words, separated by commas.",
    "expected a whole number from 0 to %(most)s": "Enter a whole number from 0 to %(most)s.",
    "expected seconds from %(least)s to %(most)s": "Enter %(least)s to %(most)s seconds.",
    "expected a JSON object like %(example)s": "Enter JSON like %(example)s.",
    "there is no %(name)s; expected one of %(choices)s": "There is no %(name)s. Choose from %(choices)s.",
    "expected an address like %(example)s": "Enter an address like %(example)s.",
    "expected at least one event to be told of": "Choose at least one event.",
    "expected at least one thing that the key may do": "Choose at least one permission.",
    "expected an e-mail address like name@example.org, got %(given)s": "Enter an e-mail address like name@example.org (not %(given)s).",
    "expected an address of at most 2048 characters": "The address can have at most 2,048 characters.",
    "expected a host name like news.example, or an address like 203.0.113.7":
        "Enter a host name like news.example, or an address like 203.0.113.7.",
    "no such endpoint on this site": "There is no such webhook on this site.",
    "no such thread on this site": "There is no such article on this site.",
    "no thread %(name)s on this site": "There is no article with the id %(name)s on this site.",
    "this site has %(number)s endpoints already": "This site has %(number)s webhooks already. Delete one first.",
    "this endpoint is disabled; enable it first": "This webhook is turned off. Turn it on first.",
    "this thread is closed": "Comments on this article are closed.",
    "your own role is for another admin to change": "Only another admin can change your role.",
    "this needs the role %(role)s on %(site)s; yours is %(yours)s. An admin can change it.":
        "This page needs the role %(role)s on %(site)s. Your role is %(yours)s. An admin can change it.",
    "this form is from an earlier sign-in; go back, reload the page and try again":
        "Your sign-in has changed. Go back, reload the page and try again.",
    "at most %(number)s requests a minute are taken here; try again in %(seconds)s s":
        "Too many requests in one minute. Try again in %(seconds)s seconds.",
    "something broke on our side; it was logged under this request's id": "The error is ours, and has been logged under this request ID.",
}  # fmt: skip


def plain_english(detail: str) -> str:
    """The error as an English page says it."""
    for pattern, plain in _patterns():
        if match := pattern.fullmatch(detail):
            return plain % match.groupdict()
    return detail


@cache
def _patterns() -> list[tuple[Pattern[str], str]]:
    return [(pattern_of(detail), plain) for detail, plain in _PLAIN.items()]
