"""External checks: their settings, the request budget from which each batch takes its requests, and the circuit breaker."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit, record_change
from service.actions.webhooks.endpoints import check_url
from service.domain.audit_events import AuditEvent
from service.domain.errors import Invalid, NotFound
from service.domain.external_checks import external_checks
from service.domain.external_checks.contract import ExternalCheck, Needs
from service.domain.security.encryption import SecretBox
from service.domain.webhooks.signing import new_secret
from service.domain.webhooks.target_url import parse_target
from service.store.tables.external_checks import BREAKER, AskWhen, ExternalCheckRow, IfNoAnswer
from service.store.tables.sites import Site

#: If a service failed BREAKER times in a row, it gets no request for this time. Then one comment is sent to it as a probe.
PROBE_EVERY = timedelta(seconds=60)
#: The largest budget, and the shortest and longest timeout in seconds.
MOST, SOONEST, LATEST = 10_000_000, 0.2, 5.0


@dataclass(frozen=True, slots=True)
class ExternalCheckSettings:
    """Settings of an external check to change. None keeps the current value; so does an empty `secret`, since it is never
    shown."""

    url: str | None = None
    secret: str = ""
    model: str | None = None
    ask_when: str | None = None
    if_no_answer: str | None = None
    timeout: float | None = None
    requests_per_day: int | None = None
    requests_per_month: int | None = None
    enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """How many requests may be made now, and the reason if that is fewer than were wanted."""

    questions: int
    why: str = ""


def set_external_check(
    session: Session,
    site_id: str,
    name: str,
    wanted: ExternalCheckSettings,
    *,
    secret_box: SecretBox,
    now: datetime,
    allow: tuple[str, ...] = (),
) -> str:
    """Set up or change an external check. Returns the signing secret if one was made (it is shown only once), else an empty
    string.

    Raises NotFound for an unknown site or check, or Invalid.
    """
    check = _kind(name)
    if session.get(Site, site_id) is None:
        raise NotFound(f"no site {site_id!r}")
    row = _row(session, site_id, name) or ExternalCheckRow(
        site_id=site_id, name=name, url=check.address, feedback_until=now, created_at=now, **_DEFAULTS
    )
    before = _facts(row) if row in session else {}
    _change(row, _checked(wanted))
    if row.url:
        check_url(row.url, allow)
    made = new_secret() if Needs.SIGNING in check.needs and not row.secret and not wanted.secret else ""
    if given := made or wanted.secret:
        row.secret = secret_box.encrypt(given)
        row.failures, row.probe_at, row.last_error = 0, None, ""
    _complete(check, row)
    session.add(row)
    session.flush()
    facts = {**_facts(row), "new_secret": bool(given)}
    record_change(session, AuditEvent.EXTERNAL_CHECK_SET, before, facts, site_id=site_id, target=name)
    return made


def remove_external_check(session: Session, site_id: str, name: str) -> None:
    """Remove an external check with its secret. Raises NotFound if there is none."""
    row = _row(session, site_id, name)
    if row is None:
        raise NotFound("no such outside check on this site")
    record_audit(session, AuditEvent.EXTERNAL_CHECK_REMOVED, site_id=site_id, target=name, before=_facts(row))
    session.delete(row)


def take_requests(session: Session, site_id: str, name: str, wanted: int, *, now: datetime) -> Grant:
    """Take up to `wanted` requests from the budget. If the breaker is open, nobody gets a request until the probe is due; then
    the first caller gets one."""
    row = _row(session, site_id, name)
    if row is None or not row.enabled:
        return Grant(0, "it was switched off")
    _turn_the_page(row, now)
    if row.failures >= BREAKER:
        if row.probe_at is not None and row.probe_at > now:
            return Grant(0, f"the breaker is open: it failed {row.failures} times in a row")
        row.probe_at, wanted = now + PROBE_EVERY, 1
    room = min(row.requests_per_day - row.requests_today, row.requests_per_month - row.requests_this_month)
    granted = max(0, min(wanted, room))
    row.requests_today += granted
    row.requests_this_month += granted
    if granted < wanted:
        return Grant(granted, f"its budget of {row.requests_per_day} a day and {row.requests_per_month} a month is used up")
    return Grant(granted, f"the breaker is open: it failed {row.failures} times in a row" if row.failures >= BREAKER else "")


def record_answers(
    session: Session,
    site_id: str,
    name: str,
    *,
    used: int,
    unused: int,
    answered: bool,
    failures: int,
    error: str,
    now: datetime,
) -> None:
    """Give unused requests back to the budget, and count failures in a row.

    `answered`: at least one response came. In that case `failures` counts only the failures after the last response.
    """
    row = _row(session, site_id, name)
    if row is None:
        return
    row.requests_today = max(0, row.requests_today - unused)
    row.requests_this_month = max(0, row.requests_this_month - unused)
    if not used:
        return
    row.failures = failures if answered else min(MOST, row.failures + failures)
    row.last_error = error[:300]
    row.probe_at = now + PROBE_EVERY if row.failures >= BREAKER else None


def set_feedback_until(session: Session, site_id: str, name: str, *, since: datetime, until: datetime) -> bool:
    """Move the feedback cursor of a service. False if another process moved the cursor first: then that process sends the
    feedback."""
    moved = session.execute(
        update(ExternalCheckRow)
        .where(ExternalCheckRow.site_id == site_id, ExternalCheckRow.name == name, ExternalCheckRow.feedback_until == since)
        .values(feedback_until=until)
        .returning(ExternalCheckRow.name)
        .execution_options(synchronize_session=False)
    )
    return moved.scalar() is not None


_DEFAULTS: dict[str, Any] = {
    "enabled": True, "secret": "", "model": "", "ask_when": AskWhen.UNSURE, "if_no_answer": IfNoAnswer.HOLD, "timeout": 2.0, "requests_per_day": 1_000,
    "requests_per_month": 20_000, "requests_on": "", "requests_today": 0, "requests_this_month": 0, "failures": 0, "last_error": "",
}  # fmt: skip


def _kind(name: str) -> ExternalCheck:
    if name not in external_checks():
        raise NotFound(f"no outside check {name!r}; there are {', '.join(external_checks())}")
    return external_checks()[name]


def _row(session: Session, site_id: str, name: str) -> ExternalCheckRow | None:
    return session.scalar(
        select(ExternalCheckRow).where(ExternalCheckRow.site_id == site_id, ExternalCheckRow.name == name).with_for_update()
    )


def _facts(row: ExternalCheckRow) -> dict[str, Any]:
    """The facts for the audit log. The path of the URL is left out: it is often a secret."""
    target = parse_target(row.url)
    settings = {
        name: getattr(row, name)
        for name in ("enabled", "model", "ask_when", "if_no_answer", "timeout", "requests_per_day", "requests_per_month")
    }
    return {"host": f"{'https' if target.tls else 'http'}://{target.authority}", **settings}


def _change(row: ExternalCheckRow, given: dict[str, Any]) -> None:
    if given.get("url", row.url) != row.url or given.get("enabled"):
        row.failures, row.probe_at, row.last_error = 0, None, ""
    for name, value in given.items():
        setattr(row, name, value)


def _checked(wanted: ExternalCheckSettings) -> dict[str, Any]:
    given = {
        name: getattr(wanted, name)
        for name in ExternalCheckSettings.__slots__
        if name != "secret" and getattr(wanted, name) is not None
    }
    for name in ("ask_when", "if_no_answer"):
        if name in given and given[name] not in list(AskWhen if name == "ask_when" else IfNoAnswer):
            raise Invalid.field(
                f"/{name}", "unknown", f"expected one of {', '.join(AskWhen if name == 'ask_when' else IfNoAnswer)}"
            )
    for name in ("requests_per_day", "requests_per_month"):
        if name in given and not 0 <= given[name] <= MOST:
            raise Invalid.field(f"/{name}", "out_of_range", f"expected a whole number from 0 to {MOST}")
    # The comparison also refuses NaN.
    if "timeout" in given and not SOONEST <= given["timeout"] <= LATEST:
        raise Invalid.field("/timeout", "out_of_range", f"expected seconds from {SOONEST:g} to {LATEST:g}")
    for name, longest in (("url", 2048), ("model", 200)):
        if len(given.get(name, "")) > longest or "\0" in given.get(name, ""):
            raise Invalid.field(f"/{name}", "too_long", f"expected at most {longest} characters")
    if len(wanted.secret) > 1_000 or not wanted.secret.isprintable():
        raise Invalid.field("/secret", "too_long", "expected a key of at most 1000 characters, in one line")
    return given


def _complete(check: ExternalCheck, row: ExternalCheckRow) -> None:
    if not row.url:
        raise Invalid.field("/url", "missing", f"{check.title} needs an address")
    if Needs.KEY in check.needs and not row.secret:
        raise Invalid.field("/secret", "missing", f"{check.title} needs a key")


def _turn_the_page(row: ExternalCheckRow, now: datetime) -> None:
    today = f"{now:%Y-%m-%d}"
    if row.requests_on != today:
        if row.requests_on[:7] != today[:7]:
            row.requests_this_month = 0
        row.requests_on, row.requests_today = today, 0
