"""What the queue page keeps: preferences, roles everywhere, escalations, notes, leases, and its two orders."""

import sqlalchemy as sa
from alembic import op

from service.store.db.column_types import Json, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_HELD = sa.text("state = 'held'")


def upgrade() -> None:
    op.add_column("moderator", sa.Column("everywhere", sa.String(length=16), server_default="", nullable=False))
    op.add_column("moderator", sa.Column("preferences", Json, server_default=sa.text("'{}'"), nullable=False))
    op.create_index("ix_comment_priority", "comment", ["site_id", "score"], postgresql_where=_HELD, sqlite_where=_HELD)
    op.create_index(
        "ix_comment_held_thread",
        "comment",
        ["site_id", "thread_id", "received_at", "id"],
        postgresql_where=_HELD,
        sqlite_where=_HELD,
    )
    op.create_table(
        "escalation",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.Column("moderator_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_escalation_comment_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderator.id"], name=op.f("fk_escalation_moderator_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_escalation_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_escalation")),
    )
    op.create_index(op.f("ix_escalation_site_id"), "escalation", ["site_id"])
    op.create_table(
        "note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("moderator_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_note_comment_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderator.id"], name=op.f("fk_note_moderator_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_note_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index(op.f("ix_note_comment_id"), "note", ["comment_id"])
    op.create_table(
        "queue_lease",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.Column("moderator_id", sa.Uuid(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_queue_lease_comment_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderator.id"], name=op.f("fk_queue_lease_moderator_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_queue_lease_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_queue_lease")),
    )
    op.create_index(op.f("ix_queue_lease_moderator_id"), "queue_lease", ["moderator_id"])
    op.create_index(op.f("ix_queue_lease_site_id"), "queue_lease", ["site_id"])


def downgrade() -> None:
    for table in ("queue_lease", "note", "escalation"):
        op.drop_table(table)
    op.drop_index("ix_comment_held_thread", table_name="comment")
    op.drop_index("ix_comment_priority", table_name="comment")
    op.drop_column("moderator", "preferences")
    op.drop_column("moderator", "everywhere")
