"""Sign-ins that are under way at an OpenID provider."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record


class OidcSignIn(Record):
    """Somebody was sent to the provider. `digest` is of the cookie that the browser keeps; `sealed` holds nonce, verifier and goal.

    With `moderator_id` it is somebody signed in already, who wants to connect the account there with the one here.
    """

    __tablename__ = "sign_in_under_way"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[str] = mapped_column(Text)
    moderator_id: Mapped[UUID | None] = mapped_column(ForeignKey("moderator.id", ondelete="CASCADE"))
    valid_until: Mapped[datetime]
