"""Short texts on a card: the author's history, decisions, escalations, names of states."""

from service.domain.states import State
from service.store.db.column_types import AnyRow
from service.store.moderation.cards import Card
from service.store.moderation.groups import MAX_MEMBERS, Group
from service.store.tables.accounts import Role
from service.store.tables.moderation import ActivityKind
from service.web.http.i18n import _, age, count, moment, month, ngettext


def trust_line(card: Card) -> str:
    """The author's history, such as "12 approved, 1 rejected, since March 2026", or a text that says there is none."""
    trust = card.trust
    if not card.row.author_key:
        return _("unknown author: no account, no address")
    if not trust.approved and not trust.rejected:
        return _("first comment here") if trust.since == card.row.received_at else _("nothing decided yet")
    parts = [ngettext("%(num)s approved", "%(num)s approved", trust.approved)] if trust.approved else []
    parts += [ngettext("%(num)s rejected", "%(num)s rejected", trust.rejected)] if trust.rejected else []
    if trust.since:
        parts.append(_("since %(month)s", month=month(trust.since)))
    return ", ".join(parts)


def decision_line(decision: AnyRow) -> str:
    """Who decided about a comment, the decision, how long ago, and the reason."""
    who = decision.who.partition("@")[0] or _("The host")
    reason = f" ({decision.reason.replace('_', ' ')})" if decision.reason else ""
    if decision.undoes:
        return _("%(who)s took a decision back %(ago)s ago", who=who, ago=age(decision.at))
    match decision.to_state:
        case State.APPROVED:
            return _("%(who)s approved this %(ago)s ago", who=who, ago=age(decision.at))
        case State.REJECTED:
            return _("%(who)s rejected this%(reason)s %(ago)s ago", who=who, reason=reason, ago=age(decision.at))
    return _("%(who)s put this back %(ago)s ago", who=who, ago=age(decision.at))


def more_in_group_line(group: Group) -> str:
    """How many more comments are in the card's group."""
    number = count(group.number, most=MAX_MEMBERS)
    return ngettext("%(number)s more like this", "%(number)s more like this", group.number, number=number)


def together_line(group: Group) -> str:
    """How many comments of a group one decision covers."""
    if group.number > group.decided:
        return _("decided together, %(number)s at a time", number=count(MAX_MEMBERS))
    return _("decided together")


def escalation_line(step: AnyRow) -> str:
    """Who escalated to whom, and when."""
    who, ago = step.who.partition("@")[0], age(step.at)
    if step.to:
        return _("by %(who)s to %(whom)s, %(ago)s ago", who=who, whom=step.to.partition("@")[0], ago=ago)
    if step.to_role == Role.MODERATOR:
        return _("by %(who)s to any moderator, %(ago)s ago", who=who, ago=ago)
    return _("by %(who)s to an admin, %(ago)s ago", who=who, ago=ago)


def activity_line(step: AnyRow) -> str:
    """One line of a comment's history: a decision, an escalation or a return to the queue."""
    kind = getattr(step, "kind", "")
    if kind == ActivityKind.ESCALATE:
        return f"{_('Escalated')} {escalation_line(step)}"
    if kind == ActivityKind.RETURN:
        return _("%(who)s put this back %(ago)s ago", who=step.who.partition("@")[0], ago=age(step.at))
    return decision_line(step)


def ban_or_trust_line(step: AnyRow) -> str:
    """Who banned or trusted an author or took this back, how long ago, and until when it is in force."""
    who, ago = step.who.partition("@")[0], age(step.at)
    if step.kind == ActivityKind.FORGIVE:
        return _("%(who)s took it back %(ago)s ago", who=who, ago=ago)
    until = _("until %(day)s", day=moment(step.until)) if step.until else _("for good")
    if step.kind == ActivityKind.BAN:
        return _("%(who)s banned the author %(ago)s ago, %(until)s", who=who, ago=ago, until=until)
    return _("%(who)s trusted the author %(ago)s ago, %(until)s", who=who, ago=ago, until=until)


def state_names() -> dict[str, str]:
    """Translated names of the states."""
    return {
        State.PENDING: _("being checked"),
        State.APPROVED: _("approved"),
        State.HELD: _("held"),
        State.REJECTED: _("rejected"),
        State.ERASED: _("erased"),
    }


def toast_text(state: str, number: int, left: int) -> str:
    """The result of an action and the number left: "Approved. 41 left"."""
    done = {
        State.APPROVED: ngettext("Approved.", "%(num)s approved.", number),
        State.REJECTED: ngettext("Rejected.", "%(num)s rejected.", number),
    }.get(State(state), ngettext("Back in the queue.", "%(num)s back in the queue.", number))
    return f"{done} {_('%(number)s left', number=count(left))}"
