"""Fills a database with any number of comments in one state, by SQL inside the database; a million takes a minute."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from sqlalchemy import Connection, text

from bench.stage import say
from service.store.db.engine import Database

_SERIES = {
    True: "WITH RECURSIVE series(n) AS (SELECT :start + 1 UNION ALL SELECT n + 1 FROM series WHERE n < :count)",
    False: "WITH series AS (SELECT generate_series(:start + 1, :count) AS n)",
}
_ID = {
    True: "'0190' || printf('%028x', n + :offset)",
    False: "('0190' || lpad(to_hex(n + :offset), 28, '0'))::uuid",
}
_WHEN = {
    True: "strftime('%Y-%m-%d %H:%M:%f000', '2026-01-01', '+' || n || ' seconds')",
    False: "timestamptz '2026-01-01' + n * interval '1 second'",
}
_FINGERPRINT = {True: "printf('%032x', n)", False: "lpad(to_hex(n), 32, '0')"}


#: From this number of rows on, indexes and foreign keys are dropped during the insert, which is three times as fast.
_MANY = 100_000
#: Rows between two progress messages.
_STEP = 250_000
_INDEXES = {
    True: "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'comment' AND sql IS NOT NULL",
    False: "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'comment' AND indexname NOT LIKE 'pk_%'",
}


def fill(database: Database, *, site_id: str, count: int, state: str, reason: str = "profanity.mild", offset: int = 0) -> None:
    """Insert `count` comments of this state, on a hundred threads of the site.

    There is one author per hundred comments, but at least a thousand authors. `offset` keeps the ids of two calls apart.
    """
    lite = database.on_sqlite
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not lite:
            connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text(_threads(lite)), {"site": site_id, "start": 0, "count": 100})
        with _bare(connection, lite) if count >= _MANY else nullcontext():
            for start in range(0, count, _STEP):
                rows = {"start": start, "count": min(count, start + _STEP), "offset": offset, "authors": max(1000, count // 100)}
                connection.execute(text(_comments(lite)), {"site": site_id, "state": state, "reason": reason, **rows})
                if count >= _MANY:
                    say(f"filling: {rows['count']:,} of {count:,} {state}")
        connection.execute(text("ANALYZE" if lite else "VACUUM ANALYZE"))
        connection.commit()
        connection.invalidate()


@contextmanager
def _bare(connection: Connection, lite: bool) -> Iterator[None]:
    """In the `with` block the table has no indexes and, on PostgreSQL, no foreign-key checks. At its end, rebuild the indexes."""
    indexes = connection.execute(text(_INDEXES[lite])).all()
    if not lite:
        connection.execute(text("SET session_replication_role = replica"))
    for name, _ in indexes:
        connection.execute(text(f"DROP INDEX {name}"))
    yield
    for number, (_, made) in enumerate(indexes, 1):
        connection.exec_driver_sql(made)
        say(f"filling: {number} of {len(indexes)} indexes")


def _threads(lite: bool) -> str:
    thread = "'0191' || printf('%028x', n)" if lite else "('0191' || lpad(to_hex(n), 28, '0'))::uuid"
    return (
        f"""INSERT INTO thread (id, site_id, external_id, url, title, state, approved, feed_version, created_at)
        {_SERIES[lite]} SELECT {thread}, :site, 'filled-' || n, 'https://bench.example/' || n, 'Article ' || n, 'open', 0, 1, {_WHEN[lite]}
        FROM series WHERE true ON CONFLICT DO NOTHING"""
        if lite
        else f"""{_SERIES[lite]}
        INSERT INTO thread (id, site_id, external_id, url, title, state, approved, feed_version, created_at)
        SELECT {thread}, :site, 'filled-' || n, 'https://bench.example/' || n, 'Article ' || n, 'open', 0, 1, {_WHEN[lite]}
        FROM series ON CONFLICT DO NOTHING"""
    )


def _comments(lite: bool) -> str:
    thread = "'0191' || printf('%028x', n % 100 + 1)" if lite else "('0191' || lpad(to_hex(n % 100 + 1), 28, '0'))::uuid"
    columns = """id, site_id, thread_id, state, version, revision, text, fingerprint, wording, author_name, author_url, author_external_id,
        author_verified, author_key, email_domain, ip_key, context, reason, score, received_at, updated_at, judged_at, claims"""
    verified = "0" if lite else "false"
    values = f"""{_ID[lite]}, :site, {thread}, :state, 1, 1, 'What the mayor said of the bridge is nonsense, and number ' || n || ' proves it.',
        {_FINGERPRINT[lite]}, {_FINGERPRINT[lite]}, 'Reader ' || (n % :authors), '', '', {verified}, 'e:' || (n % :authors), 'example.org', '', '{{}}', :reason, 0.6,
        {_WHEN[lite]}, {_WHEN[lite]}, {_WHEN[lite]}, 1"""
    if lite:
        return f"INSERT INTO comment ({columns}) {_SERIES[lite]} SELECT {values} FROM series"
    return f"{_SERIES[lite]} INSERT INTO comment ({columns}) SELECT {values} FROM series"
