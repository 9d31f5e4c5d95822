"""What Citus refuses in a statement, with the tables distributed as `service.store.db.citus` says.

From the source of Citus 14 (src/backend/distributed/planner):
- multi_router_planner.c: `ModifyPartialQuerySupported` refuses common table expressions and subqueries in an INSERT, and an INSERT in a
  common table expression; `ErrorIfOnConflictNotSupported`, `TargetlistAndFunctionsSupported` and `SingleShardUpdateDeleteSupported`
  refuse functions that are not IMMUTABLE, and a change of the distribution column; `DeferErrorIfUnsupportedRouterPlannableSelectQuery`
  refuses local tables beside distributed ones; `SelectsFromDistributedTable` refuses to change a reference table by distributed ones.
- multi_logical_planner.c: `DeferErrorIfQueryNotSupported` refuses FOR UPDATE and WITH RECURSIVE over several shards.
- query_pushdown_planning.c: `DeferErrorIfUnsupportedSubqueryPushdown` demands that distributed tables are joined by their distribution
  column; `DeferErrorIfFromClauseRecurs` and `DeferErrorIfCannotPushdownSubquery` refuse correlated subqueries of a reference table, and
  those with LIMIT or an aggregate.
- recursive_planning.c: a subquery that is not correlated runs by itself, before the statement.

These rules are stricter than Citus where that costs nothing: a local table is never joined with a distributed one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlglot
from sqlalchemy import Connection, Engine, event
from sqlglot import exp

from service.store.db.by_site import is_by_site
from service.store.db.citus import DISTRIBUTED, LOCAL, REFERENCE
from tests.store.db.citus_sites import Block, blocks

_PARAMETER = re.compile(r"%\((\w+)\)s|%s")
_READS_OR_WRITES = re.compile(r"\s*(?:SELECT|WITH|INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
#: Functions that a statement which changes rows may call: all are IMMUTABLE, or read parameters only. A new one is added after a look
#: into pg_proc (provolatile).
CALLABLE = {
    "any", "array", "cast", "coalesce", "count", "exists", "json_to_recordset", "lower", "max", "min", "nullif", "sum", "unnest", "and", "or", "case", "if", "greatest", "least",
}  # fmt: skip


#: The forms of statements for PostgreSQL alone: with `GREENROOM_CITUS` others take their place. And those of migration 0128, which
#: runs before any table is distributed.
REPLACED = (
    re.compile(r"WITH shut AS"),
    re.compile(r"\s*WITH judged AS MATERIALIZED"),
    re.compile(r"WITH due AS[\s\S]*set_config\("),
    re.compile(r"\s*SELECT 'text' AS what"),
    re.compile(r"SELECT EXISTS \(SELECT \* \nFROM event \nWHERE event.state = 'due'"),
    re.compile(r"SELECT endpoint.id, endpoint.site_id, endpoint.failures"),
    re.compile(r"SELECT site.id, \(SELECT count\(\*\)"),
    re.compile(r"SELECT site_model.site_id, site_model.trained_at"),
    re.compile(r"SELECT author_address.comment_id"),
    re.compile(r"UPDATE \w+ t SET site_id = p.site_id FROM|DELETE FROM mail WHERE event_id IS NOT NULL"),
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Why Citus refuses a statement, if it does; and whether the statement goes to the rows of one site."""

    objections: tuple[str, ...] = ()
    is_routed: bool = True


@cache
def judge(statement: str) -> Judgement:
    if not _READS_OR_WRITES.match(statement):
        return Judgement()
    tree = sqlglot.parse_one(_PARAMETER.sub(lambda found: f":{found[1] or 'p'}", statement), dialect="postgres")
    tables = _tables(tree)
    if not tables & (DISTRIBUTED | REFERENCE):
        return Judgement()
    parts = blocks(tree)
    objections = {*_about_changes(tree, parts)}
    if tables & DISTRIBUTED:
        objections |= {text for block in parts for text in _about_block(block)}
    is_routed = all(block.is_routed for block in parts)
    return Judgement(tuple(sorted(objections)), is_routed)


def _tables(tree: exp.Expression) -> set[str]:
    return {table.name for table in tree.find_all(exp.Table)} & (DISTRIBUTED | REFERENCE | LOCAL)


