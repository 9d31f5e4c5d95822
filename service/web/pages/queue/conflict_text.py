"""Messages for conflicts: who decided first, what, and how long ago."""

from collections.abc import Sequence

from service.actions.moderation.queue_actions import Outcome
from service.domain.errors import AlreadyDecided
from service.domain.states import State
from service.store.db.column_types import AnyRow
from service.store.moderation.cards import last_words
from service.web.auth.sessions import current_moderator_id
from service.web.http.i18n import _, age
from service.web.resources.web_resources import resources


def conflict_text(refused: Sequence[Outcome]) -> list[str]:
    """One sentence for each comment that was not changed."""
    with resources().database.reading() as session:
        last = last_words(session, [outcome.comment_id for outcome in refused])
    return [_sentence(outcome, last.get(outcome.comment_id)) for outcome in refused]


def _sentence(outcome: Outcome, last: AnyRow | None) -> str:
    if last is None or not isinstance(outcome.refusal, AlreadyDecided):
        return outcome.refusal.detail if outcome.refusal else ""
    who = _("You") if last.moderator_id == current_moderator_id() else last.who.partition("@")[0] or _("The host")
    ago = age(last.at)
    match last.to_state:
        case State.APPROVED:
            return _("%(who)s approved this %(ago)s ago. Nothing was changed.", who=who, ago=ago)
        case State.REJECTED:
            return _("%(who)s rejected this %(ago)s ago. Nothing was changed.", who=who, ago=ago)
    return _("%(who)s put this back into the queue %(ago)s ago. Nothing was changed.", who=who, ago=ago)
