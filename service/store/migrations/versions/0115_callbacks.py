"""An endpoint may be the callback of a blog with Akismet's plugin."""

import sqlalchemy as sa
from alembic import op

revision = "0115"
down_revision = "0114"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("endpoint", sa.Column("kind", sa.String(16), nullable=False, server_default="webhook"))


def downgrade() -> None:
    op.drop_column("endpoint", "kind")
