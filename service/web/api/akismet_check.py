"""Checks a comment for an Akismet client: stores the comment once, waits for its verdict, and finds the comment when it is sent
again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from flask import g
from pydantic_core import to_json
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.actions.comments.recheck import has_news, note_recheck
from service.actions.comments.submit import Accepted, Outcome, Submission, submit
from service.clock import utcnow
from service.domain.draft import Draft
from service.domain.errors import Conflict, Refusal
from service.domain.ids import thread_id
from service.domain.states import State
from service.domain.text.fingerprint import fingerprint
from service.jobs.names import Job
from service.store.comments.find_by_text import newest_with, state_of
from service.store.comments.find_sent_before import Sent, sent_before
from service.store.db.column_types import AnyRow
from service.store.webhooks.callbacks import CALLBACK, await_verdict
from service.web.api.akismet_callback import accepted_callback
from service.web.api.akismet_request import Fields
from service.web.resources.web_resources import resources

#: Seconds that a check waits for its verdict: the clients time out after one second.
PATIENCE = 0.7
#: How far back an earlier comment is looked for.
REMEMBERED = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Checked:
    """A comment's state, held if the verdict takes too long, and its id, None if it was not stored."""

    state: State
    comment_id: UUID | None = None
    #: Whether later decisions go to the client.
    has_callback: bool = False


@dataclass(frozen=True, slots=True)
class Reported:
    """The comment that a report is about."""

    id: UUID
    thread_id: UUID


def check_comment(fields: Fields) -> Checked:
    """Store the comment and wait for its verdict. A comment that was stored before keeps its state, even if a person decided
    it."""
    draft, callback = fields.draft(), accepted_callback(fields.callback)
    draft = replace(draft, context=replace(draft.context, callback=callback))
    sent = fields.sent(g.caller.site_id, draft, resources().pseudonyms)
    if not fields.is_again:
        return _wait(_submit(draft), bool(callback))
    with resources().database.reading() as session:
        row = sent_before(session, sent, since=utcnow() - REMEMBERED)
    if row is None:
        return _wait(_submit_once(draft, _key(sent)), bool(callback))
    return _recheck(fields, sent, row)


def try_out(fields: Fields) -> Checked:
    """Judge the comment without storing it."""
    trial, submission = resources().trial, Submission(g.caller.site_id, replace(fields.draft(), external_id=""))
    return Checked(trial(submission, resources().database, resources().settings).verdict.state if trial else State.HELD)


def reported_comment(session: Session, fields: Fields, *, now: datetime) -> Reported | None:
    """The comment that a report is about, or None. Looked up by its text alone if nothing else finds it."""
    sent = replace(fields.sent(g.caller.site_id, fields.draft(), resources().pseudonyms), exactly=False)
    row = sent_before(session, sent, since=now - REMEMBERED)
    row = row or newest_with(session, sent.site_id, fingerprint(sent.text), sent.text, since=now - REMEMBERED)
    return Reported(row.id, row.thread_id) if row else None


def unseen_comment(session: Session, fields: Fields, *, now: datetime) -> Reported | None:
    """Store a comment that was reported but never checked, as pending: the report decides it in the same transaction. None if the
    report has no text, or the thread is closed."""
    if not fields.has_text:
        return None
    draft, site_id = fields.draft(), g.caller.site_id
    key = _key(fields.sent(site_id, draft, resources().pseudonyms))
    for each in (draft, replace(draft, external_id="")):
        [outcome] = submit(session, [_submission(each, key)], pseudonyms=resources().pseudonyms, now=now)
        if isinstance(outcome, Accepted):
            return Reported(outcome.comment_id, thread_id(site_id, draft.thread.id))
    return None


def _recheck(fields: Fields, sent: Sent, row: AnyRow) -> Checked:
    has_callback = CALLBACK in row.context
    if has_news(sent, row, edited=fields.is_edited):
        try:
            with resources().database.writing() as session:
                edited = note_recheck(session, sent, row, edited=fields.is_edited, now=utcnow())
        except (Refusal, IntegrityError):
            # Race: the comment changed meanwhile, and the verdict may be for its old text. So a person decides.
            return Checked(State.HELD, row.id, has_callback)
        if edited:
            resources().feeds.evict(row.thread_id)
            resources().notifier.notify(Job.DELIVER)
            return _wait(Accepted(row.id), has_callback)
    if row.state == State.PENDING:
        return _wait(Accepted(row.id), has_callback)
    return Checked(State(row.state), row.id, has_callback)


def _submit_once(draft: Draft, key: str) -> Outcome:
    """Store the comment. It is stored only once even if two requests send it at the same time, because they have the same
    idempotency key.

    If another blog of the site has a comment with this id, store this one without the id.
    """
    outcome = _submit(draft, key)
    return _submit(replace(draft, external_id=""), key) if isinstance(outcome, Conflict) and draft.external_id else outcome


def _submit(draft: Draft, key: str = "") -> Outcome:
    return resources().group_commit.submit(_submission(draft, key))


def _submission(draft: Draft, key: str) -> Submission:
    return Submission.sent(g.caller.site_id, draft, key=key, body=key.encode(), hashes=resources().request_hashes, by_host=True)


def _wait(outcome: Outcome, has_callback: bool) -> Checked:
    if not isinstance(outcome, Accepted):
        return Checked(State.HELD)
    resources().notifier.notify(Job.DRAIN)
    if resources().verdict_waiter.wait(outcome.comment_id, PATIENCE):
        with resources().database.reading() as session:
            return Checked(state_of(session, outcome.comment_id), outcome.comment_id, has_callback)
    state = State.HELD
    if has_callback:
        with resources().database.writing() as session:
            state = await_verdict(session, g.caller.site_id, outcome.comment_id)
    return Checked(State.HELD if state is State.PENDING else state, outcome.comment_id, has_callback)


def _key(sent: Sent) -> str:
    """The idempotency key: equal for two requests with the same comment."""
    author = sent.author_key or sent.author_name
    facts = (sent.thread_id, sent.fingerprint, author, sent.external_id, sent.posted_at)
    return f"akismet:{to_json(facts).decode()}"
