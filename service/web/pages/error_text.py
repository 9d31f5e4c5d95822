"""Errors for people: in the language of the page, with the field by the name that the page gives it.

Actions raise errors in English, because programs and logs get the same ones. An unknown error is shown as it is.
"""

from flask_babel import get_locale

from service.domain.errors import Refusal
from service.web.http.i18n import _, translate_known
from service.web.pages.plain_english import plain_english
from service.web.pages.state_names import state_names

_ENDS = ".!?…।؟"


def error_text(refusal: Refusal) -> str:
    """The error as whole sentences, such as "Blocked words: at most 1,000 entries fit, and there are 1,001."."""
    text = sentence(refusal.detail)
    label = _labels().get(refusal.faults[0].pointer.lstrip("/")) if refusal.faults else None
    return f"{label}: {text}" if label else text


def sentence(detail: str) -> str:
    """A detail of an error, translated, with a capital letter and one full stop."""
    english = str(get_locale() or "en") == "en"
    text = (plain_english(detail) if english else translate_known(detail, _sentences, named=_named)).strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith(tuple(_ENDS)) else f"{text}."


def _named(values: dict[str, str]) -> dict[str, str]:
    """The values of a sentence, with the state of a comment in the language of the page."""
    states = state_names()
    return {name: states.get(value, value) if name == "state" else value for name, value in values.items()}


def _labels() -> dict[str, str]:
    """The names of the fields on the pages."""
    return {
        "blocked_words": _("Blocked words"),
        "held_words": _("Words to hold for review"),
        "allowed_words": _("Allowed words"),
        "blocked_domains": _("Blocked domains"),
        "languages": _("Languages"),
        "origins": _("Addresses of your pages"),
        "time_zone": _("Time zone"),
        "rejections": _("Rejection reasons"),
        "rejected": _("Delete rejected comments after this many days"),
        "personal": _("Anonymise authors after this many days"),
        "thread": _("Only on this article"),
        "value": _("Number or words"),
        "until": _("Last day"),
        "email": _("E-mail"),
        "url": _("Address"),
        "event": _("Events"),
        "kind": _("Kind"),
        "old_after": _("Minutes"),
        "template": _("Your own JSON"),
        "scope": _("What the key may do"),
        "text": _("Text"),
        "message": _("Message to the author"),
        "timeout": _("Seconds to wait"),
        "secret": _("Key"),
        "model": _("Model"),
        "role": _("Role"),
        "code": _("Code"),
    }


