"""Callbacks: a blog with Akismet's plugin names an address for later decisions in each check. It becomes an endpoint of its site.

The plugin accepts a webhook if it holds the blog's own key. So the key is stored, encrypted, as the secret of the endpoint.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit
from service.actions.webhooks.endpoints import add_endpoint
from service.domain.audit_events import AuditEvent
from service.domain.security.encryption import DecryptionFailed, SecretBox
from service.store.sites.sites import locked_site
from service.store.tables.outbox import Endpoint, EndpointKind
from service.store.webhooks.callbacks import CALLBACK_EVENTS, callback_endpoint


def has_key(endpoint: Endpoint, key: str, secret_box: SecretBox) -> bool:
    """Whether webhooks to this endpoint hold this key."""
    try:
        return secret_box.decrypt(endpoint.secret) == key
    except DecryptionFailed:
        return False


def keep_callback(
    session: Session, site_id: str, *, url: str, key: str, secret_box: SecretBox, now: datetime, allow: tuple[str, ...] = ()
) -> UUID:
    """Add the endpoint, or give it the blog's new key. Returns its id. Raises Invalid for a bad URL, and Conflict if the site has
    too many endpoints."""
    locked_site(session, site_id)
    endpoint = callback_endpoint(session, site_id, url)
    if endpoint is None:
        endpoint, _ = add_endpoint(
            session, site_id, url=url, secret_box=secret_box, now=now, events=CALLBACK_EVENTS, allow=allow,
            kind=EndpointKind.AKISMET, secret=key,
        )  # fmt: skip
    elif not has_key(endpoint, key, secret_box):
        endpoint.secret = secret_box.encrypt(key)
        record_audit(session, AuditEvent.SECRET_ROTATED, site_id=site_id, target=endpoint.id)
    return endpoint.id
