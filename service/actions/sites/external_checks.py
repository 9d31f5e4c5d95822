"""Outside checks: a site sets one up, each batch takes from its budget, and what came back opens or closes its breaker."""

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
from service.store.tables.external_checks import BREAKER, AskWhen, ExternalCheckRow, Unanswered
from service.store.tables.sites import Site

#: How long a service that failed BREAKER times in a row is left alone before one comment probes it.
PROBE_EVERY = timedelta(seconds=60)
#: Most that a budget can be, and the seconds that an answer may take.
MOST, SOONEST, LATEST = 10_000_000, 0.2, 5.0


@dataclass(frozen=True, slots=True)
class ExternalCheckSettings:
    """How a site wants an outside check. None leaves what is there, an empty `secret` too: it is never shown again."""

    address: str | None = None
    secret: str = ""
    model: str | None = None
    asks: str | None = None
    unanswered: str | None = None
    seconds: float | None = None
    per_day: int | None = None
    per_month: int | None = None
    enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """How many questions may be put now, and why no more may."""

    questions: int
    why: str = ""


def set_external_check(
    session: Session,
    site_id: str,
    name: str,
    wanted: ExternalCheckSettings,
    *,
    seal: SecretBox,
    now: datetime,
    allow: tuple[str, ...] = (),
) -> str:
    """Set up or change an outside check. Returns a signing secret where one was made, which is shown this once."""
    check = _known(name)
    if session.get(Site, site_id) is None:
        raise NotFound(f"no site {site_id!r}")
    row = _found(session, site_id, name) or ExternalCheckRow(
        site_id=site_id, name=name, address=check.address, told_until=now, created_at=now, **_DEFAULTS
    )
    before = _facts(row) if row in session else {}
    _change(row, _checked(wanted))
    if row.address:
        check_url(row.address, allow)
    made = new_secret() if Needs.SIGNING in check.needs and not row.secret and not wanted.secret else ""
    if given := made or wanted.secret:
        row.secret = seal.encrypt(given)
        row.failures, row.probe_at, row.last_error = 0, None, ""
    _complete(check, row)
    session.add(row)
    session.flush()
    facts = {**_facts(row), "new_secret": bool(given)}
    record_change(session, AuditEvent.OUTSIDE_SET, before, facts, site_id=site_id, about=name)
    return made


def remove_external_check(session: Session, site_id: str, name: str) -> None:
    """Forget an outside check with its secret."""
    row = _found(session, site_id, name)
    if row is None:
        raise NotFound("no such outside check on this site")
    record_audit(session, AuditEvent.OUTSIDE_REMOVED, site_id=site_id, about=name, before=_facts(row))
    session.delete(row)


def take_requests(session: Session, site_id: str, name: str, wanted: int, *, now: datetime) -> Grant:
    """Take up to `wanted` questions from the budget. A broken service gets one, when its time has come: whoever asks first."""
    row = _found(session, site_id, name)
    if row is None or not row.enabled:
        return Grant(0, "it was switched off")
    _turn_the_page(row, now)
    if row.failures >= BREAKER:
        if row.probe_at is not None and row.probe_at > now:
            return Grant(0, f"the breaker is open: it failed {row.failures} times in a row")
        row.probe_at, wanted = now + PROBE_EVERY, 1
    room = min(row.per_day - row.asked_today, row.per_month - row.asked_this_month)
    granted = max(0, min(wanted, room))
    row.asked_today += granted
    row.asked_this_month += granted
    if granted < wanted:
        return Grant(granted, f"its budget of {row.per_day} a day and {row.per_month} a month is used up")
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
    """Give back what was not asked, and keep count of failures in a row: `failures` are those since the last answer, if any."""
    row = _found(session, site_id, name)
    if row is None:
        return
    row.asked_today = max(0, row.asked_today - unused)
    row.asked_this_month = max(0, row.asked_this_month - unused)
    if not used:
        return
    row.failures = failures if answered else min(MOST, row.failures + failures)
    row.last_error = error[:300]
    row.probe_at = now + PROBE_EVERY if row.failures >= BREAKER else None


