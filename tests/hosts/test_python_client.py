"""The Python client against a running Greenroom, and against one whose answers are lost."""

import ast
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import greenroom_client
import pytest
from greenroom_client import Client, InvalidWebhook, NoAnswer, Refused, StillPending, verify_webhook
from standardwebhooks import Webhook

from service.domain.states import State
from service.store.db.engine import Database
from tests.hosts.conftest import NewSite
from tests.support.faulty_proxy import Failure, FaultyProxy
from tests.support.seeding import Seed, sow

DRAFT: greenroom_client.Draft = {"thread": {"id": "/a"}, "author": {"name": "Ada"}, "text": "We walked across the bridge."}
SECRET, OTHER = "whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IQ==", "whsec_b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXI="
BODY = json.dumps({"type": "comment.approved", "data": {"text": "Grüße"}}, ensure_ascii=False).encode()


def test_a_comment_is_sent_judged_decided_edited_and_erased(site: NewSite) -> None:
    client = Client(site.url, site.key)
    sent = client.submit(DRAFT, wait=1)
    judged = client.wait_for_verdict(sent["id"])
    assert (judged["state"], judged["author"]["name"]) == ("approved", "Ada")
    decided = client.decide(sent["id"], "reject", reason="off_topic", version=judged["version"])
    assert (decided["from_state"], decided["state"]) == ("approved", "rejected")
    edited = client.edit(sent["id"], "We walked across the old bridge.")
    assert (edited["state"], edited["revision"]) == ("pending", 2)
    client.erase(sent["id"])
    client.erase(sent["id"])
    with pytest.raises(Refused) as gone:
        client.get(sent["id"])
    assert (gone.value.status, gone.value.code) == (404, "gone")


def test_the_list_has_every_comment_of_all_pages(site: NewSite, running: Database) -> None:
    client = Client(site.url, site.key)
    seeds = [Seed(f"Good morning, number {n}.", thread="a", state=State.APPROVED) for n in range(201)]
    stored = [str(comment) for comment in sow(running, site.id, seeds)]
    assert [comment["id"] for comment in client.list(thread="a")] == stored
    assert {comment["state"] for comment in client.list(state="approved")} == {"approved"}
    assert list(client.list(thread="/b")) == []


@pytest.mark.parametrize("failure", [Failure.UNHEARD, Failure.LOST, Failure.CUT, Failure.BROKEN])
def test_a_comment_is_stored_once_when_requests_or_answers_are_lost(site: NewSite, proxy: FaultyProxy, failure: Failure) -> None:
    client = Client(proxy.url, site.key)
    proxy.will(failure, failure)
    sent = client.submit(DRAFT)
    assert len(proxy.arrivals) == 3
    assert len({arrival.headers["Idempotency-Key"] for arrival in proxy.arrivals}) == 1
    proxy.will(failure)
    assert [comment["id"] for comment in client.list()] == [sent["id"]]


def test_it_waits_as_long_as_the_answer_asks_for(site: NewSite, proxy: FaultyProxy) -> None:
    proxy.will(Failure.BUSY)
    Client(proxy.url, site.key).submit(DRAFT)
    first, second = proxy.arrivals
    assert second.at - first.at >= 0.99


def test_it_gives_up_when_its_patience_would_end(site: NewSite, proxy: FaultyProxy) -> None:
    proxy.will(Failure.BUSY, Failure.BUSY)
    with pytest.raises(Refused, match="503: busy") as refused:
        Client(proxy.url, site.key, patience=0.5).submit(DRAFT)
    assert (refused.value.retry_after, len(proxy.arrivals)) == (1.0, 1)


def test_a_decision_or_an_edit_whose_answer_is_lost_is_not_sent_again(site: NewSite, proxy: FaultyProxy) -> None:
    client = Client(proxy.url, site.key)
    comment = client.wait_for_verdict(client.submit(DRAFT)["id"])["id"]
    proxy.will(Failure.LOST, Failure.LOST)
    with pytest.raises(NoAnswer):
        client.decide(comment, "reject")
    with pytest.raises(NoAnswer):
        client.edit(comment, "We ran across the bridge.")
    assert len(proxy.arrivals) == 2
    assert client.get(comment)["revision"] == 2


