"""Mails wait in a table until they are sent; a link that was sent by mail ends the other sessions and lets its owner set a password."""

import sqlalchemy as sa
from alembic import op

from service.store.db.column_types import UtcDateTime

revision = "0105"
down_revision = "0104"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("encrypted", sa.Text(), nullable=False),
        sa.Column("needs_link", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("valid_until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
    )
    op.add_column("sign_in_link", sa.Column("by_mail", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("browser_session", sa.Column("method", sa.String(40), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("browser_session", "method")
    op.drop_column("sign_in_link", "by_mail")
    op.drop_table("mail")
