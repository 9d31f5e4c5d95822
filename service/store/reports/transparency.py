"""The figures of a year for the transparency report (Articles 15 and 24 of Regulation (EU) 2022/2065)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.domain.policy.signals import Kind
from service.domain.policy.site_policy import SitePolicy
from service.domain.reported.dsa_categories import OF_NOTICE, Category, category_of
from service.domain.reported.kinds import Ground, ReportKind
from service.domain.reported.statements import Restriction
from service.domain.states import State
from service.store.reported.public_json import subject_of
from service.store.reports.archived_figures import archived_restrictions, archived_sample, would_have_been
from service.store.tables.comments import Comment, VerdictRow
from service.store.tables.moderation import Decision
from service.store.tables.outbox import Event, EventState, EventType
from service.store.tables.reported import Complaint, ComplaintState, Report, ReportState
from service.store.tables.sites import Site


@dataclass(slots=True)
class Notices:
    """Reports of illegal content of one category. `hours` are the times from receipt to decision."""

    received: int = 0
    comments: set[object] = field(default_factory=set)
    hours: list[float] = field(default_factory=list)
    by_law: int = 0
    by_terms: int = 0

    def add(self, report: Report) -> None:
        self.received += 1
        self.comments.add(report.comment_id)
        if report.decided_at:
            self.hours.append((report.decided_at - report.received_at).total_seconds() / 3600)
        if report.state == ReportState.UPHELD:
            self.by_law += report.ground == Ground.LAW
            self.by_terms += report.ground != Ground.LAW


@dataclass(slots=True)
class Measures:
    """Restrictions that were not asked for by a report. `automated`: decided by software alone. `hidden`: until a person looked."""

    taken: int = 0
    automated: int = 0
    removed: int = 0
    hidden: int = 0


@dataclass(slots=True)
class Complaints:
    """Complaints of one kind. `hours` are the times from receipt to decision."""

    received: int = 0
    denied: int = 0
    reversed: int = 0
    hours: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sample:
    """The automatic decisions that were drawn by chance and decided by a person instead. `wrong`: the person decided otherwise."""

    rejected: int = 0
    rejected_wrong: int = 0
    approved: int = 0
    approved_wrong: int = 0

    @property
    def error_rate(self) -> float | None:
        number = self.rejected + self.approved
        return (self.rejected_wrong + self.approved_wrong) / number if number else None

    @property
    def precision(self) -> float | None:
        """Of what software would have removed, the share that a person removed."""
        return 1 - self.rejected_wrong / self.rejected if self.rejected else None


@dataclass(frozen=True, slots=True)
class Transparency:
    """All figures of one site and year."""

    site: str
    year: int
    notices: dict[Category, Notices]
    trusted: dict[Category, Notices]
    illegal: dict[Category, Measures]
    terms: dict[Category, Measures]
    measures_automated: int
    measures_by_people: int
    complaints: dict[str, Complaints]
    sample: Sample
    suspensions: int = 0
    reporters_suspended: int = 0


def transparency(session: Session, site: Site, year: int) -> Transparency:
    """Count one year, in UTC. What was moved to an archive before is counted, too."""
    start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    notices: dict[Category, Notices] = {}
    trusted: dict[Category, Notices] = {}
    query = select(Report).where(Report.site_id == site.id, Report.kind == ReportKind.ILLEGAL)
    for report in session.scalars(query.where(Report.received_at >= start, Report.received_at < end)):
        category = OF_NOTICE.get(report.reason, OF_NOTICE["other"])
        for counted in (notices, trusted) if report.trusted else (notices,):
            counted.setdefault(category, Notices()).add(report)
    illegal, terms, by_software, by_people = _measures(session, site, start, end)
    return Transparency(
        site.name or site.id, year, notices, trusted, illegal, terms, by_software, by_people,
        _complaints(session, site.id, start, end), _sample(session, site.id, start, end), _suspensions(session, site, start, end),
        _reporters_suspended(session, site.id, start, end),
    )  # fmt: skip


def median_of(hours: Iterable[float]) -> str:
    """A median in hours for a cell of the report; empty if there is none."""
    hours = list(hours)
    return f"{median(hours):.1f}" if hours else ""


def _measures(
    session: Session, site: Site, start: datetime, end: datetime
) -> tuple[dict[Category, Measures], dict[Category, Measures], int, int]:
    """Measures at the site's own initiative by category, for illegal content and for the terms; all measures by software, by people."""
    columns = (
        Event.from_state, Event.to_state, Event.facts["by"].as_string().label("by"),
        Event.facts["reason"].as_string().label("reason"), Event.facts["notice"].as_string().label("notice"),
        Event.facts[("reasons", 0)].as_string().label("finding"),
    )  # fmt: skip
    rows = session.execute(
        select(*columns, func.count().label("number"))
        .where(Event.site_id == site.id, Event.at >= start, Event.at < end, Event.state != EventState.WITHDRAWN)
        .where(Event.type.in_((EventType.REJECTED, EventType.HELD)))
        .group_by(*columns)
    )
    policy = SitePolicy(site.policy)
    counted: dict[bool, dict[Category, Measures]] = {True: {}, False: {}}
    totals: Counter[bool] = Counter()
    archived = archived_restrictions(session, site.id, start.year)
    for (before, after, by, reason, notice, finding), number in chain(((row[:-1], row.number) for row in rows), archived):
        values = {"by": by, "reason": reason, "notice": notice, "reasons": [finding] if finding else []}
        facts = {name: value for name, value in values.items() if value}
        restriction = Restriction(State(before), State(after), start, facts, "", "")
        if not restriction.kind:
            continue
        software = restriction.automated["decision"]
        totals[software] += number
        if restriction.from_notice:
            continue
        by_law = policy.ground(restriction.reason).ground is Ground.LAW
        measures = counted[by_law].setdefault(category_of(restriction.reason, by_law=by_law), Measures())
        measures.taken += number
        measures.automated += number * software
        measures.removed += number * (restriction.kind == "removal")
        measures.hidden += number * (restriction.kind != "removal")
    return counted[True], counted[False], totals[True], totals[False]


