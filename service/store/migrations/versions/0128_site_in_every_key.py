"""The keys of rows that belong to a site name the site, so that Citus can distribute the rows by it."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0128"
down_revision = "0127"
branch_labels = None
depends_on = None

_OF_SITE = "FOREIGN KEY (site_id) REFERENCES site (id) ON DELETE CASCADE"


def _same_site(column: str, parent: str) -> str:
    return f"FOREIGN KEY ({column}, site_id) REFERENCES {parent} (id, site_id) ON DELETE CASCADE"


def _moderator(column: str, on_delete: str = "SET NULL") -> str:
    return f"FOREIGN KEY ({column}) REFERENCES moderator (id) ON DELETE {on_delete}"


_ID, _COMMENT_ID = "PRIMARY KEY (id, site_id)", "PRIMARY KEY (comment_id, site_id)"
_OF_COMMENT = _same_site("comment_id", "comment")
#: All keys of each table that changes. A table that refers to a row of the same site needs no foreign key to the site.
_KEYS: dict[str, tuple[str, ...]] = {
    "thread": (_ID, "UNIQUE (site_id, external_id)", _OF_SITE),
    "comment": (_ID, _same_site("thread_id", "thread")),
    "verdict": (_ID, _OF_COMMENT),
    "revision": (_ID, "UNIQUE (comment_id, revision, site_id)", _OF_COMMENT),
    "event": (_ID, "UNIQUE (comment_id, seq, site_id)", "UNIQUE (about_id, seq, site_id)", _OF_COMMENT, _OF_SITE),
    "delivery": (
        _ID, "UNIQUE (event_id, endpoint_id, site_id)", _same_site("event_id", "event"),
        "FOREIGN KEY (endpoint_id) REFERENCES endpoint (id) ON DELETE CASCADE",
    ),
    "attempt": (_ID, _same_site("delivery_id", "delivery")),
    "activity": (_ID, _OF_COMMENT, _OF_SITE, _moderator("moderator_id")),
    "decision": (_ID, "UNIQUE (comment_id, version, site_id)", _OF_COMMENT, _moderator("moderator_id")),
    "escalation": (_COMMENT_ID, _OF_COMMENT, _moderator("moderator_id")),
    "note": (_ID, _OF_COMMENT, _moderator("moderator_id")),
    "screen_lease": (_COMMENT_ID, _OF_COMMENT, _moderator("moderator_id", "CASCADE")),
    "report": (_ID, _OF_COMMENT, _moderator("moderator_id")),
    "complaint": (
        _ID, _OF_COMMENT, _same_site("report_id", "report"), _moderator("first_moderator_id"), _moderator("moderator_id"),
    ),
    "archived_comment": (_ID, "FOREIGN KEY (archive_id) REFERENCES archive (id) ON DELETE CASCADE"),
    "author_address": (_COMMENT_ID, _OF_COMMENT),
    "mail": ("PRIMARY KEY (id)",),
}  # fmt: skip
#: The tables that had no site, each with its column that refers to a row with a site. A delivery of a test has no event.
_NEW = {
    "verdict": ("comment_id", "comment"), "revision": ("comment_id", "comment"), "author_address": ("comment_id", "comment"),
    "delivery": ("endpoint_id", "endpoint"), "attempt": ("delivery_id", "delivery"),
}  # fmt: skip
_UNIQUE = {
    "uq_complaint_report": (("report_id",), None),
    "uq_complaint_ban": (("ban_id",), None),
    "uq_complaint_restriction": (("comment_id", "seq"), sa.text("report_id IS NULL AND ban_id IS NULL")),
}


def upgrade() -> None:
    op.drop_index("ix_mail_event_id", "mail")
    _change(_KEYS, gains_site=True)
    _change_unique_indexes("site_id")


def downgrade() -> None:
    keys = {
        name: (
            *(key.replace(", site_id", "") for key in some if key != _OF_SITE),
            *(() if name in (*_NEW, "mail") else (_OF_SITE,)),
        )
        for name, some in _KEYS.items()
    }
    op.execute("DELETE FROM mail WHERE event_id IS NOT NULL AND event_id NOT IN (SELECT id FROM event)")
    _change({**keys, "mail": (*keys["mail"], "FOREIGN KEY (event_id) REFERENCES event (id) ON DELETE CASCADE")}, gains_site=False)
    op.create_index("ix_mail_event_id", "mail", ["event_id"])
    _change_unique_indexes()


def _change(keys: dict[str, tuple[str, ...]], *, gains_site: bool) -> None:
    """Give each table these keys instead of its own, and add the new columns, or drop them."""
    if op.get_bind().dialect.name == "sqlite":
        for name, some in keys.items():
            _rebuild(name, [_named(name, key) for key in some], gains_site=gains_site)
        return
    for name in _NEW if gains_site else ():
        _add_site(name)
    for name in keys:
        query = sa.text("SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(:name) AND contype IN ('p', 'u', 'f')")
        for constraint in op.get_bind().scalars(query, {"name": name}).all():
            # A key may have gone with the key that it refers to.
            op.execute(f'ALTER TABLE "{name}" DROP CONSTRAINT IF EXISTS "{constraint}" CASCADE')
    for name in () if gains_site else _NEW:
        op.drop_column(name, "site_id")
    # Foreign keys last: what they refer to must be unique already.
    for is_foreign in (False, True):
        for name, some in keys.items():
            for key in some:
                if key.startswith("FOREIGN") is is_foreign:
                    op.execute(f'ALTER TABLE "{name}" ADD {_named(name, key)}')


def _add_site(name: str) -> None:
    column, parent = _NEW[name]
    op.add_column(name, sa.Column("site_id", sa.String(64)))
    op.execute(f"UPDATE {name} t SET site_id = p.site_id FROM {parent} p WHERE p.id = t.{column}")  # noqa: S608
    op.alter_column(name, "site_id", nullable=False)


def _rebuild(name: str, keys: list[str], *, gains_site: bool) -> None:
    """SQLite cannot change a key: copy the table into a new one of the same columns. Its indexes are made again as they were."""
    connection = op.get_bind()
    written = connection.execute(
        sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL"), {"name": name}
    )
    statements = sorted(((kind != "table", sql) for kind, sql in written))
    (_, table), *others = statements
    body = table[table.index("(") + 1 : table.rindex(")")]
    parts = [part.strip() for part in re.split(r",(?![^(]*\))", body)]
    columns = [
        part
        for part in parts
        if not part.startswith("CONSTRAINT ") and (gains_site or name not in _NEW or not part.startswith("site_id "))
    ]
    copied = [f"t.{part.split()[0]}" for part in columns]
    source = f'"{name}" t'
    if gains_site and name in _NEW:
        column, parent = _NEW[name]
        columns.append("site_id VARCHAR(64) NOT NULL")
        copied.append("p.site_id")
        source += f" JOIN {parent} p ON p.id = t.{column}"
    op.execute(f'CREATE TABLE "{name}_new" ({", ".join([*columns, *keys])})')
    op.execute(f'INSERT INTO "{name}_new" SELECT {", ".join(copied)} FROM {source}')  # noqa: S608
    op.execute(f'DROP TABLE "{name}"')
    op.execute(f'ALTER TABLE "{name}_new" RENAME TO "{name}"')
    for _, statement in others:
        connection.exec_driver_sql(statement)


def _named(table: str, key: str) -> str:
    """A key with its name by our convention, such as `fk_verdict_comment_id_site_id`."""
    kind, columns = {"P": "pk", "U": "uq", "F": "fk"}[key[0]], key[key.index("(") + 1 : key.index(")")]
    name = f"pk_{table}" if kind == "pk" else f"{kind}_{table}_{columns.replace(', ', '_')}"
    return f"CONSTRAINT {name} {key}"


def _change_unique_indexes(*site: str) -> None:
    for name, (columns, only) in _UNIQUE.items():
        op.drop_index(name, "complaint")
        op.create_index(name, "complaint", [*columns, *site], unique=True, sqlite_where=only, postgresql_where=only)
