"""Citus: the rows of a site on one node of a cluster, and the sites spread over all nodes.

Each table is of one of three kinds. A *distributed* table has the rows of each site on one node, and so that all rows of a site are
together. A *reference* table is small and whole on every node: what distributed tables refer to. A *local* one is on the coordinator.

Rules of Citus 14 (src/backend/distributed/commands): `foreign_constraint.c` allows foreign keys from distributed tables to reference
tables, and between distributed tables with the distribution column at the same place; none from other tables to distributed ones.
`create_distributed_table.c` refuses tables with triggers. A unique constraint of a distributed table needs the distribution column.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text

from service.store.db.column_types import Record

#: What grows with the comments.
DISTRIBUTED = frozenset({
    "activity", "archived_comment", "attempt", "author_address", "comment", "complaint", "daily_statistics", "decision", "delivery",
    "escalation", "event", "idempotency_key", "note", "report", "revision", "screen_lease", "thread", "verdict",
})  # fmt: skip
#: What they refer to, and the settings of sites.
REFERENCE = frozenset(
    {"api_key", "archive", "endpoint", "external_check", "membership", "moderator", "site", "site_model", "word_list"}
)
#: Sign-in, mails, the audit log and the totals of the metrics.
LOCAL = frozenset({
    "audit_log", "browser_session", "installation_fact", "invitation", "kept_form", "mail", "message_choice", "oidc_sign_in", "passkey",
    "passkey_challenge", "pending_sign_in", "recovery_code", "sign_in_attempts", "sign_in_link", "work_total",
})  # fmt: skip
#: The table that the others lie beside.
_FIRST = "thread"
#: Citus 11.1 or later has this function.
_HAS_CITUS = text("SELECT to_regproc('create_distributed_table') IS NOT NULL AND to_regclass('pg_dist_partition') IS NOT NULL")
_DONE = text(
    "SELECT relname FROM pg_dist_partition JOIN pg_class ON oid = logicalrelid WHERE relnamespace = current_schema()::regnamespace"
)
_IS_NODE = text("SELECT EXISTS (SELECT FROM pg_dist_node WHERE groupid = 0)")
_FOREIGN_KEYS = text(
    "SELECT a.relname, b.relname AS parent, conname, pg_get_constraintdef(c.oid) AS definition FROM pg_constraint c "
    "JOIN pg_class a ON a.oid = conrelid JOIN pg_class b ON b.oid = confrelid "
    "WHERE contype = 'f' AND a.relnamespace = current_schema()::regnamespace ORDER BY a.relname, conname"
)


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key of a table to its parent table, as PostgreSQL defines it."""

    table: str
    parent: str
    name: str
    definition: str


@dataclass(frozen=True, slots=True)
class CitusState:
    """Whether a database has Citus, and which tables it does not distribute yet, parents first."""

    has_citus: bool
    coordinator_is_node: bool
    left: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]

    @property
    def summary(self) -> str:
        by_site, everywhere = (len(kind & set(self.left)) for kind in (DISTRIBUTED, REFERENCE))
        return f"{by_site} tables by site_id, {everywhere} on every node, {len(LOCAL)} stay on the coordinator"

    def statements(self) -> Iterator[str]:
        """What distributes the tables. Foreign keys of distributed tables are dropped first and added last: Citus takes none from a table
        that is not distributed yet. Of those of local tables to reference tables it takes care itself."""
        keys = [key for key in self.foreign_keys if key.table in DISTRIBUTED and {key.table, key.parent} & set(self.left)]
        # Tables that refer to reference tables are changed over one connection for each node.
        yield "SET LOCAL citus.multi_shard_modify_mode TO 'sequential'"
        for key in keys:
            yield f'ALTER TABLE "{key.table}" DROP CONSTRAINT "{key.name}"'
        for name in self.left:
            if name in REFERENCE:
                yield f"SELECT create_reference_table('{name}')"
        for name in self.left:
            if name in DISTRIBUTED:
                beside = "none" if name == _FIRST else _FIRST
                yield f"SELECT create_distributed_table('{name}', 'site_id', colocate_with => '{beside}')"
        for key in keys:
            yield f'ALTER TABLE "{key.table}" ADD CONSTRAINT "{key.name}" {key.definition}'

    def obstacles(self, *, setting: bool) -> list[str]:
        """What stands in the way, each with what to do."""
        obstacles = []
        if not self.has_citus:
            obstacles.append("this database has no Citus 12 or later: install it, then `CREATE EXTENSION citus` here")
        elif not self.coordinator_is_node:
            obstacles.append(
                "the coordinator is not a node of the cluster, so it cannot hold the local tables: "
                "`SELECT citus_set_coordinator_host('its address')`"
            )
        if not setting:
            obstacles.append("GREENROOM_CITUS is not set: set it to true for every process first, and restart them")
        return obstacles


def citus_state(connection: Connection) -> CitusState:
    has_citus = bool(connection.scalar(_HAS_CITUS))
    done = set(connection.scalars(_DONE)) if has_citus else set()
    left = [table.name for table in Record.metadata.sorted_tables if table.name not in LOCAL | done]
    left.sort(key=lambda name: name != _FIRST)
    keys = tuple(ForeignKey(*row) for row in connection.execute(_FOREIGN_KEYS))
    return CitusState(has_citus, has_citus and bool(connection.scalar(_IS_NODE)), tuple(left), keys)


def distribute(connection: Connection, state: CitusState) -> None:
    """Distribute the tables that are left. They are locked meanwhile. The caller owns the transaction."""
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    for statement in state.statements():
        connection.exec_driver_sql(statement)
