"""The forms of statements for Citus, which distributes the rows by their site.

It demands that a statement changes one table, and finds the node of its rows by the site that the statement names.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, bindparam
from sqlalchemy.orm import Session

#: An option of a connection: its statements have the form for Citus.
BY_SITE = "greenroom_by_site"
_Item = TypeVar("_Item")


def is_by_site(session: Session | Connection) -> bool:
    """Whether statements have the form for Citus."""
    connection = session.connection() if isinstance(session, Session) else session
    return bool(connection.get_execution_options().get(BY_SITE))


def engine_kind(connection: Connection) -> str:
    """Which form of a statement this connection takes: "sqlite", "postgresql" or "citus"."""
    return "citus" if is_by_site(connection) else connection.dialect.name


def each_site(
    session: Session | Connection, items: Iterable[_Item], site_of: Callable[[_Item], str]
) -> Iterator[tuple[str, list[_Item]]]:
    """The items of each site, where a statement may be about one site only. Elsewhere all of them as one group, named ""."""
    groups: dict[str, list[_Item]] = {}
    by_site = is_by_site(session)
    for item in items:
        groups.setdefault(site_of(item) if by_site else "", []).append(item)
    # In one order, so that two writers cannot deadlock.
    return iter(sorted(groups.items(), key=lambda group: group[0]))


def sites_to_ask(session: Session, sites: Select[str]) -> Sequence[str]:
    """These sites, where each is asked on its own node. Elsewhere [""]: one question for all sites."""
    return session.scalars(sites).all() if is_by_site(session) else [""]


def of_site(column: Any, site_id: str) -> tuple[ColumnElement[bool], ...]:
    """The condition for rows to be of this site; none for the group of all sites."""
    return (column == site_id,) if site_id else ()


def of_named_site(column: Any, *, is_named: bool) -> tuple[ColumnElement[bool], ...]:
    """Like `of_site`, for a statement that is built once: the site comes later, by `and_site`."""
    return (column == bindparam("site"),) if is_named else ()


def and_site(values: Mapping[str, Any], site_id: str) -> dict[str, Any]:
    """The parameters of such a statement; without a site for the group of all sites."""
    return {**values, "site": site_id} if site_id else dict(values)
