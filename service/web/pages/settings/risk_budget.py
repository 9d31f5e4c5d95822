"""The risk budget page: the accepted error rates, the limits calibrated on the site's own decisions, and the share automated."""

from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.learning.risk_budget import calibrated, clear_budget, set_budget
from service.domain.errors import Invalid
from service.domain.policy.risk_budget import CONFIDENCE, FEWEST, Decided, Limits, upper_bound
from service.domain.policy.site_thresholds import SiteThresholds
from service.store.learning.scored_decisions import ScoredDecision, scored_decisions
from service.store.sites.sites import policy_of, site
from service.store.tables.accounts import Role
from service.web.auth.sessions import site_id, with_role
from service.web.http.i18n import _
from service.web.pages.blueprint import bp, page, redirect_to
from service.web.pages.error_text import error_text
from service.web.resources.web_resources import resources

_NUMBERS = ("published", "rejected", "sample_one_in")


@dataclass(frozen=True, slots=True)
class RiskBudgetView:
    """The results of the calibration, as sentences."""

    publish: str
    reject: str
    alone: str
    decisions: int


@bp.get("/settings/risk-budget")
@with_role(Role.ADMIN)
def risk_budget() -> AnyResponse:
    return _render()


@bp.post("/settings/risk-budget")
@with_role(Role.ADMIN)
def change_budget() -> AnyResponse:
    """Apply one button: try, save, or clear."""
    act = request.form.get("act", "")
    if act == "clear":
        with resources().database.writing() as session:
            clear_budget(session, site_id())
        return redirect_to("pages.risk_budget", site=site_id(), done="cleared")
    try:
        thresholds = _form_thresholds()
        if act == "try":
            return _render(wanted=thresholds)
        with resources().database.reading() as session:
            limits = calibrated(scored_decisions(session, site_id(), thresholds), thresholds)
        with resources().database.writing() as session:
            set_budget(session, site_id(), thresholds, limits)
    except Invalid as error:
        return _render(422, fault=error_text(error))
    return redirect_to("pages.risk_budget", site=site_id(), done="saved")


def _form_thresholds() -> SiteThresholds:
    given = {name: request.form.get(name, "").strip() for name in _NUMBERS}
    for name, value in given.items():
        if not (value.isascii() and value.isdecimal() and len(value) <= 6) or int(value) < (0 if name == "sample_one_in" else 10):
            raise Invalid.field(
                f"/{name}",
                "not_a_number",
                _("Enter a whole number of 10 or more (for spot checks also 0), not “%(value)s”.", value=value[:20]),
            )
    numbers = {name: int(value) for name, value in given.items()}
    return SiteThresholds(**numbers, hold_until_known=request.form.get("hold_until_known") == "on")


def _render(status: int = 200, *, wanted: SiteThresholds | None = None, fault: str = "") -> AnyResponse:
    with resources().database.reading() as session:
        this_site = site(session, site_id())
        set_now = policy_of(this_site).thresholds
        thresholds = wanted or set_now or SiteThresholds()
        decided = scored_decisions(session, site_id(), thresholds)
    view = _view(decided, calibrated(decided, thresholds))
    return page(
        "risk_budget.html", status, thresholds=thresholds, told=view, is_set=set_now is not None, tried=wanted is not None,
        fault=fault, done=request.args.get("done", ""),
    )  # fmt: skip


def _view(decided: ScoredDecision, limits: Limits) -> RiskBudgetView:
    publish = [one for one in decided.to_publish if limits.publish_below is not None and one.score < limits.publish_below]
    reject = [one for one in decided.to_reject if limits.reject_from is not None and one.score >= limits.reject_from]
    return RiskBudgetView(
        publish=_publishing(publish, limits.publish_below),
        reject=_rejecting(reject, limits.reject_from),
        alone=_alone(limits),
        decisions=limits.decisions,
    )


def _alone(limits: Limits) -> str:
    if limits.publish_below is None and limits.reject_from is None:
        return ""
    return _("%(alone)s of 100 comments would be decided automatically.", alone=round(100 * limits.alone))


def _publishing(below: list[Decided], limit: float | None) -> str:
    if limit is None:
        return _("Publishing: not enough decisions yet, so the default limit applies.")
    wrong = sum(one.rejected for one in below)
    return _(
        "Publishing: comments with a risk below %(limit)s %% are published automatically. You rejected %(wrong)s of %(count)s such "
        "comments. With %(sure)s %% confidence, at most 1 in %(bound)s is wrong.",
        limit=f"{100 * limit:.0f}", count=len(below), wrong=wrong, sure=round(100 * CONFIDENCE), bound=_one_in(wrong, len(below)),
    )  # fmt: skip


def _rejecting(above: list[Decided], limit: float | None) -> str:
    if limit is None:
        return _("Rejecting: not enough decisions yet, so the default limit applies.")
    wrong = sum(not one.rejected for one in above)
    return _(
        "Rejecting: comments with a risk of %(limit)s %% or more are rejected automatically. You approved %(wrong)s of %(count)s "
        "such comments. With %(sure)s %% confidence, at most 1 in %(bound)s is wrong.",
        limit=f"{100 * limit:.0f}", count=len(above), wrong=wrong, sure=round(100 * CONFIDENCE), bound=_one_in(wrong, len(above)),
    )  # fmt: skip


def _one_in(wrong: int, of: int) -> int:
    return int(1 / upper_bound(wrong, of, CONFIDENCE)) if of >= FEWEST else 1
