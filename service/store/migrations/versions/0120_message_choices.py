"""Moderators choose what they are told by mail, and have a feed of their queue."""

import sqlalchemy as sa
from alembic import op

from service.store.db.column_types import Json, UtcDateTime

revision = "0120"
down_revision = "0119"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message_choice",
        sa.Column("moderator_id", sa.Uuid(), nullable=False),
        sa.Column("digest_hours", Json, nullable=False),
        sa.Column("old_after", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("digest_due_at", UtcDateTime(), nullable=True),
        sa.Column("old_told_at", UtcDateTime(), nullable=True),
        sa.Column("feed_digest", sa.String(64), nullable=True),
        sa.Column("feed_made_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["moderator.id"], name=op.f("fk_message_choice_moderator_id_moderator"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("moderator_id", name=op.f("pk_message_choice")),
        sa.UniqueConstraint("feed_digest", name=op.f("uq_message_choice_feed_digest")),
    )
    op.create_index(op.f("ix_message_choice_digest_due_at"), "message_choice", ["digest_due_at"])


def downgrade() -> None:
    op.drop_table("message_choice")
