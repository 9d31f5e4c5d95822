"""Keys that name the site, so that Citus can distribute the rows of a table by it (`service.store.db.citus`).

Every primary key, unique constraint and foreign key between such tables has the column `site_id`.
"""

from typing import Any

from sqlalchemy import ColumnElement, ForeignKeyConstraint, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.sql import coercions, roles
from sqlalchemy.sql.visitors import InternalTraversal

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


class _SiteOf(ColumnElement[str]):
    """A column that SQLite does not look up in an index."""

    inherit_cache = True
    _traverse_internals = [("column", InternalTraversal.dp_clauseelement)]
    type = String()

    def __init__(self, column: Any) -> None:
        self.column = coercions.expect(roles.ExpressionElementRole, column)


@compiles(_SiteOf)
def _render(element: _SiteOf, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.column, **options))


@compiles(_SiteOf, "sqlite")
def _render_for_sqlite(element: _SiteOf, compiler: Any, **options: Any) -> str:
    return f"+{compiler.process(element.column, **options)}"


def site_of(row: Any) -> ColumnElement[str]:
    """The site of a row, for a condition beside the one that finds the row. Citus needs it to find the node. SQLite has no statistics,
    and would often rather read all rows of the site."""
    return _SiteOf(row.site_id)
