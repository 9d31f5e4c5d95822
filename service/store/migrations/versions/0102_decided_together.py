"""A decision says whether its comments were decided as a whole, because of their author or their link.

Revision ID: 0102
Revises: 0101
"""

import sqlalchemy as sa
from alembic import op

revision = "0102"
down_revision = "0101"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("decision", sa.Column("together", sa.String(8), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("decision", "together")
