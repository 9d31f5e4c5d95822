"""The search page: one search over all states, by words, author, e-mail, id or link, and what to do with what it finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from service.domain.ids import new_id
from service.domain.policy import gravity
from service.domain.states import State
from service.jobs.names import Job
from service.store.db.column_types import AnyRow
from service.store.moderation.search import READ, SEARCHED, SearchFilter, find_exactly, search
from service.store.sites.sites import site
from service.store.tables.accounts import Role
from service.web.auth.sessions import site_id, with_role
from service.web.http.i18n import _, ngettext
from service.web.pages.blueprint import bp, page, redirect_to
from service.web.pages.queue import card_text, reason_text
from service.web.pages.queue.apply_action import apply_decision, apply_undo
from service.web.pages.queue.query_params import action_id, day, place, seen_comment, uuid
from service.web.pages.queue.queue_act import act_of
from service.web.pages.queue.rejection_reasons import SPAM, rejections
from service.web.pages.reports.exact_names import exact_names, is_email
from service.web.resources.web_resources import resources

ROWS = 50
#: A comment that is longer is not shown whole, so it cannot be selected: a moderator decides about what they see.
WHOLE = 1_500
#: The fields of the search form.
_FIELDS = ("words", "state", "article", "language", "gravity", "since", "until")
#: The choices of how serious the findings are at least, and the gravity of each.
_LEAST = {
    "spam": gravity.least(gravity.SPAM),
    "personal_data": gravity.least(gravity.PERSONAL_DATA),
    "insults": gravity.least(gravity.INSULTS),
    "threats": gravity.least(gravity.THREATS_AND_HATE),
}


@dataclass(frozen=True, slots=True)
class Results:
    """One page of comments: first those that the words name exactly. `after` is the cursor of the next page, or empty."""

    rows: list[AnyRow]
    after: str = ""


@bp.get("/search")
@with_role(Role.VIEWER)
def search_comments() -> AnyResponse:
    return _render()


@bp.post("/search/decide")
@with_role(Role.MODERATOR)
def decide_found() -> AnyResponse:
    """Apply one button to the selected comments. A comment that changed since the page was loaded stays as it is."""
    # A decision is about the version on the page, so a comment without a version is left out.
    seen = [item for value in request.form.getlist("comment") if (item := seen_comment(value)) and item.version is not None]
    act = act_of(request.form.get("act", ""))
    if act.kind == "reject" and not act.reason:
        act = act_of(f"reject:{request.form.get('reason', '')}")
    if not seen or act.state is None:
        return _render(422, fault=_("Select some comments first, then choose what to do with them."))
    decided = new_id()
    with resources().database.writing() as session:
        outcomes = apply_decision(session, seen, act, action_id=decided, note="", view=None)
    resources().notifier.notify(Job.DELIVER)
    done = sum(outcome.refusal is None for outcome in outcomes)
    return _back(done=str(done), late=str(len(outcomes) - done), action=str(decided))


@bp.post("/search/undo")
@with_role(Role.MODERATOR)
def undo_found() -> AnyResponse:
    with resources().database.writing() as session:
        outcomes = apply_undo(session, action_id(request.form))
    return _back(undone=str(sum(outcome.refusal is None for outcome in outcomes)))


def _render(status: int = 200, *, fault: str = "") -> AnyResponse:
    typed = _typed(request.args if request.method == "GET" else request.form)
    asked = _filter(typed, request.args.get("after", ""))
    with resources().database.reading() as session:
        results = _results(session, asked)
        reasons = rejections(site(session, site_id()))
    return page(
        "search.html", status, typed=typed, results=results, rejections=reasons, spam=SPAM, fault=fault, read=READ, whole=WHOLE,
        states=SEARCHED, state_names=card_text.state_names(),
        reason_name=reason_text.name_of, by_email=is_email(asked.words), done=_done_text(), action=uuid(request.args.get("action", "")),
    )  # fmt: skip


def _results(session: Session, asked: SearchFilter) -> Results:
    """One page of a search. Texts are not searched for an e-mail address: the moderator looks for its author."""
    names = exact_names(asked.words, resources().pseudonyms)
    exact = list(find_exactly(session, site_id(), names, asked)) if asked.words and not asked.after else []
    if is_email(asked.words):
        return Results(exact)
    known = {row.id for row in exact}
    rows = search(session, site_id(), asked, limit=ROWS)
    after = f"{rows[ROWS - 1].received_at.isoformat()}~{rows[ROWS - 1].id}" if len(rows) > ROWS else ""
    return Results([*exact, *(row for row in rows[:ROWS] if row.id not in known)], after)


def _typed(args: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name in _FIELDS if (value := args.get(name, "").replace("\0", "").strip()[:300])}


def _filter(typed: Mapping[str, str], after: str) -> SearchFilter:
    """The filter that these fields name. Invalid values are ignored, so that a bookmark never breaks."""
    until = day(typed.get("until", ""))
    state = typed.get("state", "")
    return SearchFilter(
        words=typed.get("words", "")[:200],
        state=State(state) if state in SEARCHED else None,
        article=typed.get("article", ""),
        language=typed.get("language", "")[:20],
        least_gravity=_LEAST.get(typed.get("gravity", ""), 0.0),
        since=day(typed.get("since", "")),
        until=until + timedelta(days=1) if until else None,
        after=place(after),
    )


def _done_text() -> str:
    """What the last form did, as a sentence."""
    values = (request.args.get(name, "") for name in ("done", "late", "undone"))
    done, late, undone = (int(value) if value.isdecimal() and len(value) < 6 else 0 for value in values)
    if undone:
        return ngettext("%(num)s comment is back.", "%(num)s comments are back.", undone)
    sentences = [ngettext("%(num)s comment was decided.", "%(num)s comments were decided.", done)] if done else []
    if late:
        text = ngettext(
            "%(num)s comment had changed, and stays as it is.", "%(num)s comments had changed, and stay as they are.", late
        )
        sentences.append(text)
    return " ".join(sentences)


def _back(**facts: str) -> AnyResponse:
    """Back to the search, from which the form was sent."""
    return redirect_to("pages.search_comments", site=site_id(), **_typed(request.form), **facts)
