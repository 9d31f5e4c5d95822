"""Rows of copies and archives with the names of before are read as rows of today."""

import json

from service.store.lifecycle import renamed
from service.store.lifecycle.archive_rows import CommentRows

OLD = {
    "comment": [{"id": "c", "site_id": "news", "settled_at": None, "address_key": "ip", "reason": "spam.outside"}],
    "decision": [{"id": "d", "batch_id": "b"}],
    "event": [{"id": "e", "facts": {"reasons": ["spam.outside", "spam.links"], "by": "policy"}}],
    "verdict": [{"id": "v", "reasons": [{"code": "abuse.outside", "rule": "x"}]}],
}
TODAY = {
    "comment": [{"id": "c", "site_id": "news", "judged_at": None, "ip_key": "ip", "reason": "spam.external"}],
    "decision": [{"id": "d", "site_id": "news", "action_id": "b"}],
    "event": [{"id": "e", "site_id": "news", "facts": {"reasons": ["spam.external", "spam.links"], "by": "policy"}}],
    "verdict": [{"id": "v", "site_id": "news", "reasons": [{"code": "abuse.external", "rule": "x"}]}],
}


def rows_of(rows: dict[str, list[dict[str, object]]]) -> object:
    return CommentRows(json.dumps({"comment": "c", "rows": rows})).rows


def test_an_archive_file_is_read_under_both_names() -> None:
    assert rows_of(OLD) == TODAY
    assert rows_of(TODAY) == TODAY


def test_tables_and_values_of_a_copy_get_the_names_of_today() -> None:
    assert renamed.today("step", {"id": "s", "kind": "calm"}) == ("activity", {"id": "s", "kind": "return"})
    assert renamed.today("site", {"policy": {"budget": {"audit": 9}}}) == ("site", {"policy": {"budget": {"sample_one_in": 9}}})
    statistics = {"numbers": {"reasons": {"spam.outside": [1, 2], "spam.links": [3, 4]}}}
    assert renamed.today("day_numbers", statistics) == (
        "daily_statistics", {"statistics": {"reasons": {"spam.external": [1, 2], "spam.links": [3, 4]}}}
    )  # fmt: skip
    assert renamed.today("admin_act", {"deed": "condition_set", "by": "command"}) == (
        "audit_log", {"event": "custom_rule_set", "actor": "command"}
    )  # fmt: skip
