"""Everything that is kept. Importing this package knows every table."""

from service.store import (
    acts,
    archives,
    comments,
    day_numbers,
    elsewhere,
    factors,
    idempotency,
    invitations,
    outbox,
    outside,
    people,
    site_models,
    sites,
    steps,
)
from service.store.schema import Record

__all__ = [
    "Record",
    "acts",
    "archives",
    "comments",
    "day_numbers",
    "elsewhere",
    "factors",
    "idempotency",
    "invitations",
    "outbox",
    "outside",
    "people",
    "site_models",
    "sites",
    "steps",
]
