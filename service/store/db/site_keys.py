"""Keys that name the site, so that Citus can distribute the rows of a table by it (`service.store.db.citus`).

Every primary key, unique constraint and foreign key between such tables has the column `site_id`.
"""

from typing import Any

from sqlalchemy import ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from service.store.db.column_types import Record


class OfSite(Record):
    """A row of one site. In the database its primary key is (id, site_id). The id alone is unique, too: it is a UUID."""

    __abstract__ = True

    site_id: Mapped[str] = mapped_column(String(64), primary_key=True, sort_order=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        """The ORM finds a row by its id. As its "version" it takes the site: so each UPDATE and DELETE of the ORM names it."""
        own_id = "id" if hasattr(cls, "id") else "comment_id"
        return {"primary_key": [own_id], "version_id_col": cls.__table__.c.site_id, "version_id_generator": False}


def same_site(column: str, parent: str) -> ForeignKeyConstraint:
    """A foreign key to a row of the same site. The row is deleted with its parent."""
    return ForeignKeyConstraint([column, "site_id"], [f"{parent}.id", f"{parent}.site_id"], ondelete="CASCADE")


def site_exists() -> ForeignKeyConstraint:
    """A foreign key to the site, for a table where no other foreign key implies it."""
    return ForeignKeyConstraint(["site_id"], ["site.id"], ondelete="CASCADE")
