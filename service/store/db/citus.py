"""Citus: the schema of an installation as one distributed schema, which lies on one node of a cluster and can move to another.

Rules of Citus 14 (src/backend/distributed/commands/schema_based_sharding.c): not the schema `public`, no foreign key that leaves the
schema, no inheritance from a table outside it. Triggers are allowed (trigger.c).
"""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text

#: Citus 12 or later has this function.
_FUNCTION = "citus_schema_distribute"
_DISTRIBUTED = text("SELECT EXISTS (SELECT FROM citus_schemas WHERE schema_name::text = current_schema())")


@dataclass(frozen=True, slots=True)
class CitusState:
    """The schema of a database, and whether Citus is there and distributes it."""

    schema: str
    has_citus: bool
    is_distributed: bool

    @property
    def statement(self) -> str:
        quoted = self.schema.replace("'", "''")
        return f"SELECT {_FUNCTION}('{quoted}')"

    def obstacles(self, *, setting: bool) -> list[str]:
        """What keeps the schema from being distributed, each with what to do."""
        obstacles = []
        if not self.has_citus:
            obstacles.append("this database has no Citus 12 or later: install it, then `CREATE EXTENSION citus` here")
        if self.schema == "public":
            obstacles.append(
                "Citus does not distribute the schema `public`: make a schema for this installation (`CREATE SCHEMA AUTHORIZATION greenroom` "
                "for the user `greenroom`), and move into it with `greenroom backup` and `greenroom restore`"
            )
        if not setting:
            obstacles.append("GREENROOM_CITUS is not set: set it to true for every process first, and restart them")
        return obstacles


def citus_state(connection: Connection) -> CitusState:
    has_citus = connection.scalar(select(func.to_regproc(_FUNCTION).is_not(None)))
    is_known = connection.scalar(select(func.to_regclass("citus_schemas").is_not(None)))
    schema = connection.scalar(select(func.current_schema()))
    return CitusState(str(schema), bool(has_citus), bool(is_known and connection.scalar(_DISTRIBUTED)))


def distribute(connection: Connection, state: CitusState) -> None:
    """Move the schema to a node. It is locked meanwhile. The caller owns the transaction."""
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(select(func.citus_schema_distribute(state.schema)))
