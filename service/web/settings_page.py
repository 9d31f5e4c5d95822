"""A site's own rules: what is held first, its words and domains, and the reasons for a rejection."""

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.rules import LISTS, set_rejections, set_rules
from service.domain.errors import Invalid
from service.store.people import Role
from service.store.sites import site
from service.web.doors import doors
from service.web.pages import back_to, bp, page
from service.web.rejections import MOST, rejections
from service.web.sessions import site_id, with_role


@bp.get("/settings")
@with_role(Role.ADMIN)
def settings() -> AnyResponse:
    return _shown()


@bp.post("/settings/rules")
@with_role(Role.ADMIN)
def change_rules() -> AnyResponse:
    lists = {name: request.form.get(name, "").replace("\0", "").splitlines() for name in LISTS}
    try:
        with doors().database.writing() as session:
            set_rules(session, site_id(), hold_everything=request.form.get("hold_everything") == "on", lists=lists)
    except Invalid as error:
        return _shown(422, fault=error.detail, typed=lists)
    return back_to("pages.settings", site=site_id(), done="rules")


@bp.post("/settings/rejections")
@with_role(Role.ADMIN)
def change_rejections() -> AnyResponse:
    form = request.form
    rows = zip(form.getlist("code"), form.getlist("label"), form.getlist("text"), strict=False)
    wanted = [{"code": code, "label": label, "text": text.replace("\0", "")} for code, label, text in rows if label.strip()]
    try:
        with doors().database.writing() as session:
            set_rejections(session, site_id(), wanted)
    except Invalid as error:
        return _shown(422, fault=error.detail)
    return back_to("pages.settings", site=site_id(), done="rejections")


def _shown(status: int = 200, *, fault: str = "", typed: dict[str, list[str]] | None = None) -> AnyResponse:
    with doors().database.reading() as session:
        here = site(session, site_id())
    lists = typed or {name: list((here.policy or {}).get(name, [])) if here else [] for name in LISTS}
    return page(
        "settings.html", status, here=here, lists=lists, fault=fault, done=request.args.get("done", ""),
        rejections=rejections(here), most=MOST,
    )  # fmt: skip
