"""The queue by priority and its near-duplicates are found by index alone, at any size."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_HELD = sa.text("state = 'held'")


def upgrade() -> None:
    op.drop_index("ix_comment_fingerprint", table_name="comment")
    op.create_index("ix_comment_fingerprint", "comment", ["site_id", "fingerprint", "state", "received_at", "id"])
    op.drop_index("ix_comment_priority", table_name="comment")
    columns: list[str | sa.TextClause] = ["site_id", sa.text("score DESC"), "received_at", "id"]
    op.create_index("ix_comment_priority", "comment", columns, postgresql_where=_HELD, sqlite_where=_HELD)


def downgrade() -> None:
    op.drop_index("ix_comment_priority", table_name="comment")
    op.create_index("ix_comment_priority", "comment", ["site_id", "score"], postgresql_where=_HELD, sqlite_where=_HELD)
    op.drop_index("ix_comment_fingerprint", table_name="comment")
    op.create_index("ix_comment_fingerprint", "comment", ["site_id", "fingerprint", "received_at"])
