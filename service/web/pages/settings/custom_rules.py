"""The custom rules page: an editor writes a rule, back-tests it on recent comments, and then sets it live."""

from typing import Any

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.actions.sites.custom_rules import in_mode, name_of, parse_rule, remove_custom_rule, set_custom_rule
from service.domain.errors import Invalid
from service.domain.policy.custom_rules import CustomRule, Mode, RuleSubject, back_test
from service.store.sites.rule_backtest import past_comments
from service.store.sites.sites import policy_of, site
from service.store.tables.accounts import Role
from service.web.auth.sessions import site_id, with_role
from service.web.http.i18n import _
from service.web.pages.blueprint import bp, page, redirect_to
from service.web.resources.web_resources import resources

_FIELDS = ("about", "value", "thread")


@bp.get("/settings/custom-rules")
@with_role(Role.ADMIN)
def custom_rules() -> AnyResponse:
    """The rules of the site. With `about` in the query also the back-test of such a rule."""
    given = {name: request.args.get(name, "") for name in _FIELDS}
    if not given["about"]:
        return _render()
    try:
        return _tried(parse_rule(given))
    except Invalid as error:
        return _render(422, fault=error.detail, typed=given)


@bp.post("/settings/custom-rules")
@with_role(Role.ADMIN)
def change_custom_rule() -> AnyResponse:
    """Apply one button: set the mode of a rule, or remove it."""
    act = request.form.get("act", "")
    given = {name: request.form.get(name, "") for name in _FIELDS}
    try:
        rule = parse_rule(given)
        with resources().database.writing() as session:
            if act == "remove":
                remove_custom_rule(session, site_id(), name_of(rule))
            else:
                set_custom_rule(session, site_id(), in_mode(rule, act))
    except Invalid as error:
        return _render(422, fault=error.detail, typed=given)
    return redirect_to("pages.custom_rules", site=site_id(), done="removed" if act == "remove" else "saved")


def _tried(rule: CustomRule) -> AnyResponse:
    with resources().database.reading() as session:
        earlier = past_comments(session, site_id(), authors=rule.about in (RuleSubject.NEW_AUTHOR, RuleSubject.FIRST_COMMENT))
    typed = {"about": rule.about.value, "value": rule.value, "thread": rule.thread}
    return _render(typed=typed, trial={"sentence": _sentence(rule), "told": back_test(rule, earlier)})


def _render(status: int = 200, **more: Any) -> AnyResponse:
    with resources().database.reading() as session:
        this_site = site(session, site_id())
    rules = [(rule, _sentence(rule)) for rule in policy_of(this_site).custom_rules]
    values: dict[str, Any] = {"typed": {}, "trial": None, "fault": "", "done": request.args.get("done", "")} | more
    return page("custom_rules.html", status, rules=rules, abouts=_abouts(), modes=_modes(), **values)


def _abouts() -> dict[str, str]:
    return {
        RuleSubject.LINKS: _("Have more than … links"),
        RuleSubject.NEW_AUTHOR: _("Are by an author with fewer than … approved comments"),
        RuleSubject.FIRST_COMMENT: _("Are an author’s first comment"),
        RuleSubject.OLD_THREAD: _("Are on an article older than … days"),
        RuleSubject.LANGUAGE: _("Are not in one of these languages (codes such as en, fr)"),
        RuleSubject.WORDS: _("Contain one of these words (separate with commas; * matches any letters)"),
    }


def _modes() -> dict[str, str]:
    return {Mode.LIVE: _("On"), Mode.SHADOW: _("Test mode (only counts)"), Mode.OFF: _("Off")}


def _sentence(rule: CustomRule) -> str:
    sentences = {
        RuleSubject.LINKS: _("Hold comments with more than %(value)s links", value=rule.value),
        RuleSubject.NEW_AUTHOR: _("Hold comments by authors with fewer than %(value)s approved comments", value=rule.value),
        RuleSubject.FIRST_COMMENT: _("Hold the first comment of each author"),
        RuleSubject.OLD_THREAD: _("Hold comments on articles older than %(value)s days", value=rule.value),
        RuleSubject.LANGUAGE: _("Hold comments that are not in %(value)s", value=rule.value),
        RuleSubject.WORDS: _("Hold comments that contain %(value)s", value=rule.value),
    }
    return sentences[rule.about] + (_(", only on the article %(thread)s", thread=rule.thread) if rule.thread else "")
