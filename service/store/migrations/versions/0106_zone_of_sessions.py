"""A session knows the time zone of its browser."""

import sqlalchemy as sa
from alembic import op

revision = "0106"
down_revision = "0105"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("browser_session", sa.Column("zone", sa.String(64), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("browser_session", "zone")
