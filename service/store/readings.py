"""Readings: for comments that a worker has claimed, everything that the checks and the policy will want to know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, literal_column, select, union_all
from sqlalchemy.orm import Session

from service.domain.latitude import Latitude
from service.domain.policy import BEYOND_DOUBT, SPAM_WAITS, Rules
from service.domain.reading import Author, Circumstances, History, Lists, Page, Reading, Recent
from service.domain.states import State
from service.store.bulk import among, plain
from service.store.comments import Comment, Thread, ThreadState
from service.store.schema import AnyRow, table
from service.store.sites import Site, stands
from service.store.written_rules import written

#: How far back "recent" and an author's history reach.
RECENT = timedelta(hours=1)
HISTORY = timedelta(days=365)
#: The plain columns: asked of every batch, without what the ORM would add.
_COMMENT, _THREAD = table(Comment).c, table(Thread).c


@dataclass(frozen=True, slots=True)
class Waiting:
    """A claimed comment, as the checks read it and as `settle` will need it."""

    comment_id: UUID
    site_id: str
    thread_id: UUID
    revision: int
    claims: int
    reading: Reading
    rules: Rules
    latitude: Latitude | None = None


def waiting(session: Session, comment_ids: Sequence[UUID], *, now: datetime) -> list[Waiting]:
    """The claimed comments, oldest first, in a constant number of queries."""
    columns = (
        *_COMMENT,
        _THREAD.external_id.label("page_id"),
        _THREAD.url,
        _THREAD.title,
        _THREAD.state.label("thread_state"),
        _THREAD.created_at.label("thread_since"),
    )
    question = (
        select(*columns)
        .join_from(table(Comment), table(Thread))
        .where(among(session, _COMMENT.id, comment_ids))
        .order_by(_COMMENT.received_at, _COMMENT.id)
    )
    rows = plain(session).execute(question).all()
    sites = {site.id: site for site in session.scalars(select(Site).where(Site.id.in_({row.site_id for row in rows})))}
    facts = _Facts(session, rows, now)
    return [_waiting(row, sites[row.site_id], facts) for row in rows]


def rules_of(site: Site, *, hold_everything: bool = False) -> Rules:
    """A site's rules: its own settings over the defaults."""
    policy = site.policy or {}
    found = (Latitude.of(policy) or Latitude()).reject_from
    # Limits that the site's own decisions bear out stand in place of the default one.
    alone = None if policy.get(SPAM_WAITS) or found is not None else BEYOND_DOUBT
    return Rules(hold_everything=site.hold_everything or hold_everything, beyond_doubt=alone)


class _Facts:
    """Counts over the neighbours of a batch, all in one question: how often, and on how many threads."""

    def __init__(self, session: Session, rows: Sequence[AnyRow], now: datetime) -> None:
        recent, year = _COMMENT.received_at > now - RECENT, _COMMENT.received_at > now - HISTORY
        judged = _COMMENT.state.in_((State.APPROVED, State.REJECTED))
        authors = {(r.site_id, r.author_key) for r in rows if r.author_key}
        addresses = {(r.site_id, r.address_key) for r in rows if r.address_key}
        questions = (
            _counts(session, "text", _COMMENT.fingerprint, {(r.site_id, r.fingerprint) for r in rows}, recent),
            _counts(session, "author", _COMMENT.author_key, authors, recent),
            _counts(session, "address", _COMMENT.address_key, addresses, recent),
            _counts(session, None, _COMMENT.author_key, authors, year, judged),
        )
        asked = [question for question in questions if question is not None]
        found = plain(session).execute(union_all(*asked)) if asked else ()
        self._found = {(what, site_id, value): (count, threads) for what, site_id, value, count, threads in found}

    def of(self, what: str, site_id: str, value: str, *, unknown: tuple[int, int] = (1, 1)) -> tuple[int, int]:
        return self._found.get((what, site_id, value), unknown)


def _counts(
    session: Session, what: str | None, column: Any, asked: set[tuple[str, str]], *where: ColumnElement[bool]
) -> Select[Any] | None:
    """One part of the question; without a name it is asked state by state. Only texts are asked on how many threads: the rest is
    counted in its index alone. Rows of other pairs may be among its own, where two sites have a value in common; nobody asks
    for those."""
    if not asked:
        return None
    name = _COMMENT.state if what is None else literal_column(f"'{what}'")
    threads = func.count(_COMMENT.thread_id.distinct()) if what == "text" else literal_column("0")
    sites, values = {site_id for site_id, _ in asked}, {value for _, value in asked}
    return (
        select(name, _COMMENT.site_id, column, func.count(), threads)
        .where(among(session, _COMMENT.site_id, sites), among(session, column, values), *where)
        .group_by(*(() if what else (name,)), _COMMENT.site_id, column)
    )


def _waiting(row: AnyRow, site: Site, facts: _Facts) -> Waiting:
    return Waiting(
        comment_id=row.id,
        site_id=row.site_id,
        thread_id=row.thread_id,
        revision=row.revision,
        claims=row.claims,
        reading=_reading(row, site, facts),
        rules=rules_of(site, hold_everything=row.thread_state == ThreadState.PREMODERATED),
        latitude=Latitude.of(site.policy),
    )


def _reading(row: AnyRow, site: Site, facts: _Facts) -> Reading:
    context: dict[str, Any] = row.context or {}
    same, threads = facts.of("text", row.site_id, row.fingerprint)
    return Reading(
        text=row.text,
        author=Author(row.author_name, row.author_url, row.email_domain, row.author_external_id, row.author_verified),
        page=Page(row.page_id, row.url, row.title, days=(row.received_at - row.thread_since).total_seconds() / 86_400),
        circumstances=Circumstances(
            honeypot=bool(context.get("honeypot")),
            seconds_to_submit=context.get("seconds_to_submit"),
            user_agent=context.get("user_agent", ""),
            referrer=context.get("referrer", ""),
            language=context.get("language", ""),
            received_at=row.received_at,
        ),
        history=History(
            approved=facts.of(State.APPROVED, row.site_id, row.author_key, unknown=(0, 0))[0],
            rejected=facts.of(State.REJECTED, row.site_id, row.author_key, unknown=(0, 0))[0],
            # A typed address is anybody's: trust by hand would let everybody in who guesses it.
            vouched=bool(row.author_external_id) or row.author_verified,
            trusted=bool(row.author_external_id or row.author_verified)
            and stands(site, "trusted_authors", row.author_key, at=row.received_at),
        ),
        recent=Recent(
            same_text=same - 1,
            same_text_other_threads=threads - 1,
            by_author=facts.of("author", row.site_id, row.author_key)[0] - 1,
            by_address=facts.of("address", row.site_id, row.address_key)[0] - 1,
        ),
        lists=_lists(row, site),
        rules=written(site.policy),
    )


def _lists(row: AnyRow, site: Site) -> Lists:
    policy: dict[str, Any] = site.policy or {}
    return Lists(
        blocked_words=tuple(policy.get("blocked_words", ())),
        held_words=tuple(policy.get("held_words", ())),
        allowed_words=tuple(policy.get("allowed_words", ())),
        blocked_domains=tuple(policy.get("blocked_domains", ())),
        own_domains=tuple(origin.partition("://")[2].partition(":")[0] for origin in site.origins),
        blocked_author=stands(site, "blocked_authors", row.author_key, at=row.received_at),
        blocked_address=(row.context or {}).get("address", "-") in policy.get("blocked_addresses", ()),
    )
