"""A real server and its moderators, for the browser tests, the screenshots and the benchmarks."""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from service.actions.accounts.moderators import add_moderator, give_role, set_preferences
from service.actions.accounts.sign_in import start
from service.actions.sites.sites_and_keys import add_site
from service.setting_sources import load
from service.store.db import migrate
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.web.app import create_app
from tests.support.servers import PATIENCE, free_port

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE = {"viewport": {"width": 1380, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}

#: Runs before every page: records violations of the content security policy, and whether a payload has run.
WATCH = """
window.__refused = [];
document.addEventListener('securitypolicyviolation', (e) => window.__refused.push(`${e.violatedDirective} ${e.blockedURI}`));
window.__ran = 0;
window.alert = window.confirm = window.prompt = () => { window.__ran += 1; };
"""


class Desk:
    """One server with its own database, and its moderators."""

    def __init__(self, app: Flask, address: str, database: Database, chromium: Browser) -> None:
        self.app = app
        self.address = address
        self.database = database
        self._chromium = chromium
        self.troubles: list[str] = []

    def sit_down(
        self, name: str = "Dana", role: Role = Role.ADMIN, *, preferences: dict | None = None, **options: object
    ) -> Page:
        """A page of a signed-in moderator. Errors, CSP violations and failed requests are recorded as troubles."""
        now = datetime.now(UTC)
        with self.database.writing() as session:
            person = add_moderator(session, f"{name.lower()}@news.example", name=name, now=now)
            if not person.role_on_all_sites:
                give_role(session, person, role, site_id=None)
            set_preferences(session, person.id, **(preferences or {}))
            token = start(session, person.id, how="link", user_agent="test", now=now)
        context = self._chromium.new_context(**{**WIDE, **options})
        context.set_default_timeout(PATIENCE * 1000)
        context.add_cookies([{"name": "greenroom", "value": token, "url": self.address}])
        context.add_init_script(WATCH)
        page = context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("console", lambda line: self.troubles.append(f"console: {line.text}") if line.type == "error" else None)
        return page

    def open(self, page: Page, path: str = "/queue") -> Page:
        page.goto(self.address + path)
        return page


def until(page: Page, truth: str) -> None:
    """Wait until this expression is true on the page. Playwright's `wait_for_function` needs `eval`, which the CSP forbids."""
    end = time.monotonic() + PATIENCE
    while not page.evaluate(truth):
        if time.monotonic() > end:
            raise AssertionError(f"never became true: {truth}")
        page.wait_for_timeout(50)


@contextmanager
def browser(*flags: str) -> Iterator[Browser | None]:
    """Debian's Chromium, or None if this machine has none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        yield None
        return
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=[*FLAGS, *flags], timeout=PATIENCE * 1000)
        yield chromium
        chromium.close()


@contextmanager
def opened(chromium: Browser, folder: Path, database_url: str = "", **settings_too: str) -> Iterator[Desk]:
    """A desk whose server runs in this process, on a free port, with these settings, too."""
    port = free_port()
    settings = load(
        {
            "GREENROOM_HOME": str(folder),
            "GREENROOM_SECRET_KEY": "a secret that only the tests know, long enough",
            "PORT": str(port),
            "GREENROOM_DECISION_DELAY": "0",
            **({"DATABASE_URL": database_url} if database_url else {}),
            **settings_too,
        }
    )
    app = create_app(settings)
    database = Database(settings.database)
    migrate.upgrade(database)
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Desk(app, f"http://127.0.0.1:{port}", database, chromium)
    finally:
        # Also after a test that failed: a server that goes on would keep the test run from ending.
        for context in list(chromium.contexts):
            context.close()
        server.shutdown()
        thread.join()
        server.server_close()
        database.close()
        app.extensions["greenroom"].close()
