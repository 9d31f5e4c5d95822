"""Each key of Akismet's protocol has its own response for held comments."""

import sqlalchemy as sa
from alembic import op

revision = "0114"
down_revision = "0113"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_key", sa.Column("held_is", sa.String(16), nullable=False, server_default="pending"))


def downgrade() -> None:
    op.drop_column("api_key", "held_is")
