"""Authors complain about their bans, too."""

import sqlalchemy as sa
from alembic import op

revision = "0117"
down_revision = "0116"
branch_labels = None
depends_on = None

BEFORE = sa.text("report_id IS NULL")
AFTER = sa.text("report_id IS NULL AND ban_id IS NULL")


def upgrade() -> None:
    op.add_column("complaint", sa.Column("ban_id", sa.Uuid, nullable=True))
    op.create_index("uq_complaint_ban", "complaint", ["ban_id"], unique=True)
    _restrictions(AFTER)


def downgrade() -> None:
    op.execute("DELETE FROM complaint WHERE ban_id IS NOT NULL")
    _restrictions(BEFORE)
    op.drop_index("uq_complaint_ban", "complaint")
    op.drop_column("complaint", "ban_id")


def _restrictions(which: sa.TextClause) -> None:
    op.drop_index("uq_complaint_restriction", "complaint")
    op.create_index(
        "uq_complaint_restriction", "complaint", ["comment_id", "seq"], unique=True, postgresql_where=which, sqlite_where=which
    )
