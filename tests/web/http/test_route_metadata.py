"""Every route declares its access, its rate limit and its purpose; a route without them fails."""

import pytest
from flask import Flask

from service.store.tables.accounts import Role
from service.store.tables.sites import Scope
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.route_metadata import PUBLIC, Route, page, public, routes, undeclared
from service.web.openapi.operation import Operation

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

#: All kinds of access: public, a key with a scope, a signature, signed in, a moderator with a role, the operator.
OWNERS = (
    {PUBLIC, "moderator", "operator", "akismet key", "coral signature"}
    | {f"key:{s}" for s in Scope}
    | {f"role:{role}" for role in Role}
)


def test_every_route_has_an_owner_a_rate_and_an_entry(app: Flask) -> None:
    assert undeclared(app) == []


def test_owners_and_rates_are_ones_that_there_are(app: Flask) -> None:
    strange = [r.path for r in routes(app) if r.owner not in OWNERS or r.rate not in set(Rate)]
    assert strange == []


def test_only_what_is_meant_for_everybody_is_public(app: Flask) -> None:
    """A new public route must be added here, on purpose."""
    open_to_all = {route.path for route in routes(app) if route.owner == PUBLIC}
    assert open_to_all == {
        "/",
        "/1.1/test",
        "/banned/<token>",
        "/complaint/<token>",
        "/docs",
        "/docs/errors",
        "/embed.css",
        "/embed.js",
        "/f/<site>",
        "/f/<site>/own",
        "/f/<site>/own/delete",
        "/f/<site>/own/edit",
        "/f/<site>/sent",
        "/feeds/queue/<token>",
        "/livez",
        "/mails/<token>",
        "/openapi.json",
        "/readyz",
        "/report/<uuid:comment_id>",
        "/reported/<token>",
        "/reported/<token>/complaint",
        "/sign-in",
        "/sign-in/link/send",
        "/sign-in/passkey/answer",
        "/sign-in/passkey/options",
        "/sign-in/<token>",
        "/sign-in/code",
        "/sign-in/oidc/start",
        "/sign-in/oidc/callback",
        "/static/<path:filename>",
        "/v1/counts",
        "/v1/threads/<thread:thread>/comments",
    }


def test_what_changes_something_is_counted_by_key_or_address(app: Flask) -> None:
    for route in routes(app):
        if route.owner.startswith("key:"):
            assert route.rate == Rate.KEY, route.path


@pytest.mark.parametrize(
    ("declared", "lacks"),
    [
        (lambda view: view, "an owner and a rate limit and an entry in the API document"),
        (public, "a rate limit and an entry in the API document"),
        (lambda view: public(rate_limited(Rate.PAGE)(view)), "an entry in the API document"),
        (lambda view: page(rate_limited(Rate.PAGE)(view)), "an owner"),
    ],
)
def test_a_silent_route_is_caught(app: Flask, declared, lacks: str) -> None:
    app.add_url_rule("/planted", view_func=declared(lambda: ""), endpoint="planted")
    assert undeclared(app) == [f"/planted lacks {lacks}"]


def test_the_api_document_knows_every_route_that_is_no_page(app: Flask) -> None:
    paths = app.test_client().get("/openapi.json").json["paths"]
    told = {(path, method) for path, entry in paths.items() for method in entry}
    meant = [r for r in routes(app) if isinstance(r.operation, Operation)]
    assert len(told) == sum(len(route.methods) for route in meant)
    assert not [route.path for route in meant if route.page]


def test_a_route_is_what_its_view_declared(app: Flask) -> None:
    [route] = [r for r in routes(app) if r.path == "/v1/comments" and "POST" in r.methods]
    assert isinstance(route, Route)
    assert (route.owner, route.rate, route.methods, route.missing) == ("key:submit", "key", ("POST",), ())
