"""Counts that stop early: a page costs the same for any number of rows."""

from typing import Any

from sqlalchemy import ScalarSelect, Select, func, select

#: Counting stops above this number: "10,000+" is precise enough.
MANY = 10_000


def capped_count(query: Select[Any]) -> ScalarSelect[int]:
    """The number of rows of this query, counted up to MANY + 1, as a subquery."""
    return select(func.count()).select_from(query.limit(MANY + 1).subquery()).scalar_subquery()
