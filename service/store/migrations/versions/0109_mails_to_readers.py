"""A mail to a reader names the event of their report or complaint."""

import sqlalchemy as sa
from alembic import op

revision = "0109"
down_revision = "0108"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("mail") as mail:
        mail.add_column(sa.Column("event_id", sa.Uuid(), nullable=True))
        mail.create_foreign_key(op.f("fk_mail_event_id"), "event", ["event_id"], ["id"], ondelete="CASCADE")
        mail.create_index(op.f("ix_mail_event_id"), ["event_id"])


def downgrade() -> None:
    with op.batch_alter_table("mail") as mail:
        mail.drop_index(op.f("ix_mail_event_id"))
        mail.drop_constraint(op.f("fk_mail_event_id"), type_="foreignkey")
        mail.drop_column("event_id")
