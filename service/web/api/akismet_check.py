"""Checking a comment for a client of Akismet's protocol: stored once, judged, and found when it is sent again."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import g
from pydantic_core import to_json
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.actions.comments.recheck import has_news, note_recheck
from service.actions.comments.submit import Accepted, Outcome, Submission
from service.domain.draft import Draft
from service.domain.errors import Conflict, Refusal
from service.domain.states import State
from service.domain.text.fingerprint import fingerprint
from service.jobs.names import Job
from service.store.comments.find_by_text import newest_with, state_of
from service.store.comments.find_sent_before import Sent, sent_before
from service.store.db.column_types import AnyRow
from service.web.api.akismet_request import Fields
from service.web.resources.web_resources import resources

#: Seconds that a check waits for its verdict: its clients give up after one.
PATIENCE = 0.7
#: How far back a comment is looked for by its words.
REMEMBERED = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Checked:
    """A comment's state and its id, which is None where it was not stored. It counts as held where its verdict takes too long."""

    state: State
    comment_id: UUID | None = None


def check_comment(fields: Fields) -> Checked:
    """Store the comment and wait for its verdict. One that was stored before keeps the state it is in, a person's decision too."""
    draft = fields.draft()
    sent = fields.sent(g.caller.site_id, draft, resources().pseudonyms)
    if not fields.is_again:
        return _wait(_submit(draft))
    with resources().database.reading() as session:
        row = sent_before(session, sent, since=datetime.now(UTC) - REMEMBERED)
    if row is None:
        return _wait(_submit_once(draft, _key(sent)))
    return _recheck(fields, sent, row)


def try_out(fields: Fields) -> Checked:
    """Judge the comment and keep nothing of it."""
    trial, submission = resources().trial, Submission(g.caller.site_id, replace(fields.draft(), external_id=""))
    return Checked(trial(submission, resources().database, resources().settings) if trial else State.HELD)


def reported_comment(session: Session, fields: Fields, *, now: datetime) -> AnyRow | None:
    """The comment that a report is about; by its words alone where nothing else leads to it."""
    sent = replace(fields.sent(g.caller.site_id, fields.draft(), resources().pseudonyms), exactly=False)
    found = sent_before(session, sent, since=now - REMEMBERED)
    return found or newest_with(session, sent.site_id, fingerprint(sent.text), sent.text, since=now - REMEMBERED)


def _recheck(fields: Fields, sent: Sent, row: AnyRow) -> Checked:
    if has_news(sent, row, edited=fields.is_edited):
        try:
            with resources().database.writing() as session:
                edited = note_recheck(session, sent, row, edited=fields.is_edited, now=datetime.now(UTC))
        except (Refusal, IntegrityError):
            # Somebody else moved it at this very moment: whether that was about these words, a person decides.
            return Checked(State.HELD, row.id)
        if edited:
            resources().feeds.evict(row.thread_id)
            resources().notifier.notify(Job.DELIVER)
            return _wait(Accepted(row.id))
    return _wait(Accepted(row.id)) if row.state == State.PENDING else Checked(State(row.state), row.id)


def _submit_once(draft: Draft, key: str) -> Outcome:
    """The same comment may be sent twice at once: the key makes them one. Where another blog of the site has a comment of this
    number, this one goes without."""
    outcome = _submit(draft, key)
    return _submit(replace(draft, external_id=""), key) if isinstance(outcome, Conflict) and draft.external_id else outcome


def _submit(draft: Draft, key: str = "") -> Outcome:
    return resources().group_commit.submit(
        Submission.sent(g.caller.site_id, draft, key=key, body=key.encode(), hashes=resources().request_hashes)
    )


def _wait(outcome: Outcome) -> Checked:
    if not isinstance(outcome, Accepted):
        return Checked(State.HELD)
    resources().notifier.notify(Job.DRAIN)
    if not resources().verdict_waiter.wait(outcome.comment_id, PATIENCE):
        return Checked(State.HELD, outcome.comment_id)
    with resources().database.reading() as session:
        return Checked(state_of(session, outcome.comment_id), outcome.comment_id)


def _key(sent: Sent) -> str:
    """By what two that are sent at once are the same."""
    author = sent.author_key or sent.author_name
    facts = (sent.thread_id, sent.fingerprint, author, sent.external_id, sent.posted_at)
    return f"akismet:{to_json(facts).decode()}"
