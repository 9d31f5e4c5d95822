"""Where a command works: the settings, and the database they name; bad settings end it with one clear line."""

import os
from functools import cache

import click

from service.config import BadSetting, Settings, load
from service.store.db.engine import Database


@cache
def settings() -> Settings:
    try:
        return load(os.environ)
    except BadSetting as error:
        raise click.ClickException(str(error)) from error


@cache
def database() -> Database:
    if settings().on_sqlite:
        settings().home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Database(settings().database)
