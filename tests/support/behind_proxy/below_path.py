"""A Greenroom below a path of a proxy, and what is asked of it."""

import http.client
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from tests.support.behind_proxy.proxies import Proxy
from tests.support.desk import Desk
from tests.support.servers import PATIENCE


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Installed:
    """A furnished Greenroom below `/comments` of nginx, the key of its site, and a page of the site on another origin."""

    desk: Desk
    proxy: Proxy
    key: str
    host: str

    def ask(self, path: str, body: object = None, *, source: str = "127.0.0.1", **headers: str) -> Reply:
        sent = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.proxy.port, timeout=PATIENCE, source_address=(source, 0))
        data = None if body is None else json.dumps(body)
        with closing(connection):
            connection.request("GET" if body is None else "POST", path, data, sent)
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())

    def counts_clients_apart(self, one: str, other: str) -> bool:
        """Whether each client has its own rate limit, whatever address it claims to have."""
        left = [self._left(source) for source in (*[one] * 6, other)]
        # A new minute may begin meanwhile, so three of six requests at least are of the same minute.
        return min(left) <= max(left) - 2 and left[-1] == max(left)

    def _left(self, source: str) -> int:
        """The requests that this client still has, by the RateLimit header of its answer."""
        forged = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
        answer = self.ask("/comments/livez", source=source, **forged)
        return int(answer.headers["RateLimit"].partition("r=")[2].partition(";")[0])
