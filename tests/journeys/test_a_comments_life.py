"""A comment's whole life through real processes, as seen by host, moderator and receiver."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.process_tree import Up
from tests.support.servers import Postgres, Redis, wait_until
from tests.support.webhook_receiver import Receipt, Receiver

RUDE = "What a load of bullshit, you fucking idiot."


@pytest.fixture(params=["embedded", "servers"])
def up(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Up]:
    """Greenroom with the embedded defaults, and on PostgreSQL and Redis."""
    environ = {"GREENROOM_DECISION_DELAY": "0.5", "GREENROOM_WEB_PROCESSES": "1"}
    if request.param == "servers":
        postgres: Postgres = request.getfixturevalue("postgres")
        redis: Redis = request.getfixturevalue("redis_server")
        environ |= {"DATABASE_URL": postgres.empty_database(), "REDIS_URL": redis.url, "GREENROOM_WEB_PROCESSES": "2"}
    with Up(tmp_path / "home", **environ) as up:
        yield up


def test_a_comment_is_posted_held_approved_told_and_shown(up: Up) -> None:
    with Receiver() as receiver:
        secret = _add_endpoint(up, receiver)
        comment = up.post(RUDE, author={"name": "Ada"})
        up.wait_for(comment, "held")
        answer = up.ask("GET", f"/v1/comments/{comment}")[1]
        assert answer["verdict"]["reasons"], "a held comment says why"

        assert comment not in _feed(up)
        status, decided = up.ask(
            "POST", f"/v1/comments/{comment}/decision", {"decision": "approve", "version": answer["version"]}
        )
        assert (status, decided["state"]) == (200, "approved")

        wait_until(lambda: len(_of(receiver, comment)) == 2, what=f"two webhooks\n{up.output}")
        held, approved = _of(receiver, comment)
        assert (held.told["type"], approved.told["type"]) == ("comment.held", "comment.approved")
        assert held.verified_with(secret)
        assert approved.verified_with(secret)
        assert held.sequence < approved.sequence
        wait_until(lambda: comment in _feed(up), what="the feed to show it")


def _add_endpoint(up: Up, receiver: Receiver) -> str:
    status, made = up.ask("POST", "/v1/endpoints", {"url": receiver.url})
    assert status == 201, made
    return str(made["secret"])


def _of(receiver: Receiver, comment: str) -> list[Receipt]:
    return [receipt for receipt in receiver.receipts if receipt.comment == comment]


def _feed(up: Up) -> str:
    return str(up.ask("GET", "/v1/threads/a-page/comments?site=demo")[1])
