"""The sites page: adds a site, and deletes the one that it is about. Both are for admins of all sites."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.sites.delete_site import deletable
from service.actions.sites.sites_and_keys import add_site
from service.clock import utcnow
from service.domain.errors import Conflict, Invalid
from service.store.lifecycle.archives import archives_of
from service.store.lifecycle.installation import is_resting
from service.store.reports.work_totals import Total, work_totals
from service.store.tables.accounts import Role
from service.web.auth.sessions import current_sign_in, site_id, with_role
from service.web.http.i18n import _, ago
from service.web.pages.blueprint import bp, page, redirect_to
from service.web.pages.error_text import error_text
from service.web.resources.batches import delete_whole_site
from service.web.resources.web_resources import resources

#: A site with more comments is deleted by the command: it takes longer than a browser waits.
MOST_COMMENTS = 20_000


@bp.get("/settings/sites")
@with_role(Role.ADMIN)
def sites() -> AnyResponse:
    return _render()


@bp.post("/settings/sites")
@with_role(Role.ADMIN)
def create_site() -> AnyResponse:
    typed = {name: request.form.get(name, "").replace("\0", "").strip() for name in ("id", "name", "origins")}
    if not typed["id"]:
        return _render(422, fault=_("Enter an id for the site."), typed=typed)
    if not _is_admin_of_all_sites():
        return _render(403)
    try:
        with resources().database.writing() as session:
            add_site(session, typed["id"], origins=typed["origins"].split(), name=typed["name"][:200], now=utcnow())
    except (Invalid, Conflict) as error:
        return _render(422, fault=error_text(error), typed=typed)
    return redirect_to("pages.keys", site=typed["id"])


@bp.post("/settings/sites/delete")
@with_role(Role.ADMIN)
def delete_this_site() -> AnyResponse:
    if request.form.get("typed", "").strip() != site_id():
        return _render(422, fault=_("Nothing is deleted: type the id of the site, %(site)s.", site=site_id()))
    if not _is_admin_of_all_sites():
        return _render(403)
    with resources().database.reading() as session:
        too_many = deletable(session, site_id())["comments"] > MOST_COMMENTS
    if too_many:
        return _render(422, fault=_("This site has too many comments to be deleted here."))
    delete_whole_site(resources().database, site_id())
    resources().feeds.clear()
    return redirect_to("pages.queue")


def _is_admin_of_all_sites() -> bool:
    return current_sign_in().moderator.role_on_all_sites == Role.ADMIN


def _render(status: int = 200, *, fault: str = "", typed: dict[str, str] | None = None) -> AnyResponse:
    with resources().database.reading() as session:
        contents = deletable(session, site_id()) if site_id() else {}
        archives = [f"{archive.folder}/{archive.name}" for archive in archives_of(session, site_id())]
        rests, totals = is_resting(session), work_totals(session, now=utcnow())
    return page(
        "sites.html", status, contents=contents, archives=archives, rests=rests, runs=_runs(totals), too_many=contents.get("comments", 0) > MOST_COMMENTS,
        allowed=_is_admin_of_all_sites(), fault=fault, typed=typed or {},
    )  # fmt: skip


def _runs(totals: Mapping[str, Total]) -> Iterator[tuple[str, str, bool]]:
    """Of each kind of job its name, when it last ran, and whether that is too long ago. Without a broker the process that checks and
    delivers also maintains."""
    now, kinds = utcnow(), {"checks": _("Checks"), "deliveries": _("Deliveries")}
    for kind, name in (kinds | {"sweep": _("Maintenance")} if resources().settings.has_broker else kinds).items():
        last = totals.get(f"runs:{kind}")
        yield name, ago(now - timedelta(seconds=last.age)) if last else _("never"), last is None or last.is_late
