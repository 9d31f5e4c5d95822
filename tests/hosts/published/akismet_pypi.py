"""PyPI akismet: its own httpx client as `http_client`, with a transport that changes the host."""

import json
import os
from typing import Any

import akismet
import httpx

HERE = httpx.URL(os.environ["URL"])


class _ToGreenroom(httpx.HTTPTransport):
    def handle_request(self, request: Any) -> Any:
        request.url = request.url.copy_with(scheme=HERE.scheme, host=HERE.host, port=HERE.port)
        return super().handle_request(request)


config = akismet.Config(key=os.environ["AKISMET_KEY"], url=os.environ["BLOG"])
client = akismet.SyncClient.validated_client(config, httpx.Client(transport=_ToGreenroom()))
calm, spam = (
    client.comment_check("203.0.113.7", comment_content="The tram was on time today.", comment_author=name).name
    for name in ("Ann", "viagra-test-123")
)
reported = client.submit_spam("203.0.113.7", comment_content="The tram was on time today.", comment_author="Ann")
try:
    akismet.SyncClient.validated_client(
        akismet.Config(key="a" * 12, url=os.environ["BLOG"]), httpx.Client(transport=_ToGreenroom())
    )
    wrong = "valid"
except akismet.APIKeyError:
    wrong = "APIKeyError"
print(json.dumps({"calm": calm, "spam": spam, "reported": reported, "wrong key": wrong}))
