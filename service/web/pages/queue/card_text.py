"""Short texts on a card: the author's history, decisions, escalations, names of states."""

from service.domain.states import State
from service.store.db.column_types import AnyRow
from service.store.moderation.cards import Card
from service.store.moderation.groups import MAX_MEMBERS, Group
from service.store.tables.accounts import Role
from service.store.tables.moderation import ActivityKind
from service.web.http.i18n import _, ago, count, moment, month, ngettext
from service.web.pages.queue.rejection_reasons import reason_label
from service.web.pages.state_names import state_names as state_names


def trust_line(card: Card) -> str:
    """The author's history, such as "12 approved, 1 rejected, since March 2026", or a text that says there is none."""
    trust = card.trust
    if not card.row.author_key:
        return _("Guest (no account or e-mail)")
    if not trust.approved and not trust.rejected:
        return _("first comment") if trust.since == card.row.received_at else _("no decisions yet")
    parts = [ngettext("%(num)s approved", "%(num)s approved", trust.approved)] if trust.approved else []
    parts += [ngettext("%(num)s rejected", "%(num)s rejected", trust.rejected)] if trust.rejected else []
    if trust.since:
        parts.append(_("since %(month)s", month=month(trust.since)))
    return ", ".join(parts)


def decision_line(decision: AnyRow) -> str:
    """Who decided about a comment, the decision, how long ago, and the reason."""
    who = decision.who.partition("@")[0] or _("The website")
    reason = f" ({reason_label(decision.reason)})" if decision.reason else ""
    if decision.undoes:
        return _undo_line(decision.from_state, who, ago(decision.at))
    match decision.to_state:
        case State.APPROVED:
            return _("%(who)s approved this %(ago)s", who=who, ago=ago(decision.at))
        case State.REJECTED:
            return _("%(who)s rejected this%(reason)s %(ago)s", who=who, reason=reason, ago=ago(decision.at))
    return _("%(who)s put this back in the queue %(ago)s", who=who, ago=ago(decision.at))


def _undo_line(from_state: str, who: str, when: str) -> str:
    match from_state:
        case State.APPROVED:
            return _("%(who)s undid an approval %(ago)s", who=who, ago=when)
        case State.REJECTED:
            return _("%(who)s undid a rejection %(ago)s", who=who, ago=when)
    return _("%(who)s undid a decision %(ago)s", who=who, ago=when)


def more_in_group_line(group: Group) -> str:
    """How many more comments are in the card's group."""
    number = count(group.number, most=MAX_MEMBERS)
    return ngettext("%(number)s more with the same text", "%(number)s more with the same text", group.number, number=number)


def together_line(group: Group) -> str:
    """How many comments of a group one decision covers."""
    if group.number > group.decided:
        return _("decided together with this one, %(number)s at a time", number=count(MAX_MEMBERS))
    return _("decided together with this one")


def escalation_line(step: AnyRow) -> str:
    """Who escalated to whom, and when."""
    who, when = step.who.partition("@")[0], ago(step.at)
    if step.to:
        return _("by %(who)s to %(whom)s, %(ago)s", who=who, whom=step.to.partition("@")[0], ago=when)
    if step.to_role == Role.MODERATOR:
        return _("by %(who)s to any moderator, %(ago)s", who=who, ago=when)
    return _("by %(who)s to an admin, %(ago)s", who=who, ago=when)


def activity_line(step: AnyRow) -> str:
    """One line of a comment's history: a decision, an escalation or a return to the queue."""
    kind = getattr(step, "kind", "")
    if kind == ActivityKind.ESCALATE:
        return " ".join((_("Escalated"), escalation_line(step)))
    if kind == ActivityKind.RETURN:
        return _("%(who)s put this back in the queue %(ago)s", who=step.who.partition("@")[0], ago=ago(step.at))
    return decision_line(step)


def ban_or_trust_line(step: AnyRow) -> str:
    """Who banned, trusted, reviewed or warned an author or took this back, how long ago, and until when it is in force."""
    who, when = step.who.partition("@")[0], ago(step.at)
    if step.kind == ActivityKind.WARN:
        if step.acknowledged_at:
            seen = moment(step.acknowledged_at)
            return _("%(who)s warned the author %(ago)s; the author saw it on %(day)s", who=who, ago=when, day=seen)
        return _("%(who)s warned the author %(ago)s; the author has not seen it yet", who=who, ago=when)
    if step.kind == ActivityKind.FORGIVE:
        return _("%(who)s removed it %(ago)s", who=who, ago=when)
    until = _("until %(day)s", day=moment(step.until)) if step.until else _("permanently")
    if step.kind == ActivityKind.BAN:
        return _("%(who)s banned the author %(ago)s, %(until)s", who=who, ago=when, until=until)
    if step.kind == ActivityKind.REVIEW:
        return _("%(who)s put the author under review %(ago)s, %(until)s", who=who, ago=when, until=until)
    return _("%(who)s marked the author as trusted %(ago)s, %(until)s", who=who, ago=when, until=until)


def toast_text(state: str, number: int, left: int) -> str:
    """The result of an action and the number left: "Approved. 41 still held"."""
    done = {
        State.APPROVED: ngettext("Approved.", "%(num)s approved.", number),
        State.REJECTED: ngettext("Rejected.", "%(num)s rejected.", number),
    }.get(State(state), ngettext("Back in the queue.", "%(num)s back in the queue.", number))
    return f"{done} " + _("%(number)s still held", number=count(left))
