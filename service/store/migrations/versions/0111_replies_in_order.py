"""The replies to a comment are read in their order, by index."""

import sqlalchemy as sa
from alembic import op

revision = "0111"
down_revision = "0110"
branch_labels = None
depends_on = None

_REPLY = sa.text("parent_id IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_comment_parent", table_name="comment")
    columns = ["parent_id", "state", "received_at", "id"]
    op.create_index("ix_comment_parent", "comment", columns, postgresql_where=_REPLY, sqlite_where=_REPLY)


def downgrade() -> None:
    op.drop_index("ix_comment_parent", table_name="comment")
    op.create_index("ix_comment_parent", "comment", ["parent_id"], postgresql_where=_REPLY, sqlite_where=_REPLY)
