"""A reporter can be warned and suspended."""

import sqlalchemy as sa
from alembic import op

from service.store.db.column_types import UtcDateTime

revision = "0116"
down_revision = "0115"
branch_labels = None
depends_on = None

SUSPENDED = sa.text("suspended_until IS NOT NULL")
TIMES = ("warned_at", "suspended_at", "suspended_until")


def upgrade() -> None:
    for name in TIMES:
        op.add_column("report", sa.Column(name, UtcDateTime(), nullable=True))
    op.add_column("report", sa.Column("sanction", sa.Text, nullable=False, server_default=""))
    op.create_index(
        "ix_report_suspended", "report", ["site_id", "suspended_until"], postgresql_where=SUSPENDED, sqlite_where=SUSPENDED
    )


def downgrade() -> None:
    op.drop_index("ix_report_suspended", "report")
    for name in ("sanction", *TIMES):
        op.drop_column("report", name)
