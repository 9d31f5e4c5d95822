"""The mails to moderators, in the language of their recipient."""

from contextlib import AbstractContextManager, nullcontext

from flask_babel import force_locale

from service.actions.accounts.mails import LINK_PLACE, MailDraft
from service.store.tables.accounts import Moderator
from service.web.http.i18n import _
from service.web.pages.blueprint import LANGUAGES
from service.web.resources.web_resources import resources


def link_mail(to: str) -> MailDraft:
    """The mail for a moderator who asked for a sign-in link. The worker puts the link in."""
    return MailDraft(
        to,
        _("Your sign-in link for Greenroom"),
        _paragraphs(
            _("Somebody, probably you, asked for a link to sign in to Greenroom. This link works once, within an hour:"),
            LINK_PLACE,
            _("With it you can set a new password. Your other browsers are signed out when you use it."),
            _("If you did not ask for it, do nothing: nobody can sign in without this link."),
        ),
    )


def invitation_mail(to: str, link: str, *, site_id: str, account: Moderator | None) -> MailDraft:
    """The mail with a sign-in link or an invitation link that an admin made."""
    with _language_of(account):
        hours = f"{resources().settings.link_valid / 3600:g}"
        return MailDraft(
            to,
            _("Your link to moderate %(site)s", site=site_id),
            _paragraphs(
                _("You are invited to moderate comments of %(site)s with Greenroom.", site=site_id),
                _("This link works once, within %(hours)s hours:", hours=hours),
                link,
                _("Do not pass it on. If you do not know what this is about, do nothing."),
            ),
        )


def _paragraphs(*texts: str) -> str:
    return "\n\n".join(texts) + "\n"


def _language_of(account: Moderator | None) -> AbstractContextManager[object]:
    """The language that this person chose for the pages; else the one of the request."""
    chosen = str(account.preferences.get("language", "")) if account else ""
    return force_locale(chosen) if chosen in LANGUAGES else nullcontext()
