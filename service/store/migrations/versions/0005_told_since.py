"""An endpoint knows since when it has been told of what it is told of now."""

import sqlalchemy as sa
from alembic import op

from service.store.db.column_types import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("endpoint", sa.Column("since", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("endpoint", "since")
