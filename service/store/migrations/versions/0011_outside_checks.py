"""Outside checks that sites set up, with their budgets and breakers."""

import sqlalchemy as sa
from alembic import op

from service.store.db.column_types import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outside_check",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("asks", sa.String(16), nullable=False),
        sa.Column("unanswered", sa.String(16), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("per_day", sa.Integer(), nullable=False),
        sa.Column("per_month", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.String(10), nullable=False),
        sa.Column("asked_today", sa.Integer(), nullable=False),
        sa.Column("asked_this_month", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("probe_at", UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("told_until", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_outside_check_site_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("site_id", "name", name="pk_outside_check"),
    )


def downgrade() -> None:
    op.drop_table("outside_check")
