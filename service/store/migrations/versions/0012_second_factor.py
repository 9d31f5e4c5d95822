"""Moderators may have a second factor; a sign-in that waits for its code is no session."""

import sqlalchemy as sa
from alembic import op

from service.store.db.column_types import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("moderator", sa.Column("second_factor", sa.Text(), server_default="", nullable=False))
    op.add_column("moderator", sa.Column("second_factor_at", UtcDateTime(), nullable=True))
    op.add_column("moderator", sa.Column("second_step", sa.BigInteger(), server_default="0", nullable=False))
    op.create_table(
        "recovery_code",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("moderator_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["moderator.id"], name=op.f("fk_recovery_code_moderator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_moderator_id"), "recovery_code", ["moderator_id"])
    op.create_table(
        "half_sign_in",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("moderator_id", sa.Uuid(), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("valid_until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["moderator.id"], name=op.f("fk_half_sign_in_moderator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_half_sign_in")),
    )
    op.create_index(op.f("ix_half_sign_in_moderator_id"), "half_sign_in", ["moderator_id"])


def downgrade() -> None:
    op.drop_table("half_sign_in")
    op.drop_table("recovery_code")
    for name in ("second_step", "second_factor_at", "second_factor"):
        op.drop_column("moderator", name)
