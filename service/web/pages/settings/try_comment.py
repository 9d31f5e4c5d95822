"""The page to try things out: what would happen to a comment and why, and how often each entry of a list was found."""

from flask import request
from werkzeug.wrappers import Response

from service.actions.comments.submit import Submission
from service.domain.draft import Draft, DraftAuthor, DraftContext, DraftThread
from service.domain.policy.reasons_json import as_reasons
from service.domain.policy.signals import Family, Kind, Signal
from service.domain.policy.site_policy import LISTS
from service.domain.policy.verdict import TrialResult
from service.store.sites.list_hits import list_hits
from service.store.sites.sites import site
from service.store.sites.word_lists import lists_of
from service.store.tables.accounts import Role
from service.web.auth.sessions import site_id, with_role
from service.web.http.i18n import _
from service.web.pages.blueprint import bp, page
from service.web.pages.queue import card_text, reason_text
from service.web.resources.web_resources import resources

LONGEST = 10_000
#: The article of the tried comment. It does not exist, so nothing is known about it.
_ARTICLE = "greenroom-tries-this"


@bp.get("/settings/try")
@with_role(Role.ADMIN)
def try_comment() -> Response:
    return _render()


@bp.post("/settings/try")
@with_role(Role.ADMIN)
def show_trial() -> Response:
    """Judge the typed comment. Nothing is stored."""
    fields = {name: request.form.get(name, "").replace("\0", "").strip()[:LONGEST] for name in ("text", "name", "language")}
    if not fields["text"]:
        return _render(422, typed=fields, fault=_("Type a comment first."))
    trial = resources().trial
    if trial is None:
        return _render(503, typed=fields, fault=_("The checks do not run in this process, so nothing can be tried here."))
    draft = Draft(
        thread=DraftThread(_ARTICLE),
        text=fields["text"],
        author=DraftAuthor(name=fields["name"][:200]),
        context=DraftContext(language=fields["language"][:20]),
    )
    return _render(typed=fields, result=trial(Submission(site_id(), draft), resources().database, resources().settings))


def _render(
    status: int = 200, *, typed: dict[str, str] | None = None, result: TrialResult | None = None, fault: str = ""
) -> Response:
    with resources().database.reading() as session:
        hits = list_hits(session, site_id())
        kept = lists_of(session, site(session, site_id()))
    lists = {name: kept[name] for name in ("blocked_words", "held_words", "blocked_domains")}
    return page(
        "try_comment.html", status, typed=typed or {}, result=result, fault=fault, hits=hits, lists=lists, names=_names(),
        why=reason_text.reason_lines(as_reasons(result.verdict.reasons)) if result else [],
        also=reason_text.reason_lines(as_reasons(_others(result))) if result else [],
        states=card_text.state_names(), all_lists=LISTS,
    )  # fmt: skip


def _others(result: TrialResult) -> list[Signal]:
    """What the checks found beside the reasons of the verdict."""
    silent = (Kind.SPAM_LEAD, Kind.TRUST_NEW_AUTHOR)
    return [
        s
        for s in result.signals
        if s not in result.verdict.reasons and s.kind not in silent and s.kind.family is not Family.FAILURE
    ]


def _names() -> dict[str, str]:
    return {
        "blocked_words": _("Blocked words"),
        "held_words": _("Words to hold for review"),
        "allowed_words": _("Allowed words"),
        "blocked_domains": _("Blocked domains"),
    }
