"""A test of an endpoint is a delivery without an event; what waits for an endpoint is found by its index.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_DUE = sa.text("state = 'due'")


def upgrade() -> None:
    with op.batch_alter_table("delivery") as batch:
        batch.alter_column("event_id", existing_type=sa.Uuid(), nullable=True)
    op.create_index("ix_delivery_waiting", "delivery", ["endpoint_id", "due_at", "id"], postgresql_where=_DUE, sqlite_where=_DUE)


def downgrade() -> None:
    op.drop_index("ix_delivery_waiting", table_name="delivery")
    op.execute("DELETE FROM delivery WHERE event_id IS NULL")
    with op.batch_alter_table("delivery") as batch:
        batch.alter_column("event_id", existing_type=sa.Uuid(), nullable=False)
