"""The page that shows a form again which came after its session had ended. Nothing is sent until its moderator says so."""

from werkzeug.wrappers import Response as AnyResponse

from service.actions.accounts.kept_forms import kept_form
from service.clock import utcnow
from service.domain.errors import Gone
from service.domain.security.encryption import DecryptionFailed
from service.web.auth.sessions import current_moderator_id, signed_in
from service.web.http.i18n import _
from service.web.pages.blueprint import bp, page
from service.web.resources.web_resources import resources

#: Fields in which people type sentences. Others are shown only if their value has a blank in it.
TYPED = frozenset({"note", "text", "message", "why", "answer", "word", "words"})


@bp.get("/kept-form/<token>")
@signed_in
def show_kept_form(token: str) -> AnyResponse:
    try:
        with resources().database.reading() as session:
            form = kept_form(session, current_moderator_id(), token, secret_box=resources().secret_box, now=utcnow())
    except DecryptionFailed:
        form = None
    if form is None:
        raise Gone(_("This form is more than an hour old, or belongs to another account."))
    fields = [(name, value, bool(value) and (name in TYPED or " " in value or "\n" in value)) for name, value in form.fields]
    return page("kept_form.html", form=form, fields=fields)