def _complaints(session: Session, site_id: str, start: datetime, end: datetime) -> dict[str, Complaints]:
    """Complaints by what they are about: a `restriction`, a `ban`, a dismissed `report`, or a dismissed report of a `trusted` flagger."""
    counted = {kind: Complaints() for kind in ("restriction", "ban", "report", "trusted")}
    rows = session.execute(
        select(Complaint, Report.trusted)
        .outerjoin(Report, (Report.id == Complaint.report_id) & (Report.site_id == Complaint.site_id))
        .where(Complaint.site_id == site_id, Complaint.received_at >= start, Complaint.received_at < end)
    )
    for complaint, trusted in rows:
        kind_of = {"comment": ("restriction",), "ban": ("ban",), "report": ("report", "trusted") if trusted else ("report",)}
        for kind in kind_of[subject_of(complaint)]:
            counted[kind].received += 1
            counted[kind].denied += complaint.state == ComplaintState.DENIED
            counted[kind].reversed += complaint.state == ComplaintState.UPHELD
            if complaint.decided_at and complaint.state != ComplaintState.ERASED:
                counted[kind].hours.append((complaint.decided_at - complaint.received_at).total_seconds() / 3600)
    return counted


def _suspensions(session: Session, site: Site, start: datetime, end: datetime) -> int:
    """How many bans of authors have a reason whose ground is the law: they provided manifestly illegal content (Article 23(1))."""
    reason = Event.facts["reason"].as_string()
    rows = session.execute(
        select(reason, func.count())
        .where(Event.site_id == site.id, Event.at >= start, Event.at < end, Event.type == EventType.AUTHOR_BANNED)
        .group_by(reason)
    )
    policy = SitePolicy(site.policy)
    return sum(number for code, number in rows if code and policy.ground(code).ground is Ground.LAW)


def _reporters_suspended(session: Session, site_id: str, start: datetime, end: datetime) -> int:
    """How many suspensions of reporters began: they sent manifestly unfounded reports (Article 23(2))."""
    begun = (Report.site_id == site_id, Report.suspended_at >= start, Report.suspended_at < end)
    return session.scalar(select(func.count()).select_from(Report).where(*begun)) or 0


def _sample(session: Session, site_id: str, start: datetime, end: datetime) -> Sample:
    """The audited sample: the first decision of a person about each comment that was drawn."""
    rows = session.execute(
        select(Decision.comment_id, Decision.to_state, VerdictRow.reasons)
        .join(Comment, (Comment.id == Decision.comment_id) & (Comment.site_id == Decision.site_id))
        .join(VerdictRow, (VerdictRow.comment_id == Comment.id) & (VerdictRow.site_id == Comment.site_id))
        .where(Comment.site_id == site_id, Comment.reason == Kind.SITE_AUDIT_SAMPLE, Decision.from_state == State.HELD)
        .where(Decision.at >= start, Decision.at < end, Decision.to_state.in_((State.APPROVED, State.REJECTED)))
        .order_by(Decision.version.desc())
    )
    outcomes = {row.comment_id: (row.to_state, would_have_been(row.reasons)) for row in rows}
    pairs = Counter(outcomes.values()) + archived_sample(session, site_id, start.year)
    rejected = {state: pairs[state, State.REJECTED.value] for state in (State.APPROVED, State.REJECTED)}
    approved = {state: pairs[state, State.APPROVED.value] for state in (State.APPROVED, State.REJECTED)}
    return Sample(sum(rejected.values()), rejected[State.APPROVED], sum(approved.values()), approved[State.REJECTED])