def _sentences() -> list[str]:
    """All known errors, translated. If two patterns match, the more specific one comes first."""
    return [
        _("no such comment on this site"),
        _("no such decision on this site"),
        _("no such thread on this site"),
        _("no such rule on this site"),
        _("no such endpoint on this site"),
        _("no such delivery on this site"),
        _("no such moderator on this site"),
        _("no such warning on this site"),
        _("this comment was erased"),
        _("this comment is %(state)s already"),
        _("this comment is rejected; approve it first, so that the reply has a place"),
        _("somebody moved this comment since version %(version)s"),
        _("%(who)s moved this to %(state)s at %(time)s UTC"),
        _("%(who)s put this back to %(state)s at %(time)s UTC"),
        _("expected an address of this site"),
        _(
            "the origin of this page, %(origin)s, is not one of the site %(site)s; an admin can add it in the settings of the site, "
            "or with `greenroom site set --add-origin`"
        ),
        _(
            "expected an origin like https://news.example, got %(origin)s; write scheme and host, and the port if it is an unusual one"
        ),
        _("expected an origin like https://news.example, got %(origin)s; leave out all but scheme, host and port: %(right)s"),
        _("expected at most %(most)s origins, got %(count)s"),
        _("this comment was rejected or erased, so it cannot be changed any more"),
        _("a comment can be changed for 30 minutes only"),
        _("this is not the token of a comment of yours"),
        _("this form belongs to another site; please send it once more"),
        _("this comment is in the archive %(name)s; the operator can restore it"),
        _("somebody changed this comment meanwhile; it is at version %(version)s now"),
        _("this author has no account id and no e-mail address, so they cannot be banned or trusted"),
        _("this author has no account id and no e-mail address, so your site cannot tell who they are"),
        _("a ban of a whole domain or network needs an end"),
        _("this thread is closed"),
        _("expected 1 to %(most)s days, or nothing, got %(given)s"),
        _("expected 1 to %(most)s days, or nothing"),
        _("expected 1 to %(most)s characters"),
        _("expected at most %(most)s comments in one step"),
        _("expected at most 9 reasons, one a key"),
        _("expected reasons that differ"),
        _("expected at most %(most)s entries, got %(given)s"),
        _("expected entries of at most %(most)s characters"),
        _("expected at most %(most)s rules"),
        _("expected at most %(most)s characters, or a number of at most %(digits)s digits"),
        _("expected at most %(most)s characters"),
        _("expected a domain like spam.example, got %(given)s"),
        _("%(given)s would match everything"),
        _("a word of nothing but * would match everything"),
        _("expected words, separated by commas"),
        _("%(given)s is no language that we know; expected codes such as %(choices)s"),
        _("expected a day like 2026-12-31, got %(given)s"),
        _("expected at most %(most)s conditions"),
        _("two conditions of this rule are the same"),
        _("expected one of %(choices)s, not %(given)s"),
        _("a rule about %(subject)s needs a whole number, not %(given)s"),
        _("a rule about %(subject)s needs words, separated by commas"),
        _("expected codes of languages (ISO 639) such as de, fr or zh, or * for all, not %(given)s"),
        _("expected a time zone like Europe/Berlin or UTC, got %(given)s"),
        _("no thread %(name)s on this site"),
        _("expected a name for the reason, got %(given)s"),
        _("expected a whole number from 0 to %(most)s"),
        _("expected seconds from %(least)s to %(most)s"),
        _("expected at least one event to be told of"),
        _("expected a JSON object like %(example)s"),
        _("there is no %(name)s; expected one of %(choices)s"),
        _("expected an address like %(example)s"),
        _("expected at least one thing that the key may do"),
        _("expected an e-mail address like name@example.org, got %(given)s"),
        _("expected an address of at most 2048 characters"),
        _("expected a host name like news.example, or an address like 203.0.113.7"),
        _("%(address)s is private; `webhook_allow` opens networks of your own"),
        _("this site has %(number)s endpoints already"),
        _("this endpoint is disabled; enable it first"),
        _("this delivery is on its way already"),
        _("your own role is for another admin to change"),
        _("this needs the role %(role)s on %(site)s; yours is %(yours)s. An admin can change it."),
        _("you have no role on any site yet; an admin can give you one"),
        _("no site %(site)s that you have a role on"),
        _("this form is from an earlier sign-in; go back, reload the page and try again"),
        _("this installation demands a second factor of you; set it up under your account"),
        _("expected text without NUL characters"),
        _("this passkey was refused; try again"),
        _("this passkey belongs to no account here; sign in another way"),
        _("this passkey belongs to an account already"),
        _("this passkey is your only way to sign in; set a password first"),
        _("this took too long, or was answered already; try again"),
        _("an account has at most %(most)s passkeys; remove one first"),
        _("no such passkey"),
        _("there is no page at this address"),
        _("the database did not answer; nothing was changed, please try again"),
        _("something broke on our side; it was logged under this request's id"),
        _("at most %(number)s requests a minute are taken here; try again in %(seconds)s s"),
        _("you have reported this comment already; it is being looked at, or a person has decided that it stays"),
        _("at most %(most)s reports a day are taken from one person; please come back tomorrow"),
        _("only a reporter whose reports were mostly dismissed, three or more, can be warned or suspended"),
        _("warn this reporter first: a suspension needs a prior warning"),
        _("this reporter is suspended already"),
        _("this form could not be recognised; please send it once more"),
        _("somebody changed this comment since you saw it; look at it again"),
        _("somebody decided about this complaint already"),
        _("expected the name and the e-mail address of a trusted flagger, or neither"),
        _("expected at most %(most)s trusted flaggers"),
        _("expected %(least)s to %(most)s, or nothing, got %(given)s"),
        _("expected 1 in %(least)s to %(most)s, got %(given)s"),
        _("expected at least %(least)s characters; a few words in a row are easy to remember"),
        _("expected more than a few different characters"),
        _("expected a key of at most 1000 characters, in one line"),
        _("expected a year like 2026"),
        _("%(check)s needs a key"),
        _("%(check)s needs an address"),
        _("comments of one author or with one link can be rejected together; approve each after reading it"),
        _("there is a complaint about this decision already"),
        _("a complaint is possible for six months after the decision; that time is over"),
        _("there is no decision to complain about: the comment is not restricted"),
        _("there is no decision to complain about: the comment was decided again since"),
        _("there is no dismissal to complain about"),
        _("this invitation was used, withdrawn or has run out"),
        _("that account is connected with another moderator already"),
        _("that is not your present password"),
        _("this moderator has no second factor"),
        _("no such complaint on this site"),
        _("no such report"),
        _("no such moderator"),
        _("the sign-in provider did not answer; try again, or sign in otherwise"),
        _("the sign-in provider is not well; try again, or sign in otherwise"),
        _("whoever asked to connect the accounts is not signed in here any more"),
        _("the provider sent no answer, or another one did"),
        _("the provider refused the answer"),
        _("the identity token was refused: %(why)s"),
    ]
