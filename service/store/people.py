"""Moderators, their roles on sites, the links and sessions they sign in with, and their decisions."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.store.schema import Record
from service.store.sites import Site


class Role(StrEnum):
    """What a moderator may do on a site; each role may do what the one before it may."""

    VIEWER = "viewer"
    MODERATOR = "moderator"
    ADMIN = "admin"

    def covers(self, asked: "Role") -> bool:
        """Whether this role may do what is asked of `asked`."""
        order = list(Role)
        return order.index(self) >= order.index(asked)


class Moderator(Record):
    """A person who signs in. `password` is an argon2id hash, empty where there is none.

    `everywhere` is a role on every site, also on those to come; empty where memberships alone count. `second_factor` is the
    sealed secret of an authenticator, which counts from `second_factor_at` on; `second_step` is the last step that was used.
    `elsewhere` is a hash that names the account at an OpenID provider.
    """

    __tablename__ = "moderator"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    password: Mapped[str] = mapped_column(Text, default="")
    everywhere: Mapped[str] = mapped_column(String(16), default="", server_default="")
    preferences: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    second_factor: Mapped[str] = mapped_column(Text, default="", server_default="")
    second_factor_at: Mapped[datetime | None]
    elsewhere: Mapped[str | None] = mapped_column(String(64), index=True, unique=True)
    second_step: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
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
    """A one-time link: only its SHA-256 is kept, and it is gone once used."""

    __tablename__ = "sign_in_link"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id", ondelete="CASCADE"), index=True)
    valid_until: Mapped[datetime]


class BrowserSession(Record):
    """A signed-in browser: only the SHA-256 of its cookie is kept."""

    __tablename__ = "browser_session"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id", ondelete="CASCADE"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class Decision(Record):
    """What a person did with a comment: from which state to which, why, and which decision it takes back.

    Exactly one of `moderator_id` and `key_id` is set. `batch_id` joins what was done in one gesture.
    """

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_site", "site_id", "at", "id"),
        Index("ix_decision_moderator", "moderator_id", "at", "id"),
        UniqueConstraint("comment_id", "version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    moderator_id: Mapped[UUID | None] = mapped_column(ForeignKey("moderator.id", ondelete="SET NULL"))
    key_id: Mapped[UUID | None]
    batch_id: Mapped[UUID | None] = mapped_column(index=True)
    from_state: Mapped[str] = mapped_column(String(16))
    to_state: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    reason: Mapped[str] = mapped_column(String(64), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    undoes: Mapped[UUID | None]
    at: Mapped[datetime]


class Escalation(Record):
    """A held comment that a moderator wants somebody to look at: `to_id`, or whoever has `to_role` where that is not set.

    It leaves the queue and waits under a tab of its own.
    """

    __tablename__ = "escalation"

    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"), primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), index=True)
    moderator_id: Mapped[UUID | None] = mapped_column(ForeignKey("moderator.id", ondelete="SET NULL"))
    to_id: Mapped[UUID | None]
    to_role: Mapped[str] = mapped_column(String(16), default=Role.ADMIN, server_default=Role.ADMIN.value)
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]


class Note(Record):
    """A word to colleagues, pinned to a comment. Hosts and authors never see it."""

    __tablename__ = "note"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"), index=True)
    moderator_id: Mapped[UUID | None] = mapped_column(ForeignKey("moderator.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class Lease(Record):
    """Who has a held comment on the screen, until when. It orders the work of several moderators and blocks nobody."""

    __tablename__ = "queue_lease"

    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"), primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), index=True)
    moderator_id: Mapped[UUID] = mapped_column(ForeignKey("moderator.id", ondelete="CASCADE"), index=True)
    until: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The moderator behind a browser session, with the roles that count at this moment."""

    moderator: Moderator
    session: BrowserSession
    roles: dict[str, Role]


def signed_in(session: Session, digest: str, *, seen_after: datetime, made_after: datetime) -> SignedIn | None:
    """Who holds the session with this SHA-256; none where it is unknown, idle since `seen_after` or older than `made_after`."""
    row = session.execute(
        select(BrowserSession, Moderator)
        .join(Moderator, Moderator.id == BrowserSession.moderator_id)
        .where(
            BrowserSession.digest == digest,
            BrowserSession.seen_at > seen_after,
            BrowserSession.created_at > made_after,
            Moderator.disabled_at.is_(None),
        )
    ).one_or_none()
    return SignedIn(row.Moderator, row.BrowserSession, roles_of(session, row.Moderator)) if row else None


def shown_name(person: type[Moderator] = Moderator) -> Any:
    """What colleagues see of a moderator: the name, else the address."""
    return func.coalesce(func.nullif(person.name, ""), person.email, "")


def roles_of(session: Session, moderator: Moderator) -> dict[str, Role]:
    """Site id -> role, the sites in alphabetical order. The stronger of both counts where a role everywhere meets a membership."""
    members = session.execute(select(Membership.site_id, Membership.role).where(Membership.moderator_id == moderator.id)).all()
    roles = {site_id: Role(role) for site_id, role in members}
    if moderator.everywhere:
        everywhere = Role(moderator.everywhere)
        for site_id in session.scalars(select(Site.id)):
            if not roles.get(site_id, Role.VIEWER).covers(everywhere):
                roles[site_id] = everywhere
            roles.setdefault(site_id, everywhere)
    return dict(sorted(roles.items()))


def moderator_with(session: Session, email: str) -> Moderator | None:
    """The moderator with this address, in whatever case it is written."""
    return session.scalar(select(Moderator).where(Moderator.email == email.strip().casefold()))


def locked(session: Session, moderator_id: UUID) -> Moderator | None:
    """The account as it is now, held until the transaction ends. On SQLite the write lock holds it.

    What opens a session and what ends sessions both take this lock first, so that neither misses the other.
    """
    query = select(Moderator).where(Moderator.id == moderator_id).with_for_update(key_share=True)
    return session.scalar(query.execution_options(populate_existing=True))


def browsers_of(session: Session, moderator_id: UUID) -> list[BrowserSession]:
    """The browsers in which a moderator is signed in, the last one seen first."""
    found = select(BrowserSession).where(BrowserSession.moderator_id == moderator_id).order_by(BrowserSession.seen_at.desc())
    return list(session.scalars(found))
