"""Everything that is kept. Importing this package knows every table."""

from service.store.db.column_types import Record
from service.store.tables import accounts as people
from service.store.tables import archives, comments, idempotency, invitations, outbox, site_models, sites
from service.store.tables import audit_log as acts
from service.store.tables import daily_statistics as day_numbers
from service.store.tables import external_checks as outside
from service.store.tables import moderation as steps
from service.store.tables import oidc as elsewhere
from service.store.tables import two_factor as factors

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
