"""A comment's neighbours are found by indexes that begin with what is rare, and an author's past is counted in one alone."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_BEFORE = {
    "ix_comment_author": ["site_id", "author_key", "received_at"],
    "ix_comment_address": ["site_id", "address_key", "received_at"],
    "ix_comment_fingerprint": ["site_id", "fingerprint", "state", "received_at", "id"],
}
_NOW = {
    "ix_comment_author": ["author_key", "site_id", "received_at", "state"],
    "ix_comment_address": ["address_key", "site_id", "received_at"],
    "ix_comment_fingerprint": ["fingerprint", "site_id", "received_at", "thread_id"],
}
_HELD = sa.text("state = 'held'")


def upgrade() -> None:
    _build(_NOW)
    same = ["fingerprint", "site_id", "received_at", "id"]
    op.create_index("ix_comment_same", "comment", same, postgresql_where=_HELD, sqlite_where=_HELD)


def downgrade() -> None:
    op.drop_index("ix_comment_same", table_name="comment")
    _build(_BEFORE)


def _build(indexes: dict[str, list[str]]) -> None:
    for name, columns in indexes.items():
        op.drop_index(name, table_name="comment")
        op.create_index(name, "comment", columns)
