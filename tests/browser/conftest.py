"""Fixtures for browser tests: a real server, and a check of its pages."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.desk import Desk, opened


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
