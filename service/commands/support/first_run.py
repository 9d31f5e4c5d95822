"""The first start of `greenroom up`: makes the data folder, root secret, demo site, its API key and the first moderator."""

import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.actions.accounts.moderators import add_moderator, give_role
from service.actions.accounts.sign_in import new_link
from service.actions.sites.sites_and_keys import add_key, add_site
from service.clock import utcnow
from service.config import Settings
from service.domain.origins import origin_of
from service.store.accounts.moderators import moderator_with
from service.store.db.engine import Database
from service.store.lifecycle.installation import is_resting
from service.store.tables.accounts import BrowserSession, Moderator, Role
from service.store.tables.comments import Comment
from service.store.tables.sites import Scope, Site

#: The demo site, the file of its key in the data folder, and the first moderator.
DEMO = "demo"
KEY_FILE = "demo.key"
ADMIN = "admin@localhost"


@dataclass(frozen=True, slots=True)
class Installation:
    """The installation, found or newly made. `key` is the API key of the demo site; empty if its file is not in the data folder.
    `sign_in` is the first moderator's sign-in link; empty once any moderator has signed in."""

    sites: tuple[str, ...]
    comments: int
    key: str
    sign_in: str
    first_start: bool
    #: Nothing is judged or sent, because a backup was restored.
    rests: bool


def prepare(settings: Settings) -> None:
    """Make the data folder and the root secret if they are missing. Only their owner may read them."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not settings.secret_key and not (settings.home / "secret.key").exists():
        _keep(settings.home / "secret.key", secrets.token_hex(32))


def open_installation(settings: Settings, database: Database) -> Installation:
    """Open the installation. On the first start, make the site `demo`, a key for it and the first moderator."""
    now = utcnow()
    with database.writing() as session:
        sites = tuple(session.scalars(select(Site.id).order_by(Site.id)))
        comments = session.scalar(select(func.count()).select_from(Comment)) or 0
        key = _kept_key(settings.home) if sites else _add_demo_site(session, settings, now)
        sign_in = _first_link(session, settings, now)
        rests = is_resting(session)
    if not sites:
        _keep(settings.home / KEY_FILE, key)
    return Installation(sites or (DEMO,), comments, key, sign_in, first_start=not sites, rests=rests)


def _add_demo_site(session: Session, settings: Settings, now: datetime) -> str:
    add_site(session, DEMO, origins=[origin_of(settings.url)], now=now)
    return add_key(session, DEMO, scopes=list(Scope), label="made by the first `greenroom up`", now=now)[1]


def _first_link(session: Session, settings: Settings, now: datetime) -> str:
    """A new sign-in link for the first moderator. Each start makes one until someone has signed in, because an earlier link may
    be lost."""
    if session.scalar(select(BrowserSession.digest).limit(1)) or session.scalar(
        select(Moderator.id).where((Moderator.password != "") | (Moderator.email != ADMIN)).limit(1)
    ):
        return ""
    moderator = moderator_with(session, ADMIN)
    if moderator is None:
        moderator = add_moderator(session, ADMIN, name="Admin", now=now)
        give_role(session, moderator, Role.ADMIN, site_id=None)
    token = new_link(session, moderator.id, now=now, valid=timedelta(seconds=settings.link_valid))
    return f"{settings.url}/sign-in/{token}"


def _kept_key(home: Path) -> str:
    file = home / KEY_FILE
    return file.read_text(encoding="ascii").strip() if file.exists() else ""


def _keep(path: Path, secret: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret + "\n")
