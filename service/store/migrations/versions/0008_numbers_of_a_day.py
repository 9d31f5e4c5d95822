"""What the charts show of each day, and the events of a site by time."""

import sqlalchemy as sa
from alembic import op

from service.store.db.column_types import Json, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "day_numbers",
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("numbers", Json, nullable=False),
        sa.Column("counted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_day_numbers_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("site_id", "day", name=op.f("pk_day_numbers")),
    )
    op.create_index("ix_event_site", "event", ["site_id", "at"])
    op.drop_index("ix_event_site_id", table_name="event")


def downgrade() -> None:
    op.create_index("ix_event_site_id", "event", ["site_id"])
    op.drop_index("ix_event_site", table_name="event")
    op.drop_table("day_numbers")
