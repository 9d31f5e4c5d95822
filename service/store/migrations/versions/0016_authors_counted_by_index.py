"""What became of an author's comments is counted in an index alone, however many there are."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_BEFORE = ["site_id", "author_key", "received_at"]


def upgrade() -> None:
    op.drop_index("ix_comment_author", table_name="comment")
    op.create_index("ix_comment_author", "comment", [*_BEFORE, "state"])


def downgrade() -> None:
    op.drop_index("ix_comment_author", table_name="comment")
    op.create_index("ix_comment_author", "comment", _BEFORE)
