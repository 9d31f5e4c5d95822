"""On PostgreSQL half of each page of comments stays free for what a claim and a verdict write anew.

A claim then stays on the page of its comment, and no index has to be told of it. Rows that are there stay where they are.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE comment SET (fillfactor = 50)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE comment RESET (fillfactor)")
