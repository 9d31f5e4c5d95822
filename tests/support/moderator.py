"""A moderator with a browser without JavaScript: signs in by the printed link, and decides with the forms on the page."""

import html
import re

import requests

from tests.support.process_tree import Up


class Moderator:
    """Use as a context manager."""

    def __init__(self, up: Up) -> None:
        self._up = up
        self._browser = requests.Session()
        self._browser.headers["Origin"] = up.url

    def __enter__(self) -> "Moderator":
        found = re.search(r"http://\S+/sign-in/\S+", self._up.output)
        assert found, self._up.output
        assert self._browser.get(found[0], timeout=60).ok
        assert self._browser.post(found[0], timeout=60).ok
        return self

    def __exit__(self, *_: object) -> None:
        self._browser.close()

    def queue(self) -> str:
        answer = self._browser.get(f"{self._up.url}/queue", timeout=60)
        assert answer.ok, answer.text
        return answer.text

    def approve(self, comment: str) -> None:
        """Press Approve on the card of this comment."""
        forms = re.findall(r"<form method=\"post\" action=\"/queue/decide\">.*?</form>", self.queue(), re.DOTALL)
        form = next(form for form in forms if comment in form)
        fields = {
            name: html.unescape(value) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="(.*?)">', form)
        }
        button = re.search(r'<button[^>]*name="(\w+)" value="(approve\w*)"', form)
        assert button, form
        answer = self._browser.post(f"{self._up.url}/queue/decide", fields | {button[1]: button[2]}, timeout=60)
        assert answer.ok, answer.text
