"""`greenroom webhook` on an endpoint: a test, a new secret, what failed once more, off and on, and its end."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from service.config import Settings
from service.store.db.engine import Database
from service.store.tables.outbox import Delivery, DeliveryState, Endpoint
from tests.commands.conftest import Greenroom
from tests.support.factories import draft, site, submitted
from tests.support.webhook_receiver import Receiver
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources
from workers.webhooks.deliver import deliver

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def endpoint(database: Database, greenroom: Greenroom, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of an endpoint that has missed a webhook for good."""
    monkeypatch.setenv("GREENROOM_WEBHOOK_ALLOW", "127.0.0.0/8")
    with database.writing() as session:
        site(session)
    greenroom("webhook", "add", "news", "http://127.0.0.1:9/")
    [listed] = greenroom("webhook", "list", "news").output.splitlines()
    return str(json.loads(listed)["id"])


def test_a_test_goes_out_and_what_failed_is_sent_again(
    endpoint: str, database: Database, greenroom: Greenroom, settings: Settings
) -> None:
    resources = WorkerResources.open(replace(settings, webhook_allow=("127.0.0.0/8",)))
    with Receiver() as receiver:
        with database.writing() as session:
            session.execute(update(Endpoint).values(url=receiver.url))
            submitted(session, draft("A calm word."), now=datetime.now(UTC))
        check_pending(resources)
        deliver(resources)
        with database.writing() as session:
            session.execute(update(Delivery).values(state=DeliveryState.DEAD))
        assert greenroom("webhook", "replay", "news", endpoint).output == "1 webhooks are sent again\n"
        assert greenroom("webhook", "test", "news", endpoint).exit_code == 0
        deliver(resources)
    resources.close()
    assert sorted(receipt.told["type"] for receipt in receiver.receipts) == ["comment.approved"] * 2 + ["greenroom.test"]


def test_a_new_secret_is_printed_once_and_an_endpoint_is_turned_off_and_removed(endpoint: str, greenroom: Greenroom) -> None:
    assert greenroom("webhook", "rotate", "news", endpoint).output.startswith("whsec_")
    assert greenroom("webhook", "set", "news", endpoint, "--off").output == "turned off\n"
    refused = greenroom("webhook", "replay", "news", endpoint)
    assert (refused.exit_code, refused.output) == (1, "Error: this endpoint is disabled; enable it first\n")
    assert greenroom("webhook", "set", "news", endpoint, "--on").output == "turned on\n"
    assert greenroom("webhook", "remove", "tribune", endpoint, "--yes").output == "Error: no such endpoint on this site\n"
    assert greenroom("webhook", "remove", "news", endpoint, "--yes").exit_code == 0
    assert greenroom("webhook", "list", "news").output == ""
