"""Published comments, and a reader of feeds."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import Client

from service.web.server.asgi import AsgiApp
from tests.support.fast_path_app import Front

Post = Callable[..., str]


@pytest.fixture
def approve(client: FlaskClient) -> Callable[[str], None]:
    def approve(comment: str, word: str = "approve") -> None:
        response = client.post(f"/v1/comments/{comment}/decision", json={"decision": word})
        assert response.status_code == 200, response.data

    return approve


@pytest.fixture
def published(post: Post, approve: Callable[[str], None]) -> Post:
    """Posts a comment and approves it. Returns its id."""

    def published(text: str = "A calm word.", **fields: object) -> str:
        comment = post(text, **fields)
        approve(comment)
        return comment

    return published


@pytest.fixture
def reader(app: Flask) -> Client:
    """A client without a key, through the fast path."""
    return Client(Front(AsgiApp(app)))
