"""Replies are found by their parent, and a key says what it is for."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_REPLY = sa.text("parent_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("api_key", sa.Column("kind", sa.String(length=16), server_default="api", nullable=False))
    op.create_index("ix_comment_parent", "comment", ["parent_id"], postgresql_where=_REPLY, sqlite_where=_REPLY)


def downgrade() -> None:
    op.drop_index("ix_comment_parent", table_name="comment")
    op.drop_column("api_key", "kind")
