"""The log of administrative acts; the database itself refuses to change or forget a row."""

import sqlalchemy as sa
from alembic import op

from service.store.db.column_types import Json, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "admin_act",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=True),
        sa.Column("by", sa.String(length=16), nullable=False),
        sa.Column("moderator_id", sa.Uuid(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("deed", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=100), nullable=False),
        sa.Column("facts", Json, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("request_id", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderator.id"], name=op.f("fk_admin_act_moderator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_act")),
    )
    op.create_index("ix_admin_act_site", "admin_act", ["site_id", "at", "id"])
    op.create_index("ix_admin_act_at", "admin_act", ["at", "id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION admin_act_stays() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'admin_act is a log: its rows stay as they are'; END $$"
        )
        op.execute(
            "CREATE TRIGGER admin_act_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON admin_act "
            "FOR EACH STATEMENT EXECUTE FUNCTION admin_act_stays()"
        )
    else:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER admin_act_no_{change.lower()} BEFORE {change} ON admin_act "
                "BEGIN SELECT RAISE(ABORT, 'admin_act is a log: its rows stay as they are'); END"
            )


def downgrade() -> None:
    op.drop_table("admin_act")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION admin_act_stays()")
