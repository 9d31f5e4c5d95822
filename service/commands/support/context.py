"""The settings and the database of a command. Bad settings end the command with a one-line message."""

import os
from functools import cache
from pathlib import Path

import click
from sqlalchemy.orm import Session

from service.config import BadSetting, Settings
from service.domain.errors import NotFound
from service.setting_sources import load
from service.store.db.engine import Database
from service.store.db.schema_version import revision
from service.store.tables.sites import Site


@cache
def settings() -> Settings:
    try:
        return load(os.environ)
    except BadSetting as error:
        raise click.ClickException(str(error)) from error


@cache
def database() -> Database:
    """The database of an installation. If nothing is installed there, the command ends with a one-line message, and makes nothing."""
    if not settings().on_sqlite or Path(settings().database.partition("///")[2]).exists():
        with new_database().reading() as session:
            if revision(session) is not None:
                return new_database()
    where = f"in {settings().home}" if settings().on_sqlite else "in the database of DATABASE_URL"
    raise click.ClickException(
        f"nothing is installed {where}: name the folder of Greenroom with GREENROOM_HOME, or start it once with `greenroom up`"
    )


def known_site(session: Session, site_id: str) -> Site:
    """The site of this id. Raises NotFound, which ends the command with its sentence."""
    if (found := session.get(Site, site_id)) is None:
        raise NotFound(f"no site {site_id!r}; `greenroom site list` names them")
    return found


@cache
def new_database() -> Database:
    """The database of the settings, which may be empty or not exist yet."""
    if settings().on_sqlite:
        settings().home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Database.of(settings())