def _about_changes(tree: exp.Expression, parts: list[Block]) -> Iterator[str]:
    changes = list(tree.find_all(exp.Insert, exp.Update, exp.Delete))
    for change in changes:
        if _target(change) in DISTRIBUTED | REFERENCE:
            yield from _about_insert(change) if isinstance(change, exp.Insert) else _about_update(change)
            yield from _about_functions(change)
        if change is not tree and isinstance(change, exp.Insert):
            yield "an INSERT in a common table expression"
    if changes and changes[0] is not tree or len(changes) > 1:
        if not all(block.is_routed for block in parts):
            yield "a change in a common table expression, over several sites"
        if {_target(change) for change in changes} & REFERENCE:
            yield "a change of a reference table in a common table expression"


def _about_insert(insert: exp.Insert) -> Iterator[str]:
    if insert.args.get("with_"):
        yield "an INSERT with a common table expression"
    values = insert.expression
    if isinstance(values, exp.Values) and values.find(exp.Select):
        yield "a subquery among the values of an INSERT"
    conflict = insert.args.get("conflict")
    if conflict and any(change.this.name == "site_id" for change in conflict.expressions if isinstance(change, exp.EQ)):
        yield "a change of the site"


def _about_update(change: exp.Expression) -> Iterator[str]:
    if _target(change) in DISTRIBUTED and any(
        part.this.name == "site_id" for part in change.expressions if isinstance(part, exp.EQ)
    ):
        yield "a change of the site"
    joined = {
        table.name for key in ("from_", "using") for part in _listed(change.args.get(key)) for table in part.find_all(exp.Table)
    }
    if _target(change) in REFERENCE and joined & DISTRIBUTED:
        yield "a change of a reference table by a distributed one"


def _about_functions(change: exp.Expression) -> Iterator[str]:
    strange = {name for name in map(_name, change.find_all(exp.Func)) if name not in CALLABLE}
    # What an INSERT stores is worked out once, before it reaches a shard.
    if strange and (not isinstance(change, exp.Insert) or change.args.get("conflict") or change.args.get("returning")):
        yield f"functions that are not known to be IMMUTABLE: {', '.join(sorted(strange))}"


def _about_block(block: Block) -> Iterator[str]:
    """What Citus refuses in one SELECT, UPDATE or DELETE with its tables."""
    node = block.node
    if block.local and block.has_distributed:
        yield f"a local table beside a distributed one: {', '.join(sorted(block.local))}"
    if not block.is_joined_by_site:
        yield f"tables that are not joined by the site: {', '.join(sorted(set(block.distributed.values())))}"
    if block.is_routed_with_parents:
        return
    if block.distributed and node.args.get("locks"):
        yield "FOR UPDATE over several sites"
    if block.outer is None:
        return
    if not block.outer.distributed:
        yield "a subquery that belongs to the row of a reference table"
    elif not block.is_linked_to_outer:
        yield "a subquery that belongs to a row of another site"
    if node.args.get("limit") or (_has_aggregate(node) and not node.args.get("group")):
        yield "a subquery with LIMIT or an aggregate for each row of several sites"


def _has_aggregate(select: exp.Expression) -> bool:
    return any(part.find(exp.AggFunc) for part in select.expressions)


def _target(change: exp.Expression) -> str:
    table = change.this.this if isinstance(change.this, exp.Schema) else change.this
    return str(table.name)


def _name(function: exp.Func) -> str:
    return (function.name if isinstance(function, exp.Anonymous) else function.sql_name()).lower()


def _listed(value: object) -> list[exp.Expression]:
    return [part for part in (value if isinstance(value, list) else [value]) if isinstance(part, exp.Expression)]


def watch_statements() -> None:
    """Let each statement on PostgreSQL that breaks these rules raise, in the code that runs it, for as long as this process lives."""

    @event.listens_for(Engine, "before_cursor_execute")
    def look(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if connection.dialect.name == "postgresql" and (found := judge(statement).objections):
            is_replaced = any(form.match(statement) for form in REPLACED) and not is_by_site(connection)
            assert is_replaced, f"Citus refuses {'; '.join(found)}: {statement}"
