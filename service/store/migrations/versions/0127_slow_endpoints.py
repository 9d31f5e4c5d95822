"""Endpoints remember how slow their last answer was."""

import sqlalchemy as sa
from alembic import op

revision = "0127"
down_revision = "0125"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("endpoint", sa.Column("slow_milliseconds", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("endpoint", "slow_milliseconds")
