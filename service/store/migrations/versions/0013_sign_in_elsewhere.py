"""A moderator may be connected with an account at an OpenID provider."""

import sqlalchemy as sa
from alembic import op

from service.store.db.column_types import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("moderator", sa.Column("elsewhere", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_moderator_elsewhere"), "moderator", ["elsewhere"], unique=True)
    op.create_table(
        "sign_in_under_way",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("moderator_id", sa.Uuid(), nullable=True),
        sa.Column("valid_until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["moderator.id"], name=op.f("fk_sign_in_under_way_moderator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sign_in_under_way")),
    )


def downgrade() -> None:
    op.drop_table("sign_in_under_way")
    op.drop_index(op.f("ix_moderator_elsewhere"), table_name="moderator")
    op.drop_column("moderator", "elsewhere")
