"""The house of the embedded start: its data folder, root secret, first site, first key and first moderator."""

import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from service.actions.admit import add_key, add_site
from service.config import Settings
from service.store.comments import Comment
from service.store.engine import Database
from service.store.sites import Scope, Site

#: The site that a first start makes, and its key's place in the data folder.
DEMO = "demo"


@dataclass(frozen=True, slots=True)
class House:
    """What was found, or made. `key` is empty where the demo site's key is not in the data folder."""

    sites: tuple[str, ...]
    comments: int
    key: str
    first_start: bool


def prepare(settings: Settings) -> None:
    """Make the data folder and the root secret where there are none; only their owner may read them."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not settings.secret_key and not (settings.home / "secret.key").exists():
        _keep(settings.home / "secret.key", secrets.token_hex(32))


def open_house(settings: Settings, database: Database) -> House:
    """Find what is there; on the very first start make the site `demo` and a key for it."""
    key_file = settings.home / "demo.key"
    with database.writing() as session:
        sites = tuple(session.scalars(select(Site.id).order_by(Site.id)))
        comments = session.scalar(select(func.count()).select_from(Comment)) or 0
        if sites:
            return House(sites, comments, key_file.read_text().strip() if key_file.exists() else "", first_start=False)
        now = datetime.now(UTC)
        add_site(session, DEMO, origins=[settings.url], now=now)
        _, key = add_key(session, DEMO, scopes=list(Scope), label="made by the first `greenroom up`", now=now)
    _keep(key_file, key)
    return House((DEMO,), 0, key, first_start=True)


def _keep(path: Path, secret: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret + "\n")
