"""The host API for webhook endpoints: add, inspect deliveries, send a test, replay missed events."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event, Thread

import pytest
from flask.testing import FlaskClient

from service.config import Settings
from tests.support.webhook_receiver import Receiver, answers
from workers.resources.worker_resources import WorkerResources
from workers.webhooks.deliver import deliver

LOOPBACK = ("127.0.0.0/8",)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, webhook_allow=LOOPBACK, webhook_timeout=60.0)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def resources(settings: Settings) -> Iterator[WorkerResources]:
    resources = WorkerResources.open(settings)
    yield resources
    resources.close()


@pytest.fixture
def endpoint(client: FlaskClient, receiver: Receiver) -> dict:
    made = client.post("/v1/endpoints", json={"url": receiver.url})
    assert made.status_code == 201, made.get_data(as_text=True)
    assert made.headers["Location"] == f"/v1/endpoints/{made.json['id']}"
    return made.json


@pytest.fixture
def courier(resources: WorkerResources) -> Iterator[None]:
    """A delivery worker that polls in a loop."""
    stop = Event()

    def run() -> None:
        while not stop.wait(0.02):
            deliver(resources)

    thread = Thread(target=run)
    thread.start()
    yield
    stop.set()
    thread.join()


def test_the_secret_is_shown_once(client: FlaskClient, endpoint: dict) -> None:
    assert endpoint["secret"].startswith("whsec_")
    shown = client.get(f"/v1/endpoints/{endpoint['id']}")
    assert endpoint["secret"] not in shown.get_data(as_text=True)
    assert "secret" not in shown.json
    assert client.get("/v1/endpoints").json["endpoints"] == [shown.json]
    assert shown.json["events"] == [
        "comment.approved", "comment.rejected", "comment.held", "comment.edited", "comment.erased",
        "report.received", "report.decided", "report.reopened", "reporter.warned", "reporter.suspended", "complaint.received", "complaint.decided", "complaint.reopened",
        "author.banned", "author.unbanned", "author.warned",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/url"),
        ({"url": ""}, "/url"),
        ({"url": "ftp://news.example/"}, "/url"),
        ({"url": "https://user:word@news.example/"}, "/url"),
        ({"url": "http://10.0.0.1/"}, "/url"),
        ({"url": "http://[::ffff:169.254.169.254]/"}, "/url"),
        ({"url": "https://" + "x" * 3000}, "/url"),
        ({"url": "http://news.example*/"}, "/url"),
        ({"url": "http://news..example/"}, "/url"),
        ({"url": f"http://{'x' * 64}.example/"}, "/url"),
        ({"url": "https://news.example/", "events": []}, "/events"),
        ({"url": "https://news.example/", "events": ["greenroom.test"]}, "/events/0"),
        ({"url": "https://news.example/", "events": ["comment.liked"]}, "/events/0"),
        ({"url": "https://news.example/", "secret": "mine"}, "/secret"),
    ],
)
def test_a_bad_endpoint_is_refused_by_field(client: FlaskClient, body: dict, pointer: str) -> None:
    refused = client.post("/v1/endpoints", json=body)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json["errors"]] == [pointer]


def test_an_endpoint_can_be_changed_disabled_and_removed(client: FlaskClient, endpoint: dict) -> None:
    address = f"/v1/endpoints/{endpoint['id']}"
    changed = client.patch(address, json={"events": ["comment.rejected"], "enabled": False})
    assert (changed.json["events"], changed.json["enabled"]) == (["comment.rejected"], False)
    assert client.patch(address, json={"url": "http://10.0.0.1/"}).status_code == 422
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
    assert client.delete(address).status_code == 404


def test_a_site_has_at_most_twenty(client: FlaskClient, endpoint: dict) -> None:
    for n in range(19):
        assert client.post("/v1/endpoints", json={"url": f"https://news.example/{n}"}).status_code == 201
    assert client.post("/v1/endpoints", json={"url": "https://news.example/"}).status_code == 409


@pytest.mark.usefixtures("courier")
def test_a_test_reports_what_came_of_it(client: FlaskClient, endpoint: dict, receiver: Receiver) -> None:
    tried = client.post(f"/v1/endpoints/{endpoint['id']}/test")
    assert (tried.status_code, tried.json["type"], tried.json["state"]) == (200, "greenroom.test", "done")
    assert tried.json["attempts"][0]["status"] == 204
    assert receiver.receipts[0].verified_with(endpoint["secret"])
    assert receiver.receipts[0].id == tried.json["webhook_id"]
    receiver.behaviour = answers(500)
    failed = client.post(f"/v1/endpoints/{endpoint['id']}/test").json
    assert (failed["state"], failed["attempts"][0]["status"]) == ("dead", 500)


def test_a_rotated_secret_signs_beside_the_old_one(
    client: FlaskClient,
    endpoint: dict,
    receiver: Receiver,
    resources: WorkerResources,
    post: Callable[..., str],
    settle_all: Callable,
) -> None:
    rotated = client.post(f"/v1/endpoints/{endpoint['id']}/rotate").json
    assert rotated["secret"] != endpoint["secret"]
    assert rotated["old_secret_until"]
    post()
    settle_all()
    deliver(resources, seconds=60.0)
    assert receiver.receipts[0].verified_with(endpoint["secret"])
    assert receiver.receipts[0].verified_with(rotated["secret"])


def test_the_log_shows_each_attempt_and_what_is_dead_can_be_replayed(
    client: FlaskClient,
    endpoint: dict,
    receiver: Receiver,
    resources: WorkerResources,
    post: Callable[..., str],
    settle_all: Callable,
) -> None:
    address = f"/v1/endpoints/{endpoint['id']}"
    for n in range(3):
        post(f"A calm word, the {n}th of its kind.")
    settle_all()
    receiver.behaviour = answers(410)
    deliver(replace(resources, settings=replace(resources.settings, courier_threads=1)), seconds=60.0)
    shown = client.get(address).json
    assert (shown["enabled"], shown["dead"], shown["waiting"]) == (False, 3, 0)
    page = client.get(f"{address}/deliveries?limit=2&state=dead")
    assert 'rel="next"' in page.headers["Link"]
    rest = client.get(f"{address}/deliveries?limit=2&state=dead&after={page.json['next_cursor']}").json
    logged = page.json["deliveries"] + rest["deliveries"]
    assert len({d["id"] for d in logged}) == 3
    assert rest["next_cursor"] is None
    assert [a["status"] for d in logged for a in d["attempts"]] == [410]

    replay = f"/v1/deliveries/{logged[0]['id']}/replay"
    assert client.post(replay).status_code == 409
    receiver.behaviour = answers(204)
    client.patch(address, json={"enabled": True})
    assert client.post(replay).json["state"] == "due"
    assert client.post(replay).status_code == 409
    assert client.post(f"{address}/replay", json={"since": "2020-01-01T00:00:00Z"}).json == {"replayed": 2}
    assert deliver(resources, seconds=60.0) == 3
    assert {d["state"] for d in client.get(f"{address}/deliveries").json["deliveries"]} == {"done"}
    assert client.get(f"/v1/deliveries/{logged[0]['id']}").json["attempts"][-1]["status"] == 204


def test_other_sites_see_nothing_of_it(client: FlaskClient, endpoint: dict, settings: Settings) -> None:
    from datetime import UTC, datetime

    from service.actions.sites.sites_and_keys import add_key, add_site
    from service.store.db.engine import Database
    from service.store.tables.sites import Scope

    database = Database(settings.database)
    with database.writing() as session:
        add_site(session, "blog", origins=[], now=datetime.now(UTC))
        _, stranger = add_key(session, "blog", scopes=[Scope.ADMIN], now=datetime.now(UTC))
        _, reader = add_key(session, "news", scopes=[Scope.SUBMIT, Scope.READ, Scope.MODERATE], now=datetime.now(UTC))
    database.close()
    address = f"/v1/endpoints/{endpoint['id']}"
    for method, path in (
        ("GET", address),
        ("PATCH", address),
        ("DELETE", address),
        ("POST", f"{address}/rotate"),
        ("POST", f"{address}/test"),
        ("GET", f"{address}/deliveries"),
    ):
        body = {"json": {}} if method == "PATCH" else {}
        for token, status in ((stranger, 404), (reader, 403)):
            asked = client.open(path, method=method, headers={"Authorization": f"Bearer {token}"}, **body)
            assert asked.status_code == status, (method, path)
