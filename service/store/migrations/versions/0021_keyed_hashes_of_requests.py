"""Idempotency keys are kept as keyed hashes: rows of before, with plain hashes of bodies, go.

They were kept for a day at most. A request that is sent again across this update, with the same Idempotency-Key and without an
`external_id`, makes a second comment.
"""

from alembic import op

revision = "0021"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # TRUNCATE leaves nothing in PostgreSQL's file; SQLite overwrites what it deletes (secure_delete).
    op.execute("TRUNCATE idempotency_key" if op.get_bind().dialect.name == "postgresql" else "DELETE FROM idempotency_key")


def downgrade() -> None:
    """The version before would not know the hashes again, and takes a request that is sent again for a new one."""
