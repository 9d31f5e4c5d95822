"""Held comments share a card where their words and their reason are the same; no longer for a link or an author.

What waits already has no wording, and each of it stands on a card of its own. `burst` stays for the version before, which still
writes it while an update is under way.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_HELD = sa.text("state = 'held'")
_LINKED = sa.text("state = 'held' AND link_domain IS NOT NULL")
_BURST = sa.text("state = 'held' AND burst IS NOT NULL")


def upgrade() -> None:
    op.add_column("comment", sa.Column("wording", sa.String(length=32), nullable=True))
    for name in ("ix_comment_same", "ix_comment_link", "ix_comment_burst"):
        op.drop_index(name, table_name="comment")
    same = ["wording", "site_id", "reason", "received_at", "id"]
    op.create_index("ix_comment_same", "comment", same, postgresql_where=_HELD, sqlite_where=_HELD)


def downgrade() -> None:
    op.drop_index("ix_comment_same", table_name="comment")
    same = ["fingerprint", "site_id", "received_at", "id"]
    op.create_index("ix_comment_same", "comment", same, postgresql_where=_HELD, sqlite_where=_HELD)
    link = ["link_domain", "site_id", "received_at", "id"]
    op.create_index("ix_comment_link", "comment", link, postgresql_where=_LINKED, sqlite_where=_LINKED)
    burst = ["author_key", "burst", "site_id", "received_at", "id"]
    op.create_index("ix_comment_burst", "comment", burst, postgresql_where=_BURST, sqlite_where=_BURST)
    op.drop_column("comment", "wording")
