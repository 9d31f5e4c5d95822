"""A complaint knows the decision that reversed what it is about."""

import sqlalchemy as sa
from alembic import op

revision = "0108"
down_revision = "0107"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("complaint", sa.Column("decision_id", sa.Uuid(), nullable=True))
    op.create_index("ix_complaint_decision", "complaint", ["decision_id"])


def downgrade() -> None:
    op.drop_index("ix_complaint_decision", "complaint")
    op.drop_column("complaint", "decision_id")
