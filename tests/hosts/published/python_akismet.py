"""PyPI python-akismet: calls KEY.domain, so a DNS record must lead there. Here the resolver takes its place."""

import json
import os
import socket
from typing import Any
from urllib.parse import urlsplit

from akismet import Akismet

HERE = urlsplit(os.environ["URL"])
_resolve = socket.getaddrinfo


def _resolved(host: Any, *more: Any, **named: Any) -> Any:
    return _resolve(HERE.hostname if str(host).endswith(".comments.example") else host, *more, **named)


socket.getaddrinfo = _resolved
Akismet.protocol, Akismet.domain = "http", f"comments.example:{HERE.port}"
client = Akismet(os.environ["AKISMET_KEY"], blog=os.environ["BLOG"])
calm, spam = (
    client.check("203.0.113.7", "a browser", comment_content="The tram was on time today.", comment_author=name)
    for name in ("Ann", "viagra-test-123")
)
client.submit_ham("203.0.113.7", "a browser", comment_content="The tram was on time today.", comment_author="Ann")
print(json.dumps({"calm": calm, "spam": spam}))
