"""When a warned author saw the message.

Revision ID: 0103
Revises: 0102
"""

import sqlalchemy as sa
from alembic import op

from service.store.db.column_types import UtcDateTime

revision = "0103"
down_revision = "0102"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("activity", sa.Column("acknowledged_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("activity", "acknowledged_at")
