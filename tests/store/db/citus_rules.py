"""What Citus refuses in a statement on tables of a distributed schema, where all tables are on one node.

From the source of Citus 14 (src/backend/distributed/planner/multi_router_planner.c): ModifyPartialQuerySupported refuses an INSERT
with common table expressions, an INSERT inside one, and subqueries among its values; TargetlistAndFunctionsSupported and
SingleShardUpdateDeleteSupported refuse functions that are VOLATILE in an UPDATE or a DELETE, functions that are STABLE and read a column,
and functions in RETURNING that are not IMMUTABLE. Queries that change nothing may do what PostgreSQL can.
"""

import re
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, event

from service.store.db.bulk import ONE_TABLE

_WORDS = re.compile(r"'(?:[^']|'')*'")
_CHANGES = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM)\b")
_CALL = re.compile(r"\b([A-Za-z_]\w*)\(")
#: What may be called by a statement that changes rows: all are IMMUTABLE, or get parameters only. A new one is added after a look into
#: pg_proc (provolatile).
CALLABLE = {
    "any", "array", "cast", "coalesce", "count", "exists", "json_to_recordset", "lower", "max", "min", "nullif", "sum", "varchar",
}  # fmt: skip
#: The statements that change several tables at once, by their beginning or by what only they call. `GREENROOM_CITUS` replaces them.
_COMBINED = (
    re.compile(r"WITH shut AS"),
    re.compile(r"\s*WITH judged AS MATERIALIZED"),
    re.compile(r"WITH due AS[\s\S]*set_config\("),
)


@cache
def objections(statement: str) -> tuple[str, ...]:
    """Why Citus refuses this statement; empty if it does not."""
    bare = _WORDS.sub("''", statement)
    if not re.match(r"\s*(?:WITH|INSERT INTO|UPDATE|DELETE FROM)\b", bare) or not _CHANGES.search(bare):
        return ()
    found = []
    top = _at_top_level(bare)
    if re.search(r"\bWITH (?!TIME ZONE\b)", top) and "INSERT INTO" in top:
        found.append("an INSERT with a common table expression")
    if re.search(r"\bAS (?:MATERIALIZED )?\(\s*INSERT\b", bare):
        found.append("an INSERT in a common table expression")
    if re.search(r"\bVALUES\b[\s\S]*\(\s*SELECT\b", bare):
        found.append("a subquery among the values of an INSERT")
    if strange := {name for name in _CALL.findall(bare) if name.lower() not in CALLABLE}:
        found.append(f"functions that are not known to be IMMUTABLE: {', '.join(sorted(strange))}")
    return tuple(found)


def is_combined(statement: str) -> bool:
    return any(beginning.match(statement) for beginning in _COMBINED)


def watch_statements() -> None:
    """Let each statement on PostgreSQL that breaks these rules raise, in the code that runs it, for as long as this process lives."""

    @event.listens_for(Engine, "before_cursor_execute")
    def look(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if connection.dialect.name == "postgresql" and (found := objections(statement)):
            on_citus = connection.get_execution_options().get(ONE_TABLE)
            assert is_combined(statement) and not on_citus, f"Citus refuses {'; '.join(found)}: {statement}"


def _at_top_level(statement: str) -> str:
    depth, left = 0, []
    for sign in statement:
        depth -= sign == ")"
        if not depth:
            left.append(sign)
        depth += sign == "("
    return "".join(left)
