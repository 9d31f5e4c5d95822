"""The custom rules page: an editor writes a rule, sees the comments that it would have met, and then sets it live."""

from collections.abc import Mapping
from typing import Any

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.sites.custom_rules import (
    MOST_CONDITIONS,
    in_mode,
    name_of,
    parse_rule,
    remove_custom_rule,
    set_custom_rule,
)
from service.domain.errors import Invalid
from service.domain.policy.custom_rules import MATCHES_SHOWN, CustomRule, Mode, Outcome, RuleSubject, back_test
from service.store.comments.threads import latest_threads
from service.store.sites.rule_backtest import past_comments
from service.store.sites.sites import policy_of, site
from service.store.tables.accounts import Role
from service.web.auth.sessions import site_id, with_role
from service.web.http.i18n import _
from service.web.pages.blueprint import bp, page, redirect_to
from service.web.pages.error_text import error_text
from service.web.pages.queue import card_text
from service.web.pages.settings.rule_text import modes, outcomes, rule_sentence, subjects, value_labels
from service.web.resources.web_resources import resources

#: Subjects for which a back-test has to know what each author had written before.
_OF_AUTHORS = frozenset({RuleSubject.NEW_AUTHOR, RuleSubject.KNOWN_AUTHOR, RuleSubject.FIRST_COMMENT})
#: The form offers this many of the latest articles.
ARTICLES = 100
#: The endings of the form fields of each condition: `about`, `value`, `about2`, `value2` and so on.
_PLACES = ("", *(str(number) for number in range(2, MOST_CONDITIONS + 1)))


@bp.get("/settings/custom-rules")
@with_role(Role.ADMIN)
def custom_rules() -> AnyResponse:
    """The rules of the site. With `about` in the query also the back-test of such a rule."""
    if not request.args.get("about"):
        return _render()
    if request.args.get("done") == "removed":
        return _removed()
    try:
        return _tried(parse_rule(_given(request.args)))
    except Invalid as error:
        return _render(422, fault=error_text(error), typed=request.args)


@bp.post("/settings/custom-rules")
@with_role(Role.ADMIN)
def change_custom_rule() -> AnyResponse:
    """Apply one button: set the mode of a rule, or remove it. A removed rule can be put back."""
    act = request.form.get("act", "")
    try:
        rule = parse_rule(_given(request.form))
        with resources().database.writing() as session:
            if act == "remove":
                remove_custom_rule(session, site_id(), name_of(rule))
            else:
                set_custom_rule(session, site_id(), in_mode(rule, act))
    except Invalid as error:
        return _render(422, fault=error_text(error), typed=request.form)
    if act == "remove":
        was = request.form.get("was", Mode.SHADOW)
        return redirect_to("pages.custom_rules", site=site_id(), done="removed", was=was, **rule_fields(rule))
    return redirect_to("pages.custom_rules", site=site_id(), done="saved")


def rule_fields(rule: CustomRule) -> dict[str, str]:
    """A rule as the fields of a form or of a link. Empty fields are left out."""
    fields = {"thread": rule.thread, "outcome": rule.outcome.value, "until": rule.until.isoformat() if rule.until else ""}
    for place, condition in zip(_PLACES, rule.conditions, strict=False):
        fields |= {f"about{place}": condition.about.value, f"value{place}": condition.value}
    return {name: value for name, value in fields.items() if value}


def _given(form: Mapping[str, str]) -> dict[str, Any]:
    """A rule as the form names it. A further condition without a subject is left out."""
    clean = {name: value.replace("\0", "").strip() for name, value in form.items()}
    further = [place for place in _PLACES[1:] if clean.get(f"about{place}")]
    return {
        **{name: clean.get(name, "") for name in ("about", "value", "thread", "outcome", "until")},
        "also": [{"about": clean[f"about{place}"], "value": clean.get(f"value{place}", "")} for place in further],
    }


def _removed() -> AnyResponse:
    try:
        rule = parse_rule(_given(request.args))
    except Invalid:
        return _render()
    return _render(gone=rule, was=request.args.get("was", Mode.SHADOW))


def _tried(rule: CustomRule) -> AnyResponse:
    with resources().database.reading() as session:
        of_authors = any(condition.about in _OF_AUTHORS for condition in rule.conditions)
        earlier = past_comments(session, site_id(), authors=of_authors)
    typed = rule_fields(rule)
    return _render(typed=typed, trial={"rule": rule, "fields": typed, "result": back_test(rule, earlier)})


def _render(status: int = 200, **more: Any) -> AnyResponse:
    with resources().database.reading() as session:
        this_site, articles = site(session, site_id()), latest_threads(session, site_id(), limit=ARTICLES)
    values: dict[str, Any] = {
        "typed": {}, "trial": None, "fault": "", "done": request.args.get("done", ""), "gone": None, "was": "",
    } | more  # fmt: skip
    return page(
        "custom_rules.html", status, rules=policy_of(this_site).custom_rules, subjects=subjects(), modes=modes(),
        outcomes=outcomes(), sentence=rule_sentence, fields_of=rule_fields, endings=_PLACES, state_names=card_text.state_names(),
        most=MATCHES_SHOWN, verb=_verb, value_labels=value_labels(), articles=articles, **values,
    )  # fmt: skip


def _verb(outcome: Outcome, number: int, tried: int) -> str:
    """What a rule would have done, as a sentence."""
    texts = {
        Outcome.HOLD: _("Would have held %(number)s of the last %(tried)s comments.", tried=tried, number=number),
        Outcome.REJECT: _("Would have rejected %(number)s of the last %(tried)s comments.", tried=tried, number=number),
        Outcome.APPROVE: _(
            "Would have applied to %(number)s of the last %(tried)s comments, and approved those without a serious finding.",
            tried=tried,
            number=number,
        ),
    }
    return texts[outcome]
