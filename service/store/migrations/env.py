"""The environment script of Alembic: it runs the migrations on the connection that `migrate` passes."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON

from service.store import Record
from service.store.db.column_types import UtcDateTime


def _rendered(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Render our own column types by their names, so that a migration reads like the table definitions."""
    if kind != "type" or not isinstance(item, UtcDateTime | JSON):
        return False
    autogen.imports.add("from service.store.db.column_types import Json, UtcDateTime")
    return "UtcDateTime()" if isinstance(item, UtcDateTime) else "Json"


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Record.metadata,
    render_as_batch=connection.dialect.name == "sqlite" and context.config.attributes.get("batch", True),
    render_item=_rendered,
    compare_type=False,
)
with context.begin_transaction():
    context.run_migrations()
