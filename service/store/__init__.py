"""Everything that is kept. Importing this package knows every table."""

from service.store import comments, day_numbers, idempotency, outbox, people, site_models, sites
from service.store.schema import Record

__all__ = ["Record", "comments", "day_numbers", "idempotency", "outbox", "people", "site_models", "sites"]
