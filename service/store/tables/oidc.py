"""Sign-ins that are under way at an OpenID provider."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record


class OidcSignIn(Record):
    """A browser that was sent to the provider. `digest` is the SHA-256 of its cookie; `encrypted` holds nonce, verifier and the
    page to return to.

    With `moderator_id` it is a signed-in moderator who connects their account at the provider with the one here.
    """

    __tablename__ = "oidc_sign_in"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    encrypted: Mapped[str] = mapped_column(Text)
    moderator_id: Mapped[UUID | None] = mapped_column(ForeignKey("moderator.id", ondelete="CASCADE"))
    valid_until: Mapped[datetime]
