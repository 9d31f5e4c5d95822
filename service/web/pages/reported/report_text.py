"""The words for reports: kinds of illegal content, states, grounds."""

from service.domain.reported.grounds import ILLEGAL
from service.domain.reported.kinds import Ground, IllegalContent, ReportKind
from service.store.tables.reported import ReportState
from service.store.tables.sites import Site
from service.web.http.i18n import _
from service.web.pages.queue.rejection_reasons import rejections


def illegal_names() -> dict[str, str]:
    """The kinds of illegal content, in the order of the form."""
    return {
        IllegalContent.HATE: _("Hate or incitement against a group"),
        IllegalContent.THREAT: _("Threat or call for violence"),
        IllegalContent.DEFAMATION: _("Insult or defamation"),
        IllegalContent.PRIVACY: _("Personal data or private life"),
        IllegalContent.CHILD_ABUSE: _("Sexual abuse of children"),
        IllegalContent.TERRORISM: _("Terrorism"),
        IllegalContent.FRAUD: _("Fraud or scam"),
        IllegalContent.COPYRIGHT: _("Copyright or trade mark"),
        IllegalContent.OTHER: _("Against another law"),
    }


def rule_names(site: Site | None) -> dict[str, str]:
    """The rules that a comment can be against: the rejection reasons of the site, without the law."""
    return {reason.code: reason.label for reason in rejections(site) if reason.code != ILLEGAL}


def reason_name(kind: str, reason: str, site: Site | None) -> str:
    """The name of the reason of a report."""
    names = illegal_names() if kind == ReportKind.ILLEGAL else rule_names(site)
    return names.get(reason, reason.replace("_", " "))


def kind_names() -> dict[str, str]:
    return {ReportKind.ILLEGAL: _("Illegal"), ReportKind.RULES: _("Against the rules")}


def ground_names() -> dict[str, str]:
    return {Ground.LAW: _("The law"), Ground.RULES: _("The rules of the site")}


def state_names() -> dict[str, str]:
    """What became of a report, as its reporter reads it."""
    return {
        ReportState.OPEN: _("It waits for a person to look at it."),
        ReportState.UPHELD: _("The comment was removed."),
        ReportState.DISMISSED: _("The comment stays."),
        ReportState.ERASED: _("The comment was erased before a decision was made."),
    }
