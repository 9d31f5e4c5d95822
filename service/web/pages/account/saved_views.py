"""Saved views: filters and orders of the queue or the search that a moderator keeps as tabs of their own."""

from urllib.parse import urlsplit

from flask import redirect, request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.accounts.moderators import set_preferences
from service.domain.errors import Conflict, Invalid
from service.web.auth.sessions import current_moderator_id, current_sign_in, signed_in
from service.web.http.i18n import _
from service.web.pages.blueprint import bp, local_path
from service.web.resources.web_resources import resources

MOST, LONGEST_NAME, LONGEST_PATH = 12, 60, 1_000
#: The pages whose views can be saved.
_PAGES = ("/queue", "/search")


@bp.post("/account/views")
@signed_in
def change_views() -> AnyResponse:
    """Save the view at `path` under a name, or remove the view of this name. A view of the same name is replaced."""
    name, path = request.form.get("name", "").strip()[:LONGEST_NAME], request.form.get("path", "")
    others = [view for view in saved_views() if view["name"] != name]
    if request.form.get("act") != "remove":
        others.append(_view(name, path))
        if len(others) > MOST:
            raise Conflict(_("You have %(most)s views already. Remove one first.", most=MOST))
    with resources().database.writing() as session:
        set_preferences(session, current_moderator_id(), views=others)
    return redirect(local_path(path), 303)


def saved_views() -> list[dict[str, str]]:
    """The views of this moderator: each with its name and its path."""
    views = current_sign_in().moderator.preferences.get("views", ())
    return [{"name": str(view["name"]), "path": str(view["path"])} for view in views]


def _view(name: str, path: str) -> dict[str, str]:
    if not name:
        raise Invalid.field("/name", "missing", _("Give the view a name."))
    if len(path) > LONGEST_PATH or local_path(path, otherwise="") != path or urlsplit(path).path not in _PAGES:
        raise Invalid.field("/path", "unknown", _("Only a view of the queue or of the search can be saved."))
    return {"name": name, "path": path}
