"""Readers' reports and complaints; an event may be about one of them instead of a comment."""

import sqlalchemy as sa
from alembic import op

from service.store.db.column_types import UtcDateTime

revision = "0101"
down_revision = "0100"
branch_labels = None
depends_on = None

_OPEN = sa.text("state = 'open'")
_OF_AUTHOR = sa.text("report_id IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("event") as event:
        event.add_column(sa.Column("about_id", sa.Uuid(), nullable=True))
        event.alter_column("comment_id", existing_type=sa.Uuid(), nullable=True)
        event.create_unique_constraint(op.f("uq_event_about_id_seq"), ["about_id", "seq"])
    _add_report()
    _add_complaint()


def _add_report() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("reporter_key", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("moderator_id", sa.Uuid(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("ground", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("forgotten_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_report_comment_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderator.id"], name=op.f("fk_report_moderator_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_report_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    op.create_index("ix_report_comment", "report", ["comment_id", "received_at", "id"])
    op.create_index("ix_report_decided", "report", ["site_id", "decided_at"])
    op.create_index("ix_report_decision", "report", ["decision_id"])
    op.create_index("ix_report_open", "report", ["site_id", "received_at", "id"], postgresql_where=_OPEN, sqlite_where=_OPEN)
    op.create_index("ix_report_reporter", "report", ["reporter_key", "site_id", "received_at"])


def _add_complaint() -> None:
    op.create_table(
        "complaint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("automated", sa.Boolean(), nullable=False),
        sa.Column("first_moderator_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("moderator_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("forgotten_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_complaint_comment_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["first_moderator_id"], ["moderator.id"], name=op.f("fk_complaint_first_moderator_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderator.id"], name=op.f("fk_complaint_moderator_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_complaint_report_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_complaint_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
    )
    op.create_index("ix_complaint_comment", "complaint", ["comment_id"])
    op.create_index("ix_complaint_decided", "complaint", ["site_id", "decided_at"])
    op.create_index(
        "ix_complaint_open", "complaint", ["site_id", "received_at", "id"], postgresql_where=_OPEN, sqlite_where=_OPEN
    )
    op.create_index("uq_complaint_report", "complaint", ["report_id"], unique=True)
    op.create_index(
        "uq_complaint_restriction", "complaint", ["comment_id", "seq"], unique=True,
        postgresql_where=_OF_AUTHOR, sqlite_where=_OF_AUTHOR,
    )  # fmt: skip
