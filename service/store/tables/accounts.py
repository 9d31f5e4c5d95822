"""Moderators, their roles on sites, and the links and browser sessions that they sign in with."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint, false, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.store.db.column_types import Record


class Role(StrEnum):
    """What a moderator may do on a site; each role may do what the one before it may."""

    VIEWER = "viewer"
    MODERATOR = "moderator"
    ADMIN = "admin"

    def covers(self, asked: "Role") -> bool:
        """Whether this role may do everything that the role `asked` may do."""
        order = list(Role)
        return order.index(self) >= order.index(asked)


class Moderator(Record):
    """A person who signs in. `password` is an argon2id hash, empty if there is none.

    `role_on_all_sites` is a role on every site, also on future ones; empty if only memberships count. `totp_secret` is the
    encrypted secret of an authenticator app, in force from `totp_enabled_at` on; `totp_last_step` is the last TOTP step that was
    used. `oidc_account` is a hash that identifies the account at an OpenID provider.
    """

    __tablename__ = "moderator"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    password: Mapped[str] = mapped_column(Text, default="")
    role_on_all_sites: Mapped[str] = mapped_column(String(16), default="", server_default="")
    preferences: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    totp_secret: Mapped[str] = mapped_column(Text, default="", server_default="")
    totp_enabled_at: Mapped[datetime | None]
    oidc_account: Mapped[str | None] = mapped_column(String(64), index=True, unique=True)
    totp_last_step: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Membership(Record):
    """A moderator's role on one site."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("moderator_id", "site_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id", ondelete="CASCADE"))
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(16))


class SignInLink(Record):
    """A one-time link: only its SHA-256 is stored, and the row is deleted once the link is used.

    `by_mail`: the moderator asked for it by mail, perhaps because somebody else uses the account. It ends the other sessions.
    """

    __tablename__ = "sign_in_link"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id", ondelete="CASCADE"), index=True)
    valid_until: Mapped[datetime]
    by_mail: Mapped[bool] = mapped_column(default=False, server_default=false())


class BrowserSession(Record):
    """A signed-in browser: only the SHA-256 of its cookie is stored. `method` is how the moderator signed in, such as
    "password, code"; `zone` is the time zone of the browser."""

    __tablename__ = "browser_session"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id", ondelete="CASCADE"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    method: Mapped[str] = mapped_column(String(40), default="", server_default="")
    zone: Mapped[str] = mapped_column(String(64), default="", server_default="")


class KeptForm(Record):
    """A form that came after its session had ended. It is encrypted, and shown to the same moderator when they have signed in
    again. `digest` is the SHA-256 of the token in its address."""

    __tablename__ = "kept_form"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id", ondelete="CASCADE"), index=True)
    encrypted: Mapped[str] = mapped_column(Text)
    valid_until: Mapped[datetime]


def locked(session: Session, moderator_id: UUID) -> Moderator | None:
    """The account as it is now, with a row lock until the transaction ends. On SQLite the write lock of the transaction has the
    same effect.

    Code that opens a session and code that ends sessions take this lock first. Otherwise a session could be opened at the moment
    when all are ended, and stay open.
    """
    query = select(Moderator).where(Moderator.id == moderator_id).with_for_update(key_share=True)
    return session.scalar(query.execution_options(populate_existing=True))