def set_feedback_until(session: Session, site_id: str, name: str, *, since: datetime, until: datetime) -> bool:
    """Move the cursor of what a service was told. False: somebody else did, and tells it."""
    moved = session.execute(
        update(ExternalCheckRow)
        .where(ExternalCheckRow.site_id == site_id, ExternalCheckRow.name == name, ExternalCheckRow.told_until == since)
        .values(told_until=until)
        .returning(ExternalCheckRow.name)
        .execution_options(synchronize_session=False)
    )
    return moved.scalar() is not None


_DEFAULTS: dict[str, Any] = {
    "enabled": True, "secret": "", "model": "", "asks": AskWhen.UNSURE, "unanswered": Unanswered.HOLD, "seconds": 2.0, "per_day": 1_000,
    "per_month": 20_000, "asked_on": "", "asked_today": 0, "asked_this_month": 0, "failures": 0, "last_error": "",
}  # fmt: skip


def _known(name: str) -> ExternalCheck:
    if name not in external_checks():
        raise NotFound(f"no outside check {name!r}; there are {', '.join(external_checks())}")
    return external_checks()[name]


def _found(session: Session, site_id: str, name: str) -> ExternalCheckRow | None:
    return session.scalar(
        select(ExternalCheckRow).where(ExternalCheckRow.site_id == site_id, ExternalCheckRow.name == name).with_for_update()
    )


def _facts(row: ExternalCheckRow) -> dict[str, Any]:
    """What the log may know. The path of an address is often a secret."""
    target = parse_target(row.address)
    shown = {name: getattr(row, name) for name in ("enabled", "model", "asks", "unanswered", "seconds", "per_day", "per_month")}
    return {"host": f"{'https' if target.tls else 'http'}://{target.authority}", **shown}


def _change(row: ExternalCheckRow, given: dict[str, Any]) -> None:
    if given.get("address", row.address) != row.address or given.get("enabled"):
        row.failures, row.probe_at, row.last_error = 0, None, ""
    for name, value in given.items():
        setattr(row, name, value)


def _checked(wanted: ExternalCheckSettings) -> dict[str, Any]:
    given = {
        name: getattr(wanted, name)
        for name in ExternalCheckSettings.__slots__
        if name != "secret" and getattr(wanted, name) is not None
    }
    for name in ("asks", "unanswered"):
        if name in given and given[name] not in list(AskWhen if name == "asks" else Unanswered):
            raise Invalid.field(f"/{name}", "unknown", f"expected one of {', '.join(AskWhen if name == 'asks' else Unanswered)}")
    for name in ("per_day", "per_month"):
        if name in given and not 0 <= given[name] <= MOST:
            raise Invalid.field(f"/{name}", "out_of_range", f"expected a whole number from 0 to {MOST}")
    # Also false for NaN.
    if "seconds" in given and not SOONEST <= given["seconds"] <= LATEST:
        raise Invalid.field("/seconds", "out_of_range", f"expected seconds from {SOONEST:g} to {LATEST:g}")
    for name, longest in (("address", 2048), ("model", 200)):
        if len(given.get(name, "")) > longest or "\0" in given.get(name, ""):
            raise Invalid.field(f"/{name}", "too_long", f"expected at most {longest} characters")
    if len(wanted.secret) > 1_000 or not wanted.secret.isprintable():
        raise Invalid.field("/secret", "too_long", "expected a key of at most 1000 characters, in one line")
    return given


def _complete(check: ExternalCheck, row: ExternalCheckRow) -> None:
    if not row.address:
        raise Invalid.field("/address", "missing", f"{check.title} needs an address")
    if Needs.KEY in check.needs and not row.secret:
        raise Invalid.field("/secret", "missing", f"{check.title} needs a key")


def _turn_the_page(row: ExternalCheckRow, now: datetime) -> None:
    today = f"{now:%Y-%m-%d}"
    if row.asked_on != today:
        if row.asked_on[:7] != today[:7]:
            row.asked_this_month = 0
        row.asked_on, row.asked_today = today, 0
