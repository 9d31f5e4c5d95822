"""The database layer: tables and queries. Importing this package registers every table."""

from service.store.db.column_types import Record
from service.store.tables import (
    accounts,
    archives,
    audit_log,
    comments,
    daily_statistics,
    external_checks,
    idempotency,
    invitations,
    mails,
    moderation,
    oidc,
    outbox,
    reported,
    site_models,
    sites,
    two_factor,
    word_lists,
)

__all__ = [
    "Record",
    "accounts",
    "archives",
    "audit_log",
    "comments",
    "daily_statistics",
    "external_checks",
    "idempotency",
    "invitations",
    "mails",
    "moderation",
    "oidc",
    "outbox",
    "reported",
    "site_models",
    "sites",
    "two_factor",
    "word_lists",
]
