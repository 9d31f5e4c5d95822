"""The site model page: the model's status, its results on unseen decisions, and the weights of words."""

from dataclasses import dataclass
from datetime import datetime

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.domain.policy.model_weights import WeightedFeature, weighted_features
from service.domain.policy.site_model_doubts import Doubt
from service.store.learning.site_models import site_model_of
from service.store.tables.accounts import Role
from service.store.tables.site_models import SiteModelRow
from service.web.auth.sessions import site_id, with_role
from service.web.http.i18n import _
from service.web.pages.blueprint import bp, page
from service.web.pages.settings.site_model_doubts import why_silent
from service.web.resources.web_resources import resources

TOP = 20
#: Weights below this are not shown.
LIGHT = 0.02


@dataclass(frozen=True, slots=True)
class SiteModelView:
    """A site's model as the page shows it."""

    trained_at: datetime
    speaks: bool
    sentence: str
    record: str
    traffic: str
    against: list[WeightedFeature]
    calm: list[WeightedFeature]
    asked: list[WeightedFeature]


@bp.get("/settings/site-model")
@with_role(Role.MODERATOR)
def site_model() -> AnyResponse:
    word = " ".join(request.args.get("word", "").replace("\0", "")[:100].casefold().split())
    with resources().database.reading() as session:
        model = site_model_of(session, site_id()) if site_id() else None
    return page("site_model.html", shown=_view(model, model.trained_at, word) if model and model.trained_at else None, word=word)


def _view(model: SiteModelRow, trained_at: datetime, word: str) -> SiteModelView:
    words = weighted_features(model.weights)
    return SiteModelView(
        trained_at=trained_at,
        speaks=model.active,
        sentence=_status_sentence(model),
        record=_record(model),
        traffic=_traffic(model),
        against=[one for one in words[:TOP] if one.weight > LIGHT],
        calm=[one for one in words[::-1][:TOP] if one.weight < -LIGHT],
        asked=[one for one in words if word and word in one.name.split()] or [one for one in words if one.name == word],
    )


def _status_sentence(model: SiteModelRow) -> str:
    if model.active:
        return _("In use: new comments are checked with it instead of the standard model.")
    if not model.weights and model.report.get("doubt") != Doubt.ONE_SIDED:
        return _("Not in use yet: there are too few decisions. Training runs again as your team decides more.")
    return why_silent(model.report)


def _traffic(model: SiteModelRow) -> str:
    """The active model's results on ordinary comments. Empty if the model is not active: then `_status_sentence` gives the
    reason."""
    if not model.active or not model.report.get("ordinary"):
        return ""
    return _(
        "Of %(ordinary)s ordinary comments of this site, it would hold %(more)s more than the standard model.",
        ordinary=model.report["ordinary"],
        more=max(0, int(model.report["more"])),
    )


def _record(model: SiteModelRow) -> str:
    record = model.report
    if not record.get("judged"):
        return ""
    return _(
        "It predicted %(right)s %% of your last %(judged)s decisions correctly; the standard model %(shipped)s %%.",
        judged=record["judged"],
        right=round(100 * float(record["right"])),
        shipped=round(100 * float(record["right_shipped"])),
    )
