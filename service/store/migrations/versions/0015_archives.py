"""Archives: files that old comments were moved into, the names of those comments, and how much of a comment has left."""

import sqlalchemy as sa
from alembic import op

from service.store.db.column_types import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("comment", sa.Column("archived", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "archive",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("erased_until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_archive_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive")),
    )
    op.create_index(op.f("ix_archive_site_id"), "archive", ["site_id"])
    op.create_table(
        "archived_comment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.String(length=512), nullable=True),
        sa.Column("archive_id", sa.Uuid(), nullable=False),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["archive_id"], ["archive.id"], name=op.f("fk_archived_comment_archive_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_archived_comment_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archived_comment")),
    )
    op.create_index("uq_archived_comment_external", "archived_comment", ["site_id", "external_id"], unique=True)


def downgrade() -> None:
    op.drop_table("archived_comment")
    op.drop_table("archive")
    op.drop_column("comment", "archived")
