"""A verdict says what rules in shadow would have held it for."""

import sqlalchemy as sa
from alembic import op

from service.store.db.column_types import Json

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("verdict", sa.Column("shadow", Json, server_default=sa.text("'[]'"), nullable=False))


def downgrade() -> None:
    op.drop_column("verdict", "shadow")
