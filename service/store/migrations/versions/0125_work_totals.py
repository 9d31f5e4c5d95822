"""Totals of what the workers have done, for the metrics."""

import sqlalchemy as sa
from alembic import op

from service.store.db.column_types import UtcDateTime

revision = "0125"
down_revision = "0124"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "work_total",
        sa.Column("name", sa.String(48), nullable=False),
        sa.Column("total", sa.Float, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_work_total"),
    )


def downgrade() -> None:
    op.drop_table("work_total")
