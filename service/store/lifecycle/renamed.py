"""Names that tables, columns and values had before the first schema of today (format 1 of a copy, revision 0022)."""

from collections.abc import Iterable, Iterator
from typing import Any

REVISION = "0022"
_TABLES = {
    "admin_act": "audit_log", "day_numbers": "daily_statistics", "half_sign_in": "pending_sign_in", "outside_check": "external_check",
    "queue_lease": "screen_lease", "sign_in_under_way": "oidc_sign_in", "step": "activity",
}  # fmt: skip
_COLUMNS = {
    "admin_act": {"by": "actor", "deed": "event", "about": "target", "facts": "details"},
    "comment": {"settled_at": "judged_at", "address_key": "ip_key"},
    "day_numbers": {"numbers": "statistics"},
    "decision": {"batch_id": "action_id"},
    "endpoint": {"since": "events_since"},
    "half_sign_in": {"how": "method"},
    "moderator": {
        "everywhere": "role_on_all_sites", "second_factor": "totp_secret", "second_factor_at": "totp_enabled_at",
        "second_step": "totp_last_step", "elsewhere": "oidc_account",
    },
    "outside_check": {
        "address": "url", "asks": "ask_when", "unanswered": "if_no_answer", "seconds": "timeout", "per_day": "requests_per_day",
        "per_month": "requests_per_month", "asked_on": "requests_on", "asked_today": "requests_today",
        "asked_this_month": "requests_this_month", "told_until": "feedback_until",
    },
    "sign_in_under_way": {"sealed": "encrypted"},
    "site_model": {
        "made_at": "trained_at", "last_at": "last_decision_at", "believed": "active", "learning_until": "training_until", "record": "report",
    },
}  # fmt: skip
#: The tables whose rows named no site, each with its column that refers to a row with one.
_PARENTS = {"verdict": "comment_id", "revision": "comment_id", "delivery": "endpoint_id", "attempt": "delivery_id"}
_REASONS = {"spam.outside": "spam.external", "abuse.outside": "abuse.external"}
_VALUES = {
    ("admin_act", "deed"): {
        "condition_set": "custom_rule_set", "condition_removed": "custom_rule_removed", "outside_set": "external_check_set",
        "outside_removed": "external_check_removed", "budget_set": "risk_budget_set", "budget_cleared": "risk_budget_cleared",
        "second_factor_on": "two_factor_on", "second_factor_off": "two_factor_off", "second_factor_reset": "two_factor_reset",
    },
    ("comment", "reason"): _REASONS,
    ("step", "kind"): {"calm": "return"},
}  # fmt: skip


def today(table: str, row: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A row of a table of then, as a row of a table of today."""
    values: dict[str, Any] = {
        name: _VALUES.get((table, name), {}).get(value, value) if isinstance(value, str) else value for name, value in row.items()
    }
    if table == "site" and "audit" in (budget := values["policy"].get("budget") or {}):
        budget["sample_one_in"] = budget.pop("audit")
    if table == "event" and "reasons" in (facts := values["facts"]):
        facts["reasons"] = [_REASONS.get(code, code) for code in facts["reasons"]]
    if table == "day_numbers" and "reasons" in (statistics := values["numbers"]):
        statistics["reasons"] = {_REASONS.get(code, code): number for code, number in statistics["reasons"].items()}
    if table == "verdict":
        values["reasons"] = [
            {**reason, "code": _REASONS.get(reason.get("code"), reason.get("code"))} for reason in values["reasons"]
        ]
    columns = _COLUMNS.get(table, {})
    return _TABLES.get(table, table), {columns.get(name, name): value for name, value in values.items()}


def with_sites(rows: Iterable[tuple[str, dict[str, Any]]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """These rows of today's names, each after the rows that it refers to, with the site where theirs named none."""
    sites: dict[str, str] = {}
    for table, row in rows:
        if table in _PARENTS:
            row.setdefault("site_id", sites.get(row[_PARENTS[table]]))
        if table in ("comment", "endpoint", "delivery"):
            sites[row["id"]] = row["site_id"]
        yield table, row
