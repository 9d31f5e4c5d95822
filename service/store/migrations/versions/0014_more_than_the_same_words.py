"""Comments alike by link and by burst, escalations to somebody, and the steps that people take beside deciding."""

import sqlalchemy as sa
from alembic import op

from service.store.db.column_types import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_LINKED = sa.text("state = 'held' AND link_domain IS NOT NULL")
_BURST = sa.text("state = 'held' AND burst IS NOT NULL")


def upgrade() -> None:
    # What came before stays as it is: it is alike by its words alone.
    op.add_column("comment", sa.Column("link_domain", sa.String(length=255), nullable=True))
    op.add_column("comment", sa.Column("burst", sa.Integer(), nullable=True))
    link: list[str | sa.TextClause] = ["link_domain", "site_id", "received_at", "id"]
    op.create_index("ix_comment_link", "comment", link, postgresql_where=_LINKED, sqlite_where=_LINKED)
    burst: list[str | sa.TextClause] = ["author_key", "burst", "site_id", "received_at", "id"]
    op.create_index("ix_comment_burst", "comment", burst, postgresql_where=_BURST, sqlite_where=_BURST)
    op.add_column("escalation", sa.Column("to_id", sa.Uuid(), nullable=True))
    op.add_column("escalation", sa.Column("to_role", sa.String(length=16), server_default="admin", nullable=False))
    op.create_table(
        "step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=True),
        sa.Column("author_key", sa.String(length=80), nullable=False),
        sa.Column("moderator_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=True),
        sa.Column("to_role", sa.String(length=16), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_step_comment_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderator.id"], name=op.f("fk_step_moderator_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_step_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step")),
    )
    op.create_index("ix_step_comment_id", "step", ["comment_id"])
    op.create_index("ix_step_author", "step", ["site_id", "author_key", "at"])


def downgrade() -> None:
    op.drop_table("step")
    with op.batch_alter_table("escalation") as escalation:
        escalation.drop_column("to_role")
        escalation.drop_column("to_id")
    op.drop_index("ix_comment_burst", table_name="comment")
    op.drop_index("ix_comment_link", table_name="comment")
    op.drop_column("comment", "burst")
    op.drop_column("comment", "link_domain")
