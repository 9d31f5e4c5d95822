"""Messages for conflicts: who decided first, what, and how long ago."""

from collections.abc import Sequence

from sqlalchemy import select

from service.actions.moderation.queue_actions import Outcome
from service.domain.errors import AlreadyDecided
from service.domain.states import State
from service.store.db.column_types import AnyRow
from service.store.moderation.cards import last_words
from service.store.tables.comments import Comment
from service.web.auth.sessions import current_moderator_id, site_id
from service.web.http.i18n import _, ago
from service.web.pages.error_text import error_text
from service.web.resources.web_resources import resources


def conflict_text(refused: Sequence[Outcome]) -> list[str]:
    """One sentence for each comment that was not changed."""
    with resources().database.reading() as session:
        ids = [outcome.comment_id for outcome in refused]
        last = last_words(session, site_id(), ids)
        rows = session.execute(select(Comment.id, Comment.version).where(Comment.id.in_(ids)))
        versions = {row.id: row.version for row in rows}
    # If the comment was edited after the last decision, the edit caused the conflict, not the decision.
    current = {comment_id: row for comment_id, row in last.items() if row.version == versions.get(comment_id)}
    return [_sentence(outcome, current.get(outcome.comment_id)) for outcome in refused]


def _sentence(outcome: Outcome, last: AnyRow | None) -> str:
    if last is None or not isinstance(outcome.refusal, AlreadyDecided):
        return error_text(outcome.refusal) if outcome.refusal else ""
    if last.moderator_id == current_moderator_id():
        return _own_sentence(last)
    who, when = last.who.partition("@")[0] or _("The website"), ago(last.at)
    match last.to_state:
        case State.APPROVED:
            return _("%(who)s already approved this %(ago)s. Your decision changed nothing.", who=who, ago=when)
        case State.REJECTED:
            return _("%(who)s already rejected this %(ago)s. Your decision changed nothing.", who=who, ago=when)
    return _("%(who)s put this back in the queue %(ago)s. Your decision changed nothing.", who=who, ago=when)


def _own_sentence(last: AnyRow) -> str:
    """The same for the reader's own decision, perhaps in another tab: in most languages the verb is another one."""
    when = ago(last.at)
    match last.to_state:
        case State.APPROVED:
            return _("You already approved this %(ago)s. Your decision changed nothing.", ago=when)
        case State.REJECTED:
            return _("You already rejected this %(ago)s. Your decision changed nothing.", ago=when)
    return _("You put this back in the queue %(ago)s. Your decision changed nothing.", ago=when)
