"""The word lists of a site leave its policy: they may have 65,000 entries, and the policy is read for every batch of comments."""

from hashlib import sha256

import sqlalchemy as sa
from alembic import op

from service.store.db.column_types import Json

revision = "0104"
down_revision = "0103"
branch_labels = None
depends_on = None

_NAMES = ("blocked_words", "held_words", "allowed_words", "blocked_domains")


def upgrade() -> None:
    lists = op.create_table(
        "word_list",
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("entries", Json, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_word_list_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("site_id", "name", name=op.f("pk_word_list")),
    )
    site = sa.table("site", sa.column("id", sa.String), sa.column("policy", Json))
    connection = op.get_bind()
    for site_id, policy in connection.execute(sa.select(site.c.id, site.c.policy)).all():
        named = {name: policy[name] for name in _NAMES if isinstance(policy, dict) and policy.get(name)}
        rows = [
            {"site_id": site_id, "name": name, "entries": entries, "digest": sha256("\n".join(entries).encode()).hexdigest()}
            for name, entries in named.items()
        ]
        if rows:
            connection.execute(sa.insert(lists), rows)
            # The old version, which still serves, goes on reading the lists in the policy.
            digests = {row["name"]: row["digest"] for row in rows}
            connection.execute(sa.update(site).where(site.c.id == site_id).values(policy={**policy, "lists": digests}))


def downgrade() -> None:
    op.drop_table("word_list")
