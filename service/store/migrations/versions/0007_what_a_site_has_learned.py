"""What a site has learned: its own model, how that did, and the lease of whoever makes the next one."""

import sqlalchemy as sa
from alembic import op

from service.store.db.column_types import Json, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "site_model",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=True),
        sa.Column("last_at", UtcDateTime(), nullable=True),
        sa.Column("labels", sa.Integer(), nullable=False),
        sa.Column("weights", sa.Text(), nullable=False),
        sa.Column("record", Json, nullable=False),
        sa.Column("believed", sa.Boolean(), nullable=False),
        sa.Column("learning_until", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_site_model_site_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("site_id", name="pk_site_model"),
    )


def downgrade() -> None:
    op.drop_table("site_model")
