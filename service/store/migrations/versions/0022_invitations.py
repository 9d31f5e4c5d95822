"""A role beyond an account's sites waits in an invitation until the account accepts it.

A table of its own: as a column of `membership` every question about roles would have to leave the waiting ones out, also those of
the version before, and as a column of `sign_in_link` that version would take an invitation for a link that signs in.
"""

import sqlalchemy as sa
from alembic import op

from service.store.db.column_types import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("moderator_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("signed_in", sa.Boolean(), nullable=False),
        sa.Column("valid_until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderator.id"], name=op.f("fk_invitation_moderator_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_invitation_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("digest", "site_id", name=op.f("uq_invitation_digest_site_id")),
    )
    op.create_index(op.f("ix_invitation_moderator_id"), "invitation", ["moderator_id"])
    op.create_index(op.f("ix_invitation_site_id"), "invitation", ["site_id"])


def downgrade() -> None:
    op.drop_table("invitation")
