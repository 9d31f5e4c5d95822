"""Translates the sentences of checks. Checks store them in English; the matched words stay as they are.

An unknown sentence, such as one that an older version stored, is shown as it is.
"""

import re
from functools import cache

from flask_babel import force_locale, get_locale

from service.web.http.i18n import _


def translate_rule(rule: str) -> str:
    """The sentence of a check, translated to the language of the request."""
    if str(get_locale() or "en") == "en":
        return rule
    for pattern, translated in zip(_patterns(), _sentences(), strict=True):
        if match := pattern.fullmatch(rule):
            return translated % _named(match.groupdict()) if match.groupdict() else translated
    return rule


def _named(found: dict[str, str]) -> dict[str, str]:
    """The values of a sentence, with the name of a language translated."""
    locale = get_locale()
    if locale is None or not {"language", "code"} <= found.keys():
        return found
    return {**found, "language": str(locale.languages.get(found["code"], found["language"]))}


@cache
def _patterns() -> list[re.Pattern[str]]:
    with force_locale("en"):
        return [re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+)", re.escape(one)), re.DOTALL) for one in _sentences()]


def _sentences() -> list[str]:
    """All sentences, translated. If two patterns match the same sentence, the more specific one comes first."""
    return [
        _("the same text came once before within the hour"),
        _("the same text came once before within the hour, %(elsewhere)s on other pages"),
        _("the same text came %(times)s times before within the hour, %(elsewhere)s on other pages"),
        _("the same text came %(times)s times before within the hour"),
        _("almost the same text came once before within the hour"),
        _("almost the same text came %(times)s times before within the hour"),
        _("%(number)s comments by this author within the hour"),
        _("%(number)s comments from this address within the hour"),
        _("%(number)s comments before this one with a link to %(found)s within the hour"),
        _("%(service)s gave no answer within %(seconds)s s"),
        _("%(service)s was not asked: %(why)s"),
        _("%(service)s could not be asked: %(why)s"),
        _("Akismet calls it spam"),
        _("the moderation service calls it %(harm)s (%(chance)s)"),
        _("a field that people cannot see was filled in"),
        _("sent %(seconds)s s after the form was shown"),
        _("letters that spell no words"),
        _("a name in styled letters: %(found)s"),
        _("something to follow: %(found)s"),
        _("a mail address: %(found)s"),
        _("a chat contact: %(found)s"),
        _("a moderator of this site trusts this author"),
        _("the first comment of this author"),
        _("%(number)s of %(total)s earlier comments of this author were rejected"),
        _("%(number)s of %(total)s earlier comments of this author were approved"),
        _("a link dressed up in markup"),
        _("a shortened link hides where it leads: %(found)s"),
        _("%(number)s links where one is usual"),
        _("%(number)s links where this site allows %(most)s"),
        _("a link to a domain that this site blocks: %(found)s"),
        _("a link to %(found)s"),
        _("a throw-away mail address: %(found)s"),
        _("reads like what this site rejects (%(chance)s): %(words)s; there is nothing to follow, so a person decides"),
        _("reads like what this site rejects (%(chance)s); there is nothing to follow, so a person decides"),
        _("reads like what this site rejects (%(chance)s): %(words)s"),
        _("reads like what this site rejects (%(chance)s)"),
        _("reads like spam (%(chance)s): %(words)s; there is nothing to follow, so a person decides"),
        _("reads like spam (%(chance)s); there is nothing to follow, so a person decides"),
        _("reads like spam (%(chance)s): %(words)s"),
        _("reads like spam (%(chance)s)"),
        _("reads like spam"),
        _("reads like an attack (%(chance)s): %(words)s"),
        _("reads like an attack (%(chance)s)"),
        _("reads like an attack"),
        _("attacks a group of people: %(words)s"),
        _("attacks a group of people"),
        _("only the first %(number)s of %(total)s words were read for hate against groups"),
        _("there was no time to read it for hate against groups, so it was judged without"),
        _("there was no time to read it for hate against groups, so a person decides"),
        _("the check for hate against groups failed (%(error)s), so it was judged without"),
        _("the check for hate against groups failed (%(error)s), so a person decides"),
        _("the name %(found)s is spam by definition, for tests"),
        _("the name is an address: %(found)s"),
        _("the name reads like an advertisement: %(found)s"),
        _("the author's name or website advertises: %(found)s"),
        _("%(number)s phrases of advertisers: %(found)s"),
        _("a phrase of advertisers: %(found)s"),
        _("a card number"),
        _("a telephone number"),
        _("a street address"),
        _("a strong word: %(found)s and more"),
        _("a strong word: %(found)s"),
        _("a coarse word: %(found)s and more"),
        _("a coarse word: %(found)s"),
        _("a mild word: %(found)s and more"),
        _("a mild word: %(found)s"),
        _("sounds like a threat: %(found)s"),
        _("this site blocks this author"),
        _("this site blocks this network address"),
        _("a word that this site blocks: %(found)s"),
        _("a word that this site holds: %(found)s"),
        _("this site holds every comment for a person first"),
        _("spam beyond doubt: %(chance)s, and from %(limit)s on nobody is asked"),
        _("one automatic decision in %(share)s is looked at by a person; this one would have been rejected"),
        _("one automatic decision in %(share)s is looked at by a person; this one would have been approved"),
        _("%(number)s approved comments by this author, this site asks for %(needed)s"),
        _("the thread is %(age)s days old, this site looks from %(days)s"),
        _("written in %(language)s (%(code)s); no check covers this language, so a person decides"),
        _("written in %(language)s (%(code)s), as your site says; no check covers this language, so a person decides"),
        _("probably written in %(language)s (%(code)s); no check covers this language, so a person decides"),
        _("partly written in %(language)s (%(code)s); no check covers this language, so a person decides"),
        _("written in %(script)s letters; no check covers this language, so a person decides"),
        _("partly written in %(script)s letters; no check covers this language, so a person decides"),
        _("we could not tell the language; our checks may not be able to read it, so a person decides"),
        _("written in %(spoken)s, this site publishes %(allowed)s"),
        _("written in %(spoken)s"),
        _("it mentions %(found)s"),
        _("%(number)s readers reported it"),
        _("there was no time left for the %(check)s check"),
        _("the %(check)s check took longer than %(seconds)s s"),
        _("the %(check)s check failed: %(error)s"),
        _("not checked: %(number)s tries were cut short, so a person decides"),
    ]