def test_a_redirect_does_not_take_the_key_along(site: NewSite, proxy: FaultyProxy) -> None:
    proxy.will(Failure.MOVED)
    with pytest.raises(Refused, match="307"):
        Client(proxy.url, site.key).submit(DRAFT)


def test_an_error_names_the_fields(site: NewSite) -> None:
    with pytest.raises(Refused, match="/author/email: ") as refused:
        Client(site.url, site.key).submit({**DRAFT, "author": {"email": "nobody"}})
    assert (refused.value.status, refused.value.code) == (422, "invalid")
    assert refused.value.faults[0].pointer == "/author/email"
    assert refused.value.request_id
    with pytest.raises(Refused, match="unauthenticated"):
        Client(site.url, "grk_wrong").submit(DRAFT)
    with pytest.raises(ValueError, match="expected the address"):
        Client("file:///etc", "key")


def test_a_comment_that_stays_pending_is_named(site: NewSite, proxy: FaultyProxy) -> None:
    client = Client(proxy.url, site.key)
    sent = client.edit(client.submit(DRAFT)["id"], "Fresh words.")
    with pytest.raises(StillPending, match=sent["id"]):
        while client.wait_for_verdict(sent["id"], seconds=-1):
            client.edit(sent["id"], "Fresh words.")


def signed(at: float, *secrets: str, body: bytes = BODY) -> dict[str, str]:
    moment = datetime.fromtimestamp(at, UTC)
    signatures = " ".join(Webhook(secret).sign("msg-1", moment, body.decode()) for secret in secrets)
    return {"Webhook-Id": "msg-1", "Webhook-Timestamp": str(int(at)), "Webhook-Signature": signatures}


def test_a_true_webhook_is_verified() -> None:
    now = time.time()
    assert verify_webhook(BODY, signed(now, SECRET), SECRET)["data"] == {"text": "Grüße"}
    assert verify_webhook(BODY, signed(now, OTHER, SECRET), SECRET)["type"] == "comment.approved"
    assert verify_webhook(BODY, signed(now, SECRET), [OTHER, SECRET])["type"] == "comment.approved"
    assert verify_webhook(BODY, signed(now - 299, SECRET), SECRET, now=now)["type"] == "comment.approved"


@pytest.mark.parametrize("changed", [
    {"Webhook-Id": "msg-2"}, {"Webhook-Signature": "v1,b3RoZXI="}, {"Webhook-Signature": "v1,ü"}, {"Webhook-Timestamp": "soon"},
    {"Webhook-Timestamp": "9" * 400},
])  # fmt: skip
def test_a_changed_webhook_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(InvalidWebhook, match="webhook-"):
        verify_webhook(BODY, {**signed(time.time(), SECRET), **changed}, SECRET)


def test_a_webhook_that_is_old_early_incomplete_or_of_another_body_is_refused() -> None:
    now = time.time()
    for at in (now - 302, now + 302):
        with pytest.raises(InvalidWebhook, match="check your clock"):
            verify_webhook(BODY, signed(at, SECRET), SECRET, now=now)
    with pytest.raises(InvalidWebhook, match="no header 'webhook-id'"):
        verify_webhook(BODY, {}, SECRET)
    with pytest.raises(InvalidWebhook, match="no signature fits"):
        verify_webhook(BODY + b" ", signed(now, SECRET), SECRET)
    with pytest.raises(InvalidWebhook, match="no signature fits"):
        verify_webhook(BODY, signed(now, SECRET), [])
    for wrong in ("", "whsec_", "whsec_ä"):
        with pytest.raises(ValueError, match="secret"):
            verify_webhook(BODY, signed(now, SECRET), wrong)


def test_the_code_is_python_3_9() -> None:
    for file in Path(greenroom_client.__file__).parent.glob("*.py"):
        ast.parse(file.read_text(), feature_version=(3, 9))
