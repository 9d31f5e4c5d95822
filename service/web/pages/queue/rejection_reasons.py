"""The reasons for a rejection that a site offers: at most nine, one for each number key, each with a message to the author."""

from dataclasses import dataclass

from service.domain.policy.site_policy import SitePolicy
from service.store.tables.sites import Site
from service.web.http.i18n import _

MOST = 9
SPAM = "spam"


@dataclass(frozen=True, slots=True)
class Rejection:
    """One reason. `text` is the message to the author, sent to the host with the decision; it may be empty."""

    code: str
    label: str
    text: str = ""


def rejections(site: Site | None) -> list[Rejection]:
    """The site's own list, or the default list."""
    own = SitePolicy(site.policy).rejections if site else []
    return [Rejection(r["code"], r["label"], r.get("text", "")) for r in own][:MOST] or _usual()


def message_to_author(site: Site | None, code: str) -> str:
    """The message of the reason with this code; empty if the site has no such reason."""
    return next((reason.text for reason in rejections(site) if reason.code == code), "")


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
