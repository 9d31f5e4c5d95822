"""An editor's walk through a running Greenroom (`make demo`) in Chromium, with a picture of each step, wide and on a phone.

`python -m bench.editors_walk http://localhost:8000 FOLDER`, with GREENROOM_HOME as of that Greenroom. A reader reports a comment without an
account and gets the decision; the author complains, and another person reverses it; a spammer is banned and 20 published comments
are removed; a rule is tried and turned on; the yearly report opens as a table.
"""

import csv
import io
import json
import secrets
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.support.desk import PHONE, WIDE, browser
from tests.support.reader import fill_report, send_report

GREENROOM = Path(sys.executable).parent / "greenroom"
SITE = "demo"


class Walk:
    """One walk on a screen of one size. `look` names its pictures."""

    def __init__(self, address: str, folder: Path, chromium: Browser, look: str, options: dict[str, object]) -> None:
        self.address, self.folder, self.chromium, self.look, self.options = address, folder, chromium, look, options
        self.number = 0
        # Told apart from the comments of an earlier walk.
        self.tag = f"{look}{secrets.token_hex(2)}"
        self.key = _greenroom("key", "add", SITE, "--scope", "submit", "--scope", "read", "--scope", "moderate", "--json")["key"]

    def picture(self, page: Page, what: str) -> None:
        self.number += 1
        page.screenshot(path=self.folder / f"{self.look}-{self.number:02}-{what}.png", full_page=True)
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        print(f"{self.look} {self.number:02} {what}{f': {wider} px too wide' if wider > 0 else ''}")

    def person(self, name: str = "") -> Page:
        """A page of a moderator, or of a reader without an account."""
        page = self.chromium.new_context(**self.options).new_page()  # type: ignore[arg-type]
        page.set_default_timeout(15_000)
        if name:
            added = _greenroom(
                "user", "add", f"{name}-{self.tag}@news.example", "--role", "admin", "--name", name.title(), "--json"
            )
            page.goto(added["link"])
            page.locator("main button").first.click()
            page.wait_for_load_state()
        return page

    def post(self, text: str, author: str, *, thread: str = "walk") -> dict[str, object]:
        body = {
            "thread": {"id": thread, "url": f"{self.address}/{thread}", "title": "Council approves cycle path"},
            "author": {"name": author, "id": f"{author}-{self.tag}"},
            "text": text,
        }
        return self.api("/v1/comments", body)

    def api(self, path: str, body: dict[str, object] | None = None) -> dict[str, object]:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", "Prefer": "wait=20"}
        sent = json.dumps(body).encode() if body else None
        with urllib.request.urlopen(urllib.request.Request(self.address + path, sent, headers), timeout=60) as answer:
            return dict(json.loads(answer.read()))

    def publish(self, text: str, author: str) -> str:
        comment = str(self.post(text, author)["id"])
        if self.api(f"/v1/comments/{comment}")["state"] != "approved":
            self.api(f"/v1/comments/{comment}/decision", {"decision": "approve"})
        return comment

    def walk(self) -> None:
        dana, sam = self.person("dana"), self.person("sam")
        self.report_and_complaint(dana, sam)
        self.find_and_answer(dana)
        self.spammer(dana)
        self.rule(dana)
        self.yearly(dana)

    def report_and_complaint(self, dana: Page, sam: Page) -> None:
        """A reader reports without an account and reads the decision; the author complains, and Sam reverses what Dana decided."""
        comment = self.publish(f"The mayor has never built anything that lasted ({self.tag}).", "Tom")
        reader = self.person()
        reader.goto(f"{self.address}/report/{comment}")
        fill_report(reader)
        self.picture(reader, "report-form")
        send_report(reader)
        dana.goto(f"{self.address}/queue/reported?site={SITE}")
        self.picture(dana, "reported")
        card = dana.locator(".report-card", has_text=self.tag).first
        card.get_by_role("button", name="Remove the comment").click()
        expect(dana.get_by_role("status").first).to_contain_text("The comment is removed.")
        reader.reload()
        expect(reader.get_by_role("status")).to_contain_text("The comment was removed.")
        self.picture(reader, "report-decided")
        statement = self.api(f"/v1/comments/{comment}")["statement"]
        author = self.person()
        author.goto(statement["redress"]["complaint_url"])  # type: ignore[index]
        author.get_by_label("Why is the decision wrong?").fill("It is an opinion about his work.")
        self.picture(author, "statement")
        author.get_by_role("button", name="Send the complaint").click()
        sam.goto(f"{self.address}/queue/complaints?site={SITE}")
        complaint = sam.locator(".report-card", has_text=self.tag).first
        complaint.get_by_label("Message with the decision").fill("You are right: this is an opinion.")
        self.picture(sam, "complaints")
        complaint.get_by_role("button", name="publish the comment again").click()
        expect(sam.get_by_role("status").first).to_contain_text("The decision is reversed.")
        self.picture(sam, "complaint-reversed")
        author.reload()
        expect(author.locator("body")).to_contain_text("You are right: this is an opinion.")
        self.picture(author, "complaint-answer")

    def find_and_answer(self, dana: Page) -> None:
        """A reader asks where their comment is: found by its words, approved, and answered."""
        words = f"Where can one see the plans of the quay {self.tag}?"
        comment = str(self.post(words, "Ines")["id"])
        self.api(f"/v1/comments/{comment}/decision", {"decision": "reject", "reason": "off_topic"})
        dana.goto(f"{self.address}/search?site={SITE}")
        dana.get_by_role("searchbox").fill(f"plans of the quay {self.tag}")
        dana.keyboard.press("Enter")
        dana.get_by_text(words).wait_for()
        self.picture(dana, "search")
        dana.locator('input[name="comment"]').first.check()
        dana.locator('button[value="approve"]').first.click()
        dana.get_by_role("status").first.wait_for()
        dana.goto(f"{self.address}/queue/comments/{comment}?site={SITE}")
        dana.locator('#reply textarea[name="text"], details:has(#reply) summary').first.click()
        dana.locator('#reply textarea[name="text"]').fill("They hang in the town hall until Friday.")
        dana.locator("#reply button.main").click()
        dana.wait_for_load_state()
        self.picture(dana, "answered")

    def spammer(self, dana: Page) -> None:
        """Ban a spammer and remove 20 published comments, in four clicks from a card."""
        first = [self.publish(f"Number {n}: my cousin sells bicycles near the {self.tag} bridge.", "Bargain") for n in range(20)]
        dana.goto(f"{self.address}/queue?site={SITE}&tab=approved&words=cousin")
        dana.locator(".card", has_text=self.tag).locator(".author-link").first.click()
        dana.locator('input[name="remove"][value="published"]').check()
        dana.locator('input[name="for"][value="7d"]').check()
        self.picture(dana, "ban")
        dana.locator('button[value="ban"]').click()
        dana.get_by_text("The author is banned").wait_for()
        self.picture(dana, "banned")
        states = {self.api(f"/v1/comments/{comment}")["state"] for comment in first}
        assert states == {"rejected"}, states
        assert self.api(f"/v1/comments/{first[0]}")["author_statement"]

    def rule(self, dana: Page) -> None:
        """Write a rule, see what it would have met, and turn it on."""
        dana.goto(f"{self.address}/settings/custom-rules?site={SITE}")
        dana.locator('select[name="about"]').select_option("words")
        dana.locator('.condition input[name="value"]').fill(f"lottery, casino, {self.tag}")
        self.picture(dana, "rule")
        dana.get_by_role("button", name="Test on recent comments").click()
        dana.get_by_role("button", name="Turn on").wait_for()
        self.picture(dana, "rule-tried")
        dana.get_by_role("button", name="Turn on").click()
        dana.get_by_text("Saved. This applies to new comments.").wait_for()
        self.picture(dana, "rule-on")

    def yearly(self, dana: Page) -> None:
        """The yearly report: each file is a table whose rows all have the columns of its head."""
        dana.goto(f"{self.address}/settings/reports?site={SITE}")
        self.picture(dana, "yearly")
        with dana.expect_download() as download:
            dana.get_by_role("button", name="Download as ZIP").click()
        with zipfile.ZipFile(download.value.path()) as packed:
            for name in packed.namelist():
                rows = list(csv.reader(io.StringIO(packed.read(name).decode("utf-8"))))
                assert len({len(row) for row in rows}) == 1, name
                print(f"{self.look} {name}: {len(rows)} rows of {len(rows[0])} columns")


def _greenroom(*arguments: str) -> dict[str, str]:
    return dict(json.loads(subprocess.run([GREENROOM, *arguments], check=True, capture_output=True, text=True).stdout))


def main() -> None:
    address, folder = sys.argv[1].rstrip("/"), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    with browser() as chromium:
        if chromium is None:
            raise SystemExit("Chromium is not to be had on this machine")
        for look, options in (("wide", {**WIDE}), ("phone", {**PHONE, "color_scheme": "dark"})):
            Walk(address, folder, chromium, look, {**options, "accept_downloads": True, "locale": "en-GB"}).walk()


if __name__ == "__main__":
    main()
