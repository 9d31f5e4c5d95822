"""The reasons for a rejection that a site offers: at most nine, one for each number key, each with a message to the author."""

from dataclasses import dataclass

from flask import g

from service.actions.moderation.decide import REPLY_OF_THE_SITE
from service.actions.reported.complain import REVERSED
from service.domain.policy.site_policy import SitePolicy
from service.store.sites.sites import site
from service.store.tables.sites import Site
from service.web.auth.sessions import site_id
from service.web.http.i18n import _
from service.web.resources.web_resources import resources

MOST = 9
SPAM = "spam"


@dataclass(frozen=True, slots=True)
class Rejection:
    """One reason. `text` is the message to the author, sent to the host with the decision; it may be empty."""

    code: str
    label: str
    text: str = ""


def rejections(of_site: Site | None) -> list[Rejection]:
    """The site's own list, or the default list."""
    own = SitePolicy(of_site.policy).rejections if of_site else []
    return [Rejection(r["code"], r["label"], r.get("text", "")) for r in own][:MOST] or _usual()


def message_to_author(of_site: Site | None, code: str) -> str:
    """The message of the reason with this code; empty if the site has no such reason."""
    return next((reason.text for reason in rejections(of_site) if reason.code == code), "")


def reason_labels() -> dict[str, str]:
    """The names of the reasons that decisions on this site can have, by code. The site is read once a request."""
    if "reason_labels" not in g:
        with resources().database.reading() as session:
            own = {reason.code: reason.label for reason in rejections(site(session, site_id()))}
        g.reason_labels = {**own, SPAM: _("Spam"), REVERSED: _("Complaint upheld"), REPLY_OF_THE_SITE: _("Reply of the site")}
    labels: dict[str, str] = g.reason_labels
    return labels


def reason_label(code: str) -> str:
    """The name of the reason of a decision."""
    return reason_labels().get(code) or code.replace("_", " ")


def _usual() -> list[Rejection]:
    return [
        Rejection("insult", _("Insult or attack")),
        Rejection("hate", _("Hate or discrimination")),
        Rejection("off_topic", _("Off topic")),
        Rejection("advertising", _("Advertising")),
        Rejection("personal_data", _("Personal data")),
        Rejection("misleading", _("Misleading claim")),
        Rejection("illegal", _("Against the law")),
        Rejection("language", _("Unreadable or wrong language")),
        Rejection("rules", _("Against our rules")),
    ]
