"""Practice: ten made-up comments before the real ones, a minute that teaches the keys; each answer is explained."""

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from service.actions.accounts.moderators import set_preferences
from service.actions.sites.site_settings import set_practice
from service.domain.errors import Invalid
from service.store.moderation.decisions import has_decided
from service.store.sites.sites import site
from service.store.tables.accounts import Role
from service.store.tables.sites import Site
from service.web.auth.sessions import current_moderator_id, current_sign_in, has_role, site_id, with_role
from service.web.pages.blueprint import bp, page, redirect_to
from service.web.pages.queue.practice_comments import NUMBER, lessons
from service.web.pages.queue.rejection_reasons import rejections
from service.web.resources.web_resources import resources

ACTS = ("approve", "reject", "spam", "escalate")
#: The preference that says how many were answered, and the one that says that somebody wants none.
DONE, DECLINED = "practised", "practice_declined"


@bp.get("/queue/practice")
@with_role(Role.MODERATOR)
def practice() -> AnyResponse:
    """The lesson `n`, or the next one; with `said` also what is to be said of that answer."""
    n = _number(request.args.get("n", ""))
    said = request.args.get("said", "")
    with resources().database.reading() as session:
        here = site(session, site_id())
    return page(
        "practice.html",
        n=n,
        number=NUMBER,
        lesson=lessons()[n - 1] if n <= NUMBER else None,
        said=said if said in ACTS and n <= _answered() else "",
        rejections=rejections(here),
        demanded=bool(here and (here.policy or {}).get("practice")),
    )


@bp.post("/queue/practice")
@with_role(Role.MODERATOR)
def answer_practice() -> AnyResponse:
    """An answer: it is kept how far somebody came, not what was said."""
    n, act = _number(request.form.get("n", "")), request.form.get("act", "").partition(":")[0]
    if act not in ACTS:
        raise Invalid.field("/act", "unknown", f"expected one of {', '.join(ACTS)}")
    with resources().database.writing() as session:
        set_preferences(session, current_moderator_id(), **{DONE: max(_answered(), min(n, NUMBER))})
    return redirect_to("pages.practice", site=site_id(), n=n, said=act)


@bp.post("/queue/practice/decline")
@with_role(Role.MODERATOR)
def decline_practice() -> AnyResponse:
    with resources().database.writing() as session:
        set_preferences(session, current_moderator_id(), **{DECLINED: True})
    return redirect_to("pages.queue", site=site_id())


@bp.post("/settings/practice")
@with_role(Role.ADMIN)
def demand_practice() -> AnyResponse:
    with resources().database.writing() as session:
        set_practice(session, site_id(), request.form.get("practice") == "on")
    return redirect_to("pages.moderators", site=site_id(), done="practice")


def invited() -> bool:
    """Whether to tell this moderator that one can practise here."""
    preferences = current_sign_in().moderator.preferences
    return has_role(Role.MODERATOR) and _answered() < NUMBER and not preferences.get(DECLINED)


def is_owed(session: Session, here: Site | None) -> bool:
    """Whether this site wants this moderator to practise first. Whoever decided about real comments needs none."""
    if here is None or not (here.policy or {}).get("practice") or has_role(Role.ADMIN) or not has_role(Role.MODERATOR):
        return False
    return _answered() < NUMBER and not has_decided(session, current_moderator_id())


def _answered() -> int:
    kept = current_sign_in().moderator.preferences.get(DONE, 0)
    return kept if isinstance(kept, int) else 0


def _number(asked: str) -> int:
    """Which lesson: one that was reached already, else the next one; NUMBER + 1 is the end."""
    reached = _answered() + 1
    n = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else reached
    return min(max(n, 1), reached, NUMBER + 1)
