"""API keys: guesses are counted before the database is asked about them."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import event

from service.config import Settings
from service.domain.security.tokens import new_token
from service.web.app import create_app


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_guess_past_the_rate_limit_of_its_address_asks_the_database_nothing(settings: Settings, key: str) -> None:
    app = create_app(replace(settings, rate_per_minute=4))
    client, asked = app.test_client(), _queries(app)

    def guess(address: str = "192.0.2.1") -> tuple[int, int]:
        asked.clear()
        headers = {"Authorization": f"Bearer {new_token()}"}
        status = client.get("/v1/comments", headers=headers, environ_overrides={"REMOTE_ADDR": address}).status_code
        return status, len(asked)

    assert [guess()[0] for _ in range(4)] == [401] * 4
    assert [guess() for _ in range(3)] == [(429, 0)] * 3
    assert guess("192.0.2.2")[0] == 401
    # A key that is known is not counted under its address.
    known = {"headers": {"Authorization": f"Bearer {key}"}, "environ_overrides": {"REMOTE_ADDR": "192.0.2.3"}}
    assert [client.get("/v1/comments", **known).status_code for _ in range(4)] == [200] * 4
    app.extensions["greenroom"].close()


def _queries(app: Flask) -> list[str]:
    asked: list[str] = []
    event.listen(app.extensions["greenroom"].database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    return asked
