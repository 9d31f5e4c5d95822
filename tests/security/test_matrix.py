"""The access matrix, generated: every route, role, method and spelling of the path. Only what is allowed succeeds."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.store.tables.accounts import Role
from service.store.tables.sites import Scope
from service.web.http.route_metadata import PUBLIC, Route, routes
from tests.security.conftest import House
from tests.support.sign_in import ORIGIN

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
#: Left out because it ends the session that the next request needs; it has a separate test.
LEFT_OUT = {"/sign-out"}


@dataclass
class Identity:
    """An identity with its rights: the scopes of a key, or a role on the site."""

    name: str
    client: FlaskClient
    scopes: frozenset[str] = frozenset()
    role: Role | None = None
    csrf: str = ""
    elsewhere: bool = False

    def may(self, owner: str) -> bool:
        kind, _, what = owner.partition(":")
        if kind == "key":
            return bool(self.scopes & {what, Scope.ADMIN})
        if kind == "role":
            return self.role is not None and not self.elsewhere and self.role.covers(Role(what))
        if kind == "moderator":
            return self.role is not None
        # Requests from this machine are the operator's. An Akismet key is in the body; without one the response is "invalid". Nobody
        # here can sign as Coral does.
        return owner != "coral signature"

    def ask(self, method: str, path: str) -> TestResponse:
        headers = {"Origin": ORIGIN, "X-CSRF-Token": self.csrf}
        plain, _, query = path.partition("?")
        # Set PATH_INFO as a server would: the test client would take `//x` for a host.
        raw = {"PATH_INFO": unquote(plain)}
        return self.client.open(
            "/", query_string=query, method=method, base_url=ORIGIN, headers=headers, environ_overrides=raw, buffered=True
        )


@pytest.fixture
def everybody(house: House) -> list[Identity]:
    keys = [Identity(f"{scope} key", house.host(scope), frozenset({scope})) for scope in Scope]
    people = []
    for email, role, site in (
        ("vi@news.example", Role.VIEWER, "news"),
        ("mo@news.example", Role.MODERATOR, "news"),
        ("ad@news.example", Role.ADMIN, "news"),
        ("ad@blog.example", Role.ADMIN, "blog"),
    ):
        browser = house.person(email, role, site=site)
        people.append(Identity(email, browser.client, role=role, csrf=browser.csrf, elsewhere=site == "blog"))
    return [Identity("nobody", house.nobody), *keys, *people]


def path_of(route: Route, house: House) -> str:
    path = re.sub(r"<(?:uuid:)?comment_id>", house.comments["held"], route.path)
    path = path.replace("<uuid:", "<").replace("<site>", "news").replace("<thread:thread>", "a-page")
    path = path.replace("<path:filename>", "queue.js")
    return re.sub(r"<[^>]+>", "01a20435-267d-77e4-9d04-8ee4c90cd180", path) + (
        "?site=news" if route.owner.startswith("role:") else ""
    )


def routes_of(house: House) -> Iterator[tuple[Route, str]]:
    for route in routes(house.app):
        if route.path not in LEFT_OUT:
            yield route, path_of(route, house)


def denied(answer: TestResponse) -> bool:
    to_sign_in = answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in")
    return answer.status_code in (401, 403, 404) or to_sign_in


def test_everybody_gets_what_the_owner_of_a_route_says_and_nothing_else(house: House, everybody: list[Identity]) -> None:
    counted: Counter[bool] = Counter()
    for route, path in sorted(routes_of(house), key=lambda found: "DELETE" in found[0].methods):
        for who in everybody:
            for method in METHODS:
                if method in route.methods:
                    answer = who.ask(method, path)
                    may = who.may(route.owner)
                    counted[may] += 1
                    assert answer.status_code < 500, (who.name, method, path)
                    if may and route.owner != PUBLIC and not route.owner.startswith("operator"):
                        assert answer.status_code not in (401, 403), (who.name, method, path, answer.get_data(as_text=True)[:300])
                    if not may:
                        assert denied(answer), (who.name, method, path, answer.status_code)
                        assert "held words" not in answer.get_data(as_text=True)
    assert counted[True] > 150
    assert counted[False] > 200


def test_a_method_that_a_route_does_not_name_does_nothing(house: House, everybody: list[Identity]) -> None:
    named = Counter((re.sub("<[^>]+>", "<>", r.path), m) for r in routes(house.app) for m in r.methods)
    for route, path in routes_of(house):
        for who in (everybody[0], everybody[4], everybody[7]):
            for method in METHODS:
                if not named[re.sub("<[^>]+>", "<>", route.path), method]:
                    assert who.ask(method, path).status_code in (404, 405), (who.name, method, path)


def variants(path: str) -> Iterator[str]:
    """Other spellings that a careless server would treat as the same path."""
    path, _, query = path.partition("?")
    query = f"?{query}" if query else ""
    first, _, rest = path[1:].partition("/")
    yield f"{path}/{query}"
    yield f"/{path}{query}"
    yield f"/{first}//{rest}{query}"
    yield f"/./{path[1:]}{query}"
    yield f"/x/..{path}{query}"
    yield f"/%2e%2e{path}{query}"
    yield f"/{first.upper()}/{rest}{query}" if rest else f"/{first.upper()}{query}"
    yield f"{path};x=1{query}"
    yield f"{path}%00{query}"
    yield f"{path}.json{query}"
    yield f"/%{ord(path[1]):02x}{path[2:]}{query}" if len(path) > 2 else path


def test_no_spelling_of_a_path_opens_a_door_to_somebody_else(house: House, everybody: list[Identity]) -> None:
    """Ghost CVE-2026-22595."""
    nobody, blog_admin = everybody[0], everybody[-1]
    for route, path in routes_of(house):
        if route.owner in (PUBLIC, "operator", "akismet key", "coral signature", "moderator"):
            continue
        for spelling in variants(path):
            for who in (nobody, blog_admin):
                for method in ("GET", "POST", "DELETE"):
                    answer = who.ask(method, spelling)
                    assert denied(answer) or answer.status_code == 405, (who.name, method, spelling, answer.status_code)


def test_a_key_of_another_site_finds_nothing_of_this_one(house: House) -> None:
    stranger = house.host(site="blog")
    held = house.comments["held"]
    for method, path, body in (
        ("GET", f"/v1/comments/{held}", None),
        ("PATCH", f"/v1/comments/{held}", {"text": "Theirs."}),
        ("DELETE", f"/v1/comments/{held}", None),
        ("POST", f"/v1/comments/{held}/decision", {"decision": "approve"}),
        ("POST", f"/v1/comments/{held}/decision", {"decision": "undo"}),
    ):
        assert stranger.open(path, method=method, json=body).status_code == 404, (method, path)
    assert stranger.get("/v1/comments").json["comments"] == []
    made = house.host().post("/v1/endpoints", json={"url": "https://hooks.news.example/x"}).json["id"]
    for method, path, body in (
        ("GET", f"/v1/endpoints/{made}", None),
        ("PATCH", f"/v1/endpoints/{made}", {"enabled": False}),
        ("DELETE", f"/v1/endpoints/{made}", None),
        ("POST", f"/v1/endpoints/{made}/rotate", None),
        ("POST", f"/v1/endpoints/{made}/test", None),
        ("GET", f"/v1/endpoints/{made}/deliveries", None),
        ("POST", f"/v1/endpoints/{made}/replay", {"since": "2026-01-01T00:00:00Z"}),
    ):
        assert stranger.open(path, method=method, json=body).status_code == 404, (method, path)


def test_a_person_of_another_site_moves_nothing_here_by_naming_the_own_one(house: House) -> None:
    """The site in the form is mine, the comment is theirs."""
    bo = house.person("bo@blog.example", Role.ADMIN, site="blog")
    held = house.comments["held"]
    assert bo.post("/queue/decide", {"site": "blog", "comment": f"{held}:1", "act": "approve"}).status_code == 409
    action = {"action_id": held, "act": "approve", "items": [{"id": held, "version": 1, "until": "2100-01-01T00:00:00Z"}]}
    [outcome] = bo.send("/queue/actions?site=blog", action).json["outcomes"]
    assert outcome["ok"] is False
    assert bo.send("/queue/actions?site=blog", {**action, "act": "escalate"}).status_code == 200
    for path in (f"/queue?site=blog&author={held}", f"/queue?site=blog&alike={held}", f"/queue?site=blog&thread={held}"):
        assert "held words" not in bo.get(path).get_data(as_text=True)
    dana = house.person("dana@news.example")
    assert "held words" in dana.get("/queue").get_data(as_text=True)
