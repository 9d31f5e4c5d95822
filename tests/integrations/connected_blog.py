"""A blog with our plugin, and the site in Greenroom that moderates it, for tests."""

import json
from itertools import count
from typing import Any

import httpx

from tests.support.servers import PATIENCE, wait_until
from tests.support.wordpress_plugin import PluginBlog, php_string

#: WordPress refuses duplicate comments, and the tests share one WordPress.
NUMBERS = count(1)
#: Greenroom holds what is sent again and again, so each calm comment says something else.
CALM = (
    "It's what I've \"always\" said: a <em>lovely</em> bridge & a river.",
    "My grandmother sold apples on this square for forty years.",
    "Which tram goes to the museum on Sundays?",
    "The concert last night was wonderful, and the choir sang twice.",
    "I planted tomatoes in April and they are finally turning red.",
    "Thank you for the careful report about the school budget.",
    "We walked around the lake with our dog before breakfast.",
    "The new library opens at nine and has a reading room for children.",
    "Has anybody tried the bakery near the station?",
    "An excellent photograph of the harbour in winter.",
    "The council should publish the minutes of its meetings.",
    "Our football team won its first match since spring.",
    "I learned to repair bicycles in the workshop down the street.",
    "The trains were on time for the whole week.",
    "A short history of the castle would interest many visitors.",
    "This recipe works well with pears instead of plums.",
    "Where can I borrow a ladder for the weekend?",
    "The evening course in pottery still has two places.",
    "Our street looks better since the lime trees were planted.",
    "I counted eleven swans near the old mill today.",
    "The swimming pool reopens after the summer holidays.",
    "A warm welcome to the new teachers of the music school.",
    "The exhibition about early maps surprised my whole family.",
    "Please print the timetable of the night bus as well.",
    "We found the lost cat behind the post office.",
    "The carpenter explained how old windows are mended.",
    "Snow fell on the hills while the valley stayed green.",
    "Her translation of the poem reads like an original.",
)
#: Is held: a person decides whether a telephone number is allowed.
DOUBTFUL = "Call me at +49 30 12345678, it is about the railing of the bridge."
SPAM = "Buy cheap viagra online now!!! <a href='http://pills.example/buy'>Best casino bonus</a> http://pills.example"


class ConnectedBlog:
    """Acts as readers and moderators, here and there."""

    def __init__(self, wordpress: PluginBlog, url: str, key: str) -> None:
        self.wordpress, self.url, self.key = wordpress, url, key
        self.api = httpx.Client(base_url=f"{url}/v1", headers={"Authorization": f"Bearer {key}"}, timeout=60)
        self.secret = ""
        self._calm = iter(CALM)

    def connect(self) -> None:
        self.restore()
        results = self.wordpress.as_admin("return greenroom_connect();")
        assert all(success for success, _ in results), results
        self.secret = self.wordpress.run("return get_option('greenroom_secret');")

    def restore(self) -> None:
        self.wordpress.set_options(greenroom_url=self.url, greenroom_key=self.key, greenroom_secret=self.secret)

    def away(self) -> None:
        """Greenroom does not answer: nothing listens on port 9."""
        self.wordpress.set_options(greenroom_url="http://127.0.0.1:9")

    def comment(self, words: str = "", **fields: str) -> int:
        """Send the form as a new reader, who says something calm unless there are `words`."""
        email = f"dana{next(NUMBERS)}@example.org"
        return self.wordpress.comment(words or next(self._calm), **{"email": email} | fields)

    def insert(self, words: str, *, admin: bool = False, **fields: object) -> int:
        """Write a comment without the form, as the administrator or as nobody."""
        author = {"comment_author": "Ada", "comment_author_email": f"ada{next(NUMBERS)}@example.org", "comment_author_url": ""}
        comment = author | {"comment_post_ID": 1, "comment_content": words, "user_id": int(admin)} | fields
        code = f"return wp_new_comment(json_decode({php_string(json.dumps(comment))}, true));"
        return int(self.wordpress.as_admin(code) if admin else self.wordpress.run(code))

    def state(self, comment: int) -> str:
        return self.wordpress.state(comment)

    def becomes(self, comment: int, state: str) -> None:
        """Wait until the comment has this state in WordPress."""
        look = f"wp_cache_flush(); $state = wp_get_comment_status({comment});"
        wait = f"do {{ {look} }} while ($state !== '{state}' && time() < $until && usleep(50000) === null);"
        assert self.wordpress.run(f"$until = time() + {PATIENCE:.0f}; {wait} return $state;") == state, self.copy(comment)

    def copy(self, comment: int) -> dict[str, Any]:
        """The comment as Greenroom has it."""
        answer = self.api.get(f"/comments/{self.wordpress.meta(comment)['id']}")
        return answer.json() | {"status": answer.status_code}

    def copy_becomes(self, comment: int, state: str) -> None:
        """Wait until the comment has this state in Greenroom."""
        wait_until(lambda: self.copy(comment).get("state") == state, what=f"the state {state} in Greenroom")

    def decide(self, comment: int, decision: str) -> None:
        """Decide as a moderator in Greenroom."""
        answer = self.api.post(f"/comments/{self.copy(comment)['id']}/decision", json={"decision": decision})
        assert answer.status_code == 200, answer.text

    def event(self, comment: int, kind: str, sequence: int) -> dict[str, Any]:
        """A webhook about this comment, as Greenroom would send it."""
        copy = self.copy(comment)
        return {
            "type": f"comment.{kind}",
            "timestamp": "2026-03-01T12:00:00+00:00",
            "data": {"comment": copy, "from": "pending", "to": kind, "sequence": sequence, "by": "moderator"},
        }

    def receive(self, event: dict[str, Any], **options: Any) -> int:
        return self.wordpress.receive(event, **{"secret": self.secret} | options)
