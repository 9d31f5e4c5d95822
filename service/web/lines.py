"""The short lines on a card: how far an author is trusted, what was decided, what a state is called."""

from service.domain.states import State
from service.store.cards import Card
from service.store.schema import AnyRow
from service.web.words import _, age, count, month, ngettext


def trust_line(card: Card) -> str:
    """ "12 approved, 1 rejected, since March 2026", or that nothing is known."""
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
    """Who moved a comment where, when, and why."""
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


def state_names() -> dict[str, str]:
    """The states as a reader calls them."""
    return {
        State.PENDING: _("being checked"),
        State.APPROVED: _("approved"),
        State.HELD: _("held"),
        State.REJECTED: _("rejected"),
        State.ERASED: _("erased"),
    }


def done_line(state: str, number: int, left: int) -> str:
    """What was done just now, and what is left: "Approved. 41 left"."""
    done = {
        State.APPROVED: ngettext("Approved.", "%(num)s approved.", number),
        State.REJECTED: ngettext("Rejected.", "%(num)s rejected.", number),
    }.get(State(state), ngettext("Back in the queue.", "%(num)s back in the queue.", number))
    return f"{done} {_('%(number)s left', number=count(left))}"
