"""The settings and the database of a command. Bad settings end the command with a one-line message."""

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
