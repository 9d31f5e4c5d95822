"""The callback that Akismet's plugin names in a check: accepted if it is on the site's own pages, and kept as an endpoint."""

import logging

from flask import g

from service.actions.webhooks.callbacks import has_key, keep_callback
from service.clock import utcnow
from service.domain.errors import Refusal
from service.store.webhooks.callbacks import callback_endpoint
from service.web.resources.web_resources import resources

log = logging.getLogger("greenroom.web")


def accepted_callback(url: str) -> str:
    """The id of the endpoint for this callback. Empty if there is no callback, it is not on one of the site's origins, or its
    endpoint is turned off."""
    site_id = g.caller.site_id
    if not url or not resources().sites.get(site_id).owns(url):
        return ""
    with resources().database.reading() as session:
        endpoint = callback_endpoint(session, site_id, url)
    if endpoint and has_key(endpoint, g.token, resources().secret_box):
        return str(endpoint.id) if endpoint.enabled else ""
    try:
        with resources().database.writing() as session:
            return str(keep_callback(
                session, site_id, url=url, key=g.token, secret_box=resources().secret_box, now=utcnow(),
                allow=resources().settings.webhook_allow,
            ))  # fmt: skip
    except Refusal as error:
        log.warning("callback_refused", extra={"site": site_id, "code": error.code})
        return ""
