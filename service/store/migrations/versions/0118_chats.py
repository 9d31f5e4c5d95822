"""Endpoints may be chats that people read."""

import sqlalchemy as sa
from alembic import op

from service.store.db.column_types import UtcDateTime

revision = "0118"
down_revision = "0117"
branch_labels = None
depends_on = None

COLUMNS = ("template", "shows_words", "old_after", "old_told_at")


def upgrade() -> None:
    op.add_column("endpoint", sa.Column("template", sa.Text, nullable=False, server_default=""))
    op.add_column("endpoint", sa.Column("shows_words", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("endpoint", sa.Column("old_after", sa.Integer, nullable=False, server_default="0"))
    op.add_column("endpoint", sa.Column("old_told_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("endpoint", name)
