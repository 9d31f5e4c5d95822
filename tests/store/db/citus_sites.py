"""Which tables each part of a statement reads, and whether their rows are all of one site.

PostgreSQL's planner derives `b.site_id = 'news'` from `a.site_id = 'news' AND b.site_id = a.site_id`, also for an EXISTS that stands among
the conditions; Citus finds the shard of each table by that. For a subquery among the columns it does not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlglot import exp

from service.store.db.citus import DISTRIBUTED, LOCAL

#: A column of a table: the block that has the table, its name there, and the name of the column.
Column = tuple[int, str, str]


@dataclass(eq=False)
class Block:
    """One SELECT, UPDATE or DELETE. `distributed`: its distributed tables by their names in it. `outer`: the block with the rows that it
    refers to, None if it runs by itself. `same`: groups of equal columns; `known`: those that equal a parameter."""

    node: exp.Expression
    parent: "Block | None"
    names: set[str] = field(default_factory=set)
    distributed: dict[str, str] = field(default_factory=dict)
    local: set[str] = field(default_factory=set)
    outer: "Block | None" = None
    same: list[set[Column]] = field(default_factory=list)
    known: set[Column] = field(default_factory=set)
    is_condition: bool = False

    @property
    def is_routed(self) -> bool:
        """Whether a parameter says of which site the rows of each table are."""
        return all((id(self), name, "site_id") in self.known for name in self.distributed)

    @property
    def is_routed_with_parents(self) -> bool:
        return self.is_routed and (self.outer is None or self.outer.is_routed_with_parents)

    @property
    def has_distributed(self) -> bool:
        """Whether it, or a block with the rows that it refers to, reads a distributed table."""
        return bool(self.distributed) or (self.outer is not None and self.outer.has_distributed)

    @property
    def is_joined_by_site(self) -> bool:
        sites = {(id(self), name, "site_id") for name in self.distributed}
        return len(sites) < 2 or self.is_routed or any(sites <= group for group in self.same)

    @property
    def is_linked_to_outer(self) -> bool:
        """Whether its rows are of the site of the row that it belongs to."""
        outer = self.outer
        while outer:
            sites = {(id(outer), name, "site_id") for name in outer.distributed}
            mine = [{(id(self), name, "site_id") for name in self.distributed}]
            if not self.distributed or any(group & sites and mine[0] <= group for group in self.same):
                return True
            outer = outer.outer
        return False


def blocks(tree: exp.Expression) -> list[Block]:
    """All blocks of a statement, each after the one that it stands in."""
    found: list[Block] = []
    _collect(tree, None, found)
    return found


def _collect(node: exp.Expression, parent: Block | None, found: list[Block]) -> None:
    inside = parent
    if isinstance(node, exp.Select | exp.Update | exp.Delete):
        inside = Block(node, parent)
        _name_tables(inside)
        _compare(inside)
        found.append(inside)
    for child in _children(node):
        _collect(child, inside, found)


def _children(node: exp.Expression) -> Iterator[exp.Expression]:
    for value in node.args.values():
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, exp.Expression):
                yield child


def _name_tables(block: Block) -> None:
    for table in _own(block.node, exp.Table):
        block.names.add(table.alias_or_name)
        if table.name in LOCAL and not _is_cte(table):
            block.local.add(table.name)
        if table.name in DISTRIBUTED and not _is_cte(table):
            block.distributed[table.alias_or_name] = table.name
    block.names |= {query.alias for query in _own(block.node, exp.Subquery) if query.alias}


def _own(node: exp.Expression, kind: type) -> Iterator:
    """The parts of this kind that belong to this block, not to one inside."""
    for child in _children(node):
        if isinstance(child, kind):
            yield child
        if not isinstance(child, exp.Select | exp.Update | exp.Delete | exp.Insert | exp.Lock | exp.With):
            yield from _own(child, kind)


def _is_cte(table: exp.Table) -> bool:
    scope = table.parent
    while scope:
        if any(cte.alias == table.name for cte in (scope.args.get("with_") or exp.With(expressions=[])).expressions):
            return True
        scope = scope.parent
    return False


def _compare(block: Block) -> None:
    parent = block.parent
    block.is_condition = _is_condition(block.node)
    if parent and not isinstance(block.node.parent, exp.CTE):
        belongs = any(_outer_of(column, block) for column in block.node.find_all(exp.Column))
        block.outer = parent if belongs else None
    if block.outer:
        block.same = [set(group) for group in block.outer.same]
        block.known = set(block.outer.known) if block.is_condition else set()
    for condition in _conditions(block.node):
        _note(block, condition)
    for group in block.same:
        if group & block.known:
            block.known |= group


def _note(block: Block, condition: exp.Expression) -> None:
    if isinstance(condition, exp.In) and len(condition.expressions) == 1:
        condition = exp.EQ(this=condition.this, expression=condition.expressions[0])
    if not isinstance(condition, exp.EQ):
        return
    left, right = (_column(side, block) for side in (condition.this, condition.expression))
    if left and right:
        groups = [group for group in block.same if left in group or right in group]
        block.same = [group for group in block.same if group not in groups] + [{left, right}.union(*groups)]
    elif (column := left or right) and _is_value(condition.expression if left else condition.this):
        block.known.add(column)


def _conditions(node: exp.Expression) -> Iterator[exp.Expression]:
    """All conditions that must be true: of WHERE and of the joins."""
    where = node.args.get("where")
    joins = [join.args.get("on") for join in _own(node, exp.Join)]
    for condition in (where and where.this, *joins):
        if condition is not None:
            yield from _together(condition)


def _together(condition: exp.Expression) -> Iterator[exp.Expression]:
    if isinstance(condition, exp.Paren):
        yield from _together(condition.this)
    elif isinstance(condition, exp.And):
        yield from _together(condition.this)
        yield from _together(condition.expression)
    else:
        yield condition


def _is_condition(node: exp.Expression) -> bool:
    """Whether this SELECT is an [NOT] EXISTS or IN that must be true: PostgreSQL makes a join of it."""
    above = node.parent
    while isinstance(above, exp.Subquery | exp.Exists | exp.In | exp.Paren | exp.Not | exp.And):
        above = above.parent
    is_test = isinstance(node.parent, exp.Exists) or isinstance(node.parent and node.parent.parent, exp.In)
    return is_test and isinstance(above, exp.Where | exp.Join)


def _is_value(side: exp.Expression) -> bool:
    """A parameter or a literal."""
    return not any(side.find_all(exp.Column, exp.Select, exp.Any))


def _column(side: exp.Expression, block: Block) -> Column | None:
    side = side.this if isinstance(side, exp.Cast) else side
    if not isinstance(side, exp.Column):
        return None
    here: Block | None = block
    while here:
        if side.table in here.names or (not side.table and here is block and len(here.names) == 1):
            return (id(here), side.table or next(iter(here.names)), side.name)
        here = here.parent
    return None


def _outer_of(column: exp.Column, block: Block) -> Block | None:
    """The block outside this one that has the column's table."""
    inner = column.parent
    while inner is not block.node:
        # A block inside may have a table of that name.
        if isinstance(inner, exp.Select) and column.table in {table.alias_or_name for table in _own(inner, exp.Table)}:
            return None
        inner = inner.parent
    if not column.table or column.table in block.names:
        return None
    here = block.parent
    while here:
        if column.table in here.names:
            return here
        here = here.parent
    return None
