"""A key may sign requests: its secret is stored, encrypted."""

import sqlalchemy as sa
from alembic import op

revision = "0123"
down_revision = "0120"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_key", sa.Column("secret", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("api_key", "secret")
