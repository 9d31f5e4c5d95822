"""A plugin's settings page works: connection, account, and figures that are counted."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

pytestmark = pytest.mark.usefixtures("no_audit")

CALM, FOUL = "What a thoughtful article, thank you.", "You are a complete fuckwit and so is your dog."
PAGES = ("/1.1/get-subscription", "/1.1/get-stats", "/1.1/deactivate", "/1.1/token")


def test_the_settings_page_gets_what_it_needs(plugin: FlaskClient, token: str) -> None:
    assert plugin.get("/1.1/test").data == b"connected"
    asked = {"key": token, "api_key": token, "blog": "https://news.example"}
    account = plugin.post("/1.1/get-subscription", data=asked).json
    assert (account["status"], account["limit_reached"], account["next_billing_date"]) == ("active", False, False)
    assert account["account_name"] == "Greenroom: news"
    assert plugin.post("/1.1/deactivate", data=asked).data == b"deactivated"
    assert plugin.post("/1.1/verify-key", data=asked).data == b"valid"
    assert plugin.post("/1.1/token", data=asked).data == b"invalid"
    for path in PAGES:
        assert plugin.post(path, data={"key": "0" * 12}).data == b"invalid"
    for path in ("/1.2/key-sites", "/1.2/usage-limit"):
        assert plugin.get(path, query_string={"api_key": "0" * 12}).data == b"invalid"


def test_figures_are_counted(plugin: FlaskClient, client: FlaskClient, token: str, settle_all: Callable) -> None:
    empty = plugin.post("/1.1/get-stats", data={"key": token, "from": "6-months"}).json
    assert empty == {
        "spam": 0, "ham": 0, "missed_spam": 0, "false_positives": 0, "accuracy": 100.0, "time_saved": 0, "breakdown": {},
    }  # fmt: skip
    sent = {"api_key": token, "comment_author": "Dana", "permalink": "https://news.example/a", "user_ip": "192.0.2.1"}
    for text in (CALM, FOUL, "Never before, but a lovely bridge.", "The roof of the town hall leaks again."):
        plugin.post("/1.1/comment-check", data=sent | {"comment_content": text})
    settle_all()
    # The first is missed spam. The second is a false positive, undone.
    for path, text in (("submit-spam", CALM), ("submit-spam", FOUL), ("submit-ham", FOUL)):
        plugin.post(f"/1.1/{path}", data=sent | {"comment_content": text})
    foul = next(each["id"] for each in client.get("/v1/comments").json["comments"] if each["text"] == FOUL)
    assert client.post(f"/v1/comments/{foul}/decision", json={"decision": "undo"}).status_code == 200
    counts = {"spam": 2, "ham": 2, "missed_spam": 1, "false_positives": 0}
    for period, name in (("60-days", "%Y-%m-%d"), ("6-months", "%Y-%m"), ("all", "%Y-%m")):
        figures = plugin.post("/1.1/get-stats", data={"key": token, "from": period}).json
        assert {**counts, "accuracy": 75.0, "time_saved": 0, "breakdown": {f"{datetime.now(UTC):{name}}": counts}} == figures
    query = {"query_string": {"api_key": token}}
    [site] = plugin.get("/1.2/key-sites", **query).json[f"{datetime.now(UTC):%Y-%m}"]
    assert site == {"site": "https://news.example", "api_calls": 4, "is_revoked": False, **counts}
    limit = plugin.get("/1.2/usage-limit", **query).json
    assert limit == {"limit": "none", "usage": 4, "percentage": "0.00", "throttled": False}
