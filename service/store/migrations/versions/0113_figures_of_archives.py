"""An archive knows the figures of what was moved into it."""

import sqlalchemy as sa
from alembic import op

from service.store.db.column_types import Json

revision = "0113"
down_revision = "0112"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("archive", sa.Column("figures", Json, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("archive", "figures")
