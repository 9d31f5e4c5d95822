"""Practice: ten made-up comments that teach new moderators the keys; each answer is explained."""

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from service.actions.accounts.moderators import set_preferences
from service.actions.sites.site_settings import set_practice
from service.domain.errors import Invalid
from service.domain.policy.site_policy import SitePolicy
from service.store.moderation.decisions import has_decided
from service.store.sites.sites import site
from service.store.tables.accounts import Role
from service.store.tables.sites import Site
from service.web.auth.sessions import current_moderator_id, current_sign_in, has_role, site_id, with_role
from service.web.pages.blueprint import bp, page, redirect_to
from service.web.pages.queue.practice_comments import NUMBER, lessons
from service.web.pages.queue.rejection_reasons import rejections
from service.web.resources.web_resources import resources

ACTIONS = ("approve", "reject", "spam", "escalate")
#: Names of two preferences: how many lessons were answered, and that the moderator declined to practise.
DONE, DECLINED = "practised", "practice_declined"


@bp.get("/queue/practice")
@with_role(Role.MODERATOR)
def practice() -> AnyResponse:
    """Show the lesson `n`, or the next lesson. `said` is the moderator's answer: if it is given, also show the explanation."""
    n = _number(request.args.get("n", ""))
    said = request.args.get("said", "")
    with resources().database.reading() as session:
        this_site = site(session, site_id())
    return page(
        "practice.html",
        n=n,
        number=NUMBER,
        lesson=lessons()[n - 1] if n <= NUMBER else None,
        said=said if said in ACTIONS and n <= _done_count() else "",
        rejections=rejections(this_site),
        demanded=bool(this_site and SitePolicy(this_site.policy).practice),
    )


@bp.post("/queue/practice")
@with_role(Role.MODERATOR)
def answer_practice() -> AnyResponse:
    """Answer a lesson. Only the progress is stored, not the answer."""
    n, act = _number(request.form.get("n", "")), request.form.get("act", "").partition(":")[0]
    if act not in ACTIONS:
        raise Invalid.field("/act", "unknown", f"expected one of {', '.join(ACTIONS)}")
    with resources().database.writing() as session:
        set_preferences(session, current_moderator_id(), **{DONE: max(_done_count(), min(n, NUMBER))})
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
    """True if the page should invite this moderator to practise."""
    preferences = current_sign_in().moderator.preferences
    return has_role(Role.MODERATOR) and _done_count() < NUMBER and not preferences.get(DECLINED)


def is_owed(session: Session, here: Site | None) -> bool:
    """True if this site requires practice and this moderator has not finished it. False if the moderator has already made a real
    decision."""
    if here is None or not SitePolicy(here.policy).practice or has_role(Role.ADMIN) or not has_role(Role.MODERATOR):
        return False
    return _done_count() < NUMBER and not has_decided(session, current_moderator_id())


def _done_count() -> int:
    number = current_sign_in().moderator.preferences.get(DONE, 0)
    return number if isinstance(number, int) else 0


def _number(text: str) -> int:
    """The lesson to show: the requested one if already reached, else the next one; NUMBER + 1 is the end."""
    reached = _done_count() + 1
    n = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else reached
    return min(max(n, 1), reached, NUMBER + 1)
