"""Fixtures for browser tests: a real Chromium and a real server."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.desk import Desk, browser, opened
from tests.support.servers import PATIENCE

expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser per test file. Playwright keeps an event loop running in its thread, and other test files have their own."""
    with browser() as found:
        if found is None:
            pytest.skip("Chromium is not to be had on this machine")
        yield found


@pytest.fixture
def desk(chromium: Browser, sqlite_template: Path, tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "greenroom.db").write_bytes(sqlite_template.read_bytes())
    with opened(chromium, tmp_path) as desk:
        yield desk


@pytest.fixture
def calm(desk: Desk) -> Iterator[Callable[[Page], None]]:
    """Collects errors of the pages. At the end there must be none."""

    def check(page: Page) -> None:
        assert page.evaluate("[window.__refused, window.__ran]") == [[], 0]

    yield check
    assert desk.troubles == []
