"""Check inputs: everything that the checks and the policy need to know about the comments that a worker has claimed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, outerjoin, select
from sqlalchemy.orm import Session

from service.domain.draft import DraftThread
from service.domain.policy.check_input import Author, CheckInput, Circumstances, History, Lists, Page, RecentCounts, WordList
from service.domain.policy.judge import BEYOND_DOUBT, PolicyLimits
from service.domain.policy.site_policy import SitePolicy
from service.domain.policy.site_thresholds import SiteThresholds
from service.domain.request_trace import NO_REQUEST, RequestTrace
from service.store.comments.posted_at import posted_at
from service.store.comments.related_counts import RelatedCounter, RelatedCounts
from service.store.db.bulk import named, plain
from service.store.db.by_site import engine_kind
from service.store.db.column_types import AnyRow, table
from service.store.sites.word_lists import lists_of_sites
from service.store.tables.comments import Comment, Thread, ThreadState
from service.store.tables.external_checks import ExternalCheckRow
from service.store.tables.site_models import SiteModelRow
from service.store.tables.sites import Site

#: Core columns: these queries run for every batch, and the ORM would slow them down.
_COMMENT, _THREAD, _SITE, _MODEL, _EXTERNAL = (
    table(record).c for record in (Comment, Thread, Site, SiteModelRow, ExternalCheckRow)
)
#: Each site, with the time at which its active site model was trained, and whether the site has an enabled external check.
_SITES = select(
    *_SITE,
    _MODEL.trained_at.label("model_of"),
    exists().where(_EXTERNAL.site_id == _SITE.id, _EXTERNAL.enabled.is_(True)).label("asks_outside"),
).select_from(outerjoin(table(Site), table(SiteModelRow), (_MODEL.site_id == _SITE.id) & _MODEL.active.is_(True)))
_COMMENTS = (
    select(
        *_COMMENT,
        _THREAD.external_id.label("page_id"),
        _THREAD.url,
        _THREAD.title,
        _THREAD.state.label("thread_state"),
        _THREAD.created_at.label("thread_since"),
    )
    .join_from(table(Comment), table(Thread))
    .order_by(_COMMENT.received_at, _COMMENT.id)
)
#: These queries run for every batch, so they are built only once.
_ASKED = {
    dialect: (_COMMENTS.where(named(dialect, _COMMENT.id, "ids")), _SITES.where(named(dialect, _SITE.id, "ids", hidden=True)))
    for dialect in ("sqlite", "postgresql")
}
#: With Citus a batch is of one site.
_ASKED["citus"] = (_ASKED["postgresql"][0].where(_COMMENT.site_id == bindparam("site")), _ASKED["postgresql"][1])


@dataclass(frozen=True, slots=True)
class ClaimedComment:
    """A claimed comment: the input of its checks, and the facts that applying its verdict needs.

    `model_of` is the time at which the active model of the site was trained; None if the site has no active model. `asks_outside`
    says whether the site has an enabled external check.
    """

    comment_id: UUID
    site_id: str
    revision: int
    claims: int
    reading: CheckInput
    rules: PolicyLimits
    thresholds: SiteThresholds | None = None
    model_of: datetime | None = None
    asks_outside: bool = False
    request: RequestTrace = NO_REQUEST


def claimed_comments(session: Session, comment_ids: Sequence[UUID], *, now: datetime, site_id: str = "") -> list[ClaimedComment]:
    """The claimed comments, oldest first, in a constant number of queries. With Citus they are all of `site_id`."""
    connection = plain(session)
    comments, of_sites = _ASKED[engine_kind(connection)]
    rows = connection.execute(comments, {"ids": list(comment_ids), "site": site_id}).all()
    sites = {site.id: site for site in connection.execute(of_sites, {"ids": list({row.site_id for row in rows})})}
    lists = lists_of_sites(connection, {site_id: SitePolicy(site.policy).list_digests for site_id, site in sites.items()})
    neighbours = RelatedCounter(session, rows, now)
    return [_waiting(row, sites[row.site_id], lists[row.site_id], neighbours.of(row)) for row in rows]


def unstored_comment(session: Session, row: Mapping[str, Any], *, page: DraftThread, now: datetime) -> ClaimedComment | None:
    """The check input of a comment that is not stored, from the columns that it would have. None if its thread is closed."""
    connection = plain(session)
    site = connection.execute(_ASKED[engine_kind(connection)][1], {"ids": [row["site_id"]]}).one()
    thread = connection.execute(
        select(_THREAD.state, _THREAD.created_at).where(_THREAD.id == row["thread_id"], _THREAD.site_id == row["site_id"])
    ).one_or_none()
    state, since = thread or (ThreadState.OPEN, now)
    if state == ThreadState.CLOSED:
        return None
    of_thread = {"page_id": page.id, "url": page.url, "title": page.title, "thread_state": state, "thread_since": since}
    unstored: Any = SimpleNamespace(**row, **of_thread, revision=1, claims=0)
    lists = lists_of_sites(connection, {site.id: SitePolicy(site.policy).list_digests})
    return _waiting(unstored, site, lists[site.id], RelatedCounter(session, [unstored], now, stored=False).of(unstored))


def rules_of(site: Site | AnyRow, *, hold_everything: bool = False) -> PolicyLimits:
    """The policy limits of a site. Its own settings replace the defaults."""
    policy = SitePolicy(site.policy)
    reject_from = (policy.thresholds or SiteThresholds()).reject_from
    # If a limit for rejecting was calibrated on the site's own decisions, it replaces the default limit.
    beyond_doubt = None if policy.spam_waits or reject_from is not None else BEYOND_DOUBT
    return PolicyLimits(hold_everything=site.hold_everything or hold_everything, beyond_doubt=beyond_doubt)


def _waiting(row: AnyRow, site: AnyRow, lists: Mapping[str, WordList], near: RelatedCounts) -> ClaimedComment:
    return ClaimedComment(
        comment_id=row.id,
        site_id=row.site_id,
        revision=row.revision,
        claims=row.claims,
        reading=_reading(row, site, lists, near),
        rules=rules_of(site, hold_everything=row.thread_state == ThreadState.PREMODERATED),
        thresholds=SitePolicy(site.policy).thresholds,
        model_of=site.model_of,
        asks_outside=site.asks_outside,
        request=RequestTrace.of(row.context),
    )


def _reading(row: AnyRow, site: AnyRow, lists: Mapping[str, WordList], near: RelatedCounts) -> CheckInput:
    context: dict[str, Any] = row.context or {}
    return CheckInput(
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
            posted_at=posted_at(context),
        ),
        history=History(
            approved=near.approved,
            rejected=near.rejected,
            # Anyone can type an e-mail address. If an unverified address were trusted, everyone who guesses the address would be
            # trusted, too.
            vouched=bool(row.author_external_id) or row.author_verified,
            trusted=bool(row.author_external_id or row.author_verified)
            and SitePolicy(site.policy).is_listed("trusted_authors", row.author_key, at=row.received_at),
        ),
        recent=RecentCounts(
            same_text=near.same_text,
            same_text_other_threads=near.same_text_other_threads,
            by_author=near.by_author,
            by_address=near.by_address,
        ),
        lists=_lists(row, site, lists),
        rules=SitePolicy(site.policy).custom_rules,
        abuse_calibration=SitePolicy(site.policy).abuse_calibration,
        languages=SitePolicy(site.policy).languages,
        unread_waits=SitePolicy(site.policy).unread_waits,
    )


def _lists(row: AnyRow, site: AnyRow, lists: Mapping[str, WordList]) -> Lists:
    policy = SitePolicy(site.policy)
    return Lists(
        blocked_words=lists["blocked_words"],
        held_words=lists["held_words"],
        allowed_words=lists["allowed_words"],
        blocked_domains=lists["blocked_domains"],
        own_domains=tuple(origin.partition("://")[2].partition(":")[0] for origin in site.origins),
        blocked_author=policy.is_listed("blocked_authors", row.author_key, at=row.received_at),
        blocked_address=(row.context or {}).get("address", "-") in policy.blocked_addresses,
        blocked_network=policy.is_listed("blocked_networks", row.ip_key, at=row.received_at),
        blocked_email_domain=policy.blocked_email_domain(row.email_domain, at=row.received_at),
        reviewed_author=policy.is_listed("reviewed_authors", row.author_key, at=row.received_at),
    )
