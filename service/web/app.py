"""The Flask application: blueprints, size limits, request ids and rate-limit headers."""

import os
from importlib import import_module

from flask import Flask, Response, g, request
from flask_babel import Babel

from service.config import Settings
from service.logs import request_ids
from service.setting_sources import load
from service.web.api import (
    akismet,
    akismet_account,
    comments,
    complaints,
    decisions,
    deliveries,
    endpoints,
    persons,
    reports,
    threads,
    warnings,
)
from service.web.api.other_services import coral, openai_moderations, perspective, perspective_feedback
from service.web.auth.rate_limit import Rate, add_rate_limit_headers, rate_limited
from service.web.http.client_ip import with_trusted_proxies
from service.web.http.compression import compress
from service.web.http.environ_keys import BODY_ERROR
from service.web.http.errors import register_error_handlers
from service.web.http.header_limits import too_large
from service.web.http.i18n import ago, count, day, duration, moment, month
from service.web.http.json_body import MAX_BODY
from service.web.http.request_id import request_id_of
from service.web.http.request_line import check_request_line
from service.web.http.route_metadata import ThreadConverter, WholeThreadConverter, page, public
from service.web.http.security_headers import DEFAULT_HEADERS
from service.web.http.sub_path import serve_below
from service.web.openapi import pages
from service.web.ops import health, metrics
from service.web.ops.request_spans import trace_requests
from service.web.pages.blueprint import _language, _time_zone, bp, unknown_address
from service.web.public import ban_complaint, comment_form, counts, embed, feed, own_comments, queue_feed, stop_mails
from service.web.resources.web_resources import Trial, WebResources

#: All blueprints, except the blueprint of the pages: `open_pages` registers that one.
BLUEPRINTS = (
    comments.bp,
    decisions.bp,
    complaints.bp,
    reports.bp,
    persons.bp,
    threads.bp,
    warnings.bp,
    feed.bp,
    counts.bp,
    embed.bp,
    comment_form.bp,
    own_comments.bp,
    ban_complaint.bp,
    stop_mails.bp,
    queue_feed.bp,
    endpoints.bp,
    deliveries.bp,
    akismet.bp,
    akismet_account.bp,
    perspective.bp,
    perspective_feedback.bp,
    openai_moderations.bp,
    coral.bp,
    pages.bp,
    health.bp,
    metrics.bp,
)


#: The modules that add views to the blueprint of the pages.
PAGES = (
    "service.web.pages.account.kept_form",
    "service.web.pages.account.messages",
    "service.web.pages.account.passkeys",
    "service.web.pages.account.profile",
    "service.web.pages.account.saved_views",
    "service.web.pages.account.sign_in",
    "service.web.pages.account.sign_in_2fa",
    "service.web.pages.account.link_by_mail",
    "service.web.pages.account.sign_in_oidc",
    "service.web.pages.account.two_factor",
    "service.web.pages.queue.actions_api",
    "service.web.pages.queue.comment_tools",
    "service.web.pages.queue.forms",
    "service.web.pages.queue.page",
    "service.web.pages.queue.practice",
    "service.web.pages.queue.reject_together",
    "service.web.pages.reported.complaints",
    "service.web.pages.reported.evidence",
    "service.web.pages.reported.reporters",
    "service.web.pages.reported.reports",
    "service.web.pages.reports.author_actions",
    "service.web.pages.reports.authors",
    "service.web.pages.reports.charts",
    "service.web.pages.reports.decisions",
    "service.web.pages.reports.search",
    "service.web.pages.reports.threads",
    "service.web.pages.settings.api_keys",
    "service.web.pages.settings.audit_log",
    "service.web.pages.settings.chats",
    "service.web.pages.settings.custom_rules",
    "service.web.pages.settings.external_checks",
    "service.web.pages.settings.languages",
    "service.web.pages.settings.moderators",
    "service.web.pages.settings.reports",
    "service.web.pages.settings.risk_budget",
    "service.web.pages.settings.site_model",
    "service.web.pages.settings.site_settings",
    "service.web.pages.settings.sites",
    "service.web.pages.settings.try_comment",
    "service.web.pages.settings.webhook_endpoints",
    "service.web.pages.settings.word_lists",
)


def create_app(settings: Settings | None = None, *, trial: Trial | None = None) -> Flask:
    """Build the application. Settings default to those of the environment. `trial` judges comments without storing them."""
    settings = settings or load(os.environ)
    app = Flask("greenroom", root_path=os.path.dirname(__file__))  # noqa: PTH120
    app.view_functions["static"] = public(page(rate_limited(Rate.PAGE)(app.view_functions["static"])))  # type: ignore[assignment]
    app.url_map.merge_slashes = False
    app.url_map.converters.update({"thread": ThreadConverter, "whole_thread": WholeThreadConverter})
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY + 1, MAX_FORM_MEMORY_SIZE=MAX_BODY, MAX_FORM_PARTS=100)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["greenroom"] = WebResources.open(settings, trial)
    app.wsgi_app = with_trusted_proxies(app.wsgi_app, settings)  # type: ignore[method-assign]
    register_error_handlers(app)
    metrics.count_requests(app)
    app.before_request(_name_request)
    trace_requests(app)
    app.before_request(check_headers)
    app.before_request(check_request_line)
    app.before_request(check_body_was_read)
    app.after_request(add_rate_limit_headers)
    app.after_request(_sign_response)
    app.after_request(compress)
    if settings.sub_path:
        # Registered after `compress`, so it runs before it.
        serve_below(app, settings.sub_path)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    open_pages(app)
    return app


def _name_request() -> None:
    g.request_id = request_id_of(request.headers.get("X-Request-Id", ""))
    request_ids.set((g.request_id,))


def _sign_response(response: Response) -> Response:
    headers = response.headers
    present = {name.lower() for name in headers.keys()}  # noqa: SIM118  iterating over headers gives pairs
    headers.extend([(name, value) for name, value in DEFAULT_HEADERS if name.lower() not in present])
    headers["X-Request-Id"] = g.get("request_id", "")
    return response


def check_headers() -> None:
    """Raises HeadersTooLarge. The event loop in front has checked already; this is for a server that calls Flask directly."""
    if refusal := too_large(request.environ):
        raise refusal


def check_body_was_read() -> None:
    """Raises the error that kept the request body from being read, before a view runs."""
    if refusal := request.environ.get(BODY_ERROR):
        raise refusal


def open_pages(app: Flask) -> None:
    """Register the blueprint of the pages. Importing a page module adds its views to the blueprint."""
    for name in PAGES:
        import_module(name)
    Babel(app, locale_selector=_language, timezone_selector=_time_zone, default_translation_directories="translations")
    app.jinja_env.filters.update(ago=ago, count=count, day=day, duration=duration, moment=moment, month=month)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_blueprint(bp)
    for status in (404, 405):
        app.register_error_handler(status, unknown_address)
