"""Fixtures that run commands in this process, with the test's own settings."""

import gc
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service.cli import main
from service.commands.support import context
from service.config import Settings
from service.store.db.engine import Database
from tests.support.old_installation import House, old_house

Greenroom = Callable[..., Result]


def run_command(*words: str, **more: Any) -> Result:
    """Run a command in this process. What earlier tests left open is not collected meanwhile: its warning would be in the output."""
    gc.disable()
    try:
        return CliRunner().invoke(main, words, **more)
    finally:
        gc.enable()


@pytest.fixture
def greenroom(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Greenroom:
    """Run a command, with these settings or on another database."""

    def run(*words: str, on: str = settings.database) -> Result:
        monkeypatch.setenv("GREENROOM_HOME", str(settings.home))
        monkeypatch.setenv("GREENROOM_SECRET_KEY", settings.secret)
        monkeypatch.setenv("DATABASE_URL", on)
        context.settings.cache_clear()
        context.database.cache_clear()
        context.new_database.cache_clear()
        try:
            return run_command(*words)
        finally:
            context.new_database().close()
            context.new_database.cache_clear()
            context.database.cache_clear()
            context.settings.cache_clear()

    return run


@pytest.fixture
def house(settings: Settings, database: Database) -> House:
    """An old installation, whose comments can go into an archive."""
    return old_house(settings, database)
