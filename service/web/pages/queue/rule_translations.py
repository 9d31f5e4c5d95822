"""Translates the sentences of checks. Checks store them in English; the matched words stay as they are.

An unknown sentence, such as one that an older version stored, is shown as it is.
"""

from flask_babel import get_locale

from service.domain.policy.custom_rules import JOINT
from service.web.http.i18n import _, translate_known


def translate_rule(rule: str) -> str:
    """The sentence of a check, translated to the language of the request."""
    return JOINT.join(translate_known(part, _sentences, named=_named) for part in rule.split(JOINT))


def _named(found: dict[str, str]) -> dict[str, str]:
    """The values of a sentence, with the name of a language translated."""
    locale = get_locale()
    if locale is None or not {"language", "code"} <= found.keys():
        return found
    return {**found, "language": str(locale.languages.get(found["code"], found["language"]))}


def _sentences() -> list[str]:
    """All sentences, translated. If two patterns match the same sentence, the more specific one comes first."""
    return [
        _("same text posted once before in the last hour"),
        _("same text posted once before in the last hour (%(elsewhere)s on other articles)"),
        _("same text posted %(times)s times before in the last hour (%(elsewhere)s on other articles)"),
        _("same text posted %(times)s times before in the last hour"),
        _("nearly the same text posted once before in the last hour"),
        _("nearly the same text posted %(times)s times before in the last hour"),
        _("%(number)s comments by this author in the last hour"),
        _("%(number)s comments from this IP address in the last hour"),
        _("%(number)s other comments with a link to %(found)s in the last hour"),
        _("%(service)s did not answer within %(seconds)s s"),
        _("%(service)s was not used: %(why)s"),
        _("%(service)s could not be used: %(why)s"),
        _("Akismet says spam"),
        _("the moderation service says %(harm)s (%(chance)s)"),
        _("a hidden form field was filled in, as programs do"),
        _("sent %(seconds)s s after the form was opened"),
        _("gibberish"),
        _("letters under a heap of marks"),
        _("a name in styled letters: %(found)s"),
        _("a link or contact: %(found)s"),
        _("an e-mail address: %(found)s"),
        _("a chat contact: %(found)s"),
        _("this site blocks this network"),
        _("this site blocks e-mail addresses at %(found)s"),
        _("a moderator sees every comment by this author first"),
        _("a moderator of this site trusts this author"),
        _("this author's first comment"),
        _("%(number)s of %(total)s earlier comments by this author were rejected"),
        _("%(number)s of %(total)s earlier comments by this author were approved"),
        _("a link hidden in markup"),
        _("a short link that hides its target: %(found)s"),
        _("%(number)s links (one is usual)"),
        _("%(number)s links (this site allows %(most)s)"),
        _("a link to a blocked domain: %(found)s"),
        _("a link to %(found)s"),
        _("a disposable e-mail address: %(found)s"),
        _("looks like what this site rejects (%(chance)s): %(words)s; it has no link or contact, so a person decides"),
        _("looks like what this site rejects (%(chance)s); it has no link or contact, so a person decides"),
        _("looks like what this site rejects (%(chance)s): %(words)s"),
        _("looks like what this site rejects (%(chance)s)"),
        _("looks like spam (%(chance)s): %(words)s; it has no link or contact, so a person decides"),
        _("looks like spam (%(chance)s); it has no link or contact, so a person decides"),
        _("looks like spam (%(chance)s): %(words)s"),
        _("looks like spam (%(chance)s)"),
        _("looks like spam"),
        _("looks like a personal attack (%(chance)s): %(words)s"),
        _("looks like a personal attack (%(chance)s)"),
        _("looks like a personal attack"),
        _("attacks a group of people: %(words)s"),
        _("attacks a group of people"),
        _("only the first %(number)s of %(total)s words were read for hate against groups"),
        _("there was no time to read it for hate against groups, so it was judged without"),
        _("there was no time to read it for hate against groups, so a person decides"),
        _("the check for hate against groups failed (%(error)s), so it was judged without"),
        _("the check for hate against groups failed (%(error)s), so a person decides"),
        _("the name %(found)s always counts as spam, for tests"),
        _("the name is a web address: %(found)s"),
        _("the name looks like an advertisement: %(found)s"),
        _("the author's name or website advertises: %(found)s"),
        _("%(number)s advertising phrases: %(found)s"),
        _("an advertising phrase: %(found)s"),
        _("a card number"),
        _("a phone number"),
        _("a street address"),
        _("strong profanity: %(found)s and more"),
        _("strong profanity: %(found)s"),
        _("offensive word: %(found)s and more"),
        _("offensive word: %(found)s"),
        _("mild profanity: %(found)s and more"),
        _("mild profanity: %(found)s"),
        _("sounds like a threat: %(found)s"),
        _("this author is banned on this site"),
        _("this IP address is blocked on this site"),
        _("a blocked word of this site: %(found)s"),
        _("a word that this site holds for review: %(found)s"),
        _("this site reviews every comment before it is published"),
        _("obvious spam (%(chance)s; rejected automatically from %(limit)s on)"),
        _("spot check: 1 in %(share)s automatic decisions is reviewed; this one would have been rejected"),
        _("spot check: 1 in %(share)s automatic decisions is reviewed; this one would have been approved"),
        _("%(number)s approved comments by this author (this site asks for %(needed)s)"),
        _("the article is %(age)s days old (this site holds comments after %(days)s)"),
        _("written in %(language)s (%(code)s), as your site says; this site looks at comments in this language first"),
        _("written in %(language)s (%(code)s), as your site says; the checks know only its coarse words, so a person decides"),
        _("written in %(language)s (%(code)s); the checks know only its coarse words, so a person decides"),
        _("probably written in %(language)s (%(code)s); the checks know only its coarse words, so a person decides"),
        _("partly written in %(language)s (%(code)s); the checks know only its coarse words, so a person decides"),
        _("written in %(language)s (%(code)s); this site looks at comments in this language first"),
        _("probably written in %(language)s (%(code)s); this site looks at comments in this language first"),
        _("partly written in %(language)s (%(code)s); this site looks at comments in this language first"),
        _("written in %(language)s (%(code)s); no check covers this language, so a person decides"),
        _("written in %(language)s (%(code)s), as your site says; no check covers this language, so a person decides"),
        _("probably written in %(language)s (%(code)s); no check covers this language, so a person decides"),
        _("partly written in %(language)s (%(code)s); no check covers this language, so a person decides"),
        _("written in %(script)s letters; no check covers this language, so a person decides"),
        _("partly written in %(script)s letters; no check covers this language, so a person decides"),
        _("we could not tell the language; our checks may not be able to read it, so a person decides"),
        _("%(number)s approved comments by this author, at least %(least)s"),
        _("%(number)s links, at most %(most)s"),
        _("written in %(spoken)s (this site publishes %(allowed)s)"),
        _("written in %(spoken)s"),
        _("contains %(found)s"),
        _("%(number)s readers reported it"),
        _("there was no time left for the %(check)s check"),
        _("the %(check)s check took longer than %(seconds)s s"),
        _("the %(check)s check failed: %(error)s"),
        _("not checked: %(number)s attempts were interrupted, so a person decides"),
    ]
