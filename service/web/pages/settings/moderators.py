"""The moderators page: the roles on this site, invitations, sign-in links and two-factor resets."""

from datetime import timedelta
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from service.actions.accounts import moderators as acting
from service.actions.accounts.invitations import WAITS_FOR, offer, sites_beyond, withdraw
from service.actions.accounts.mails import queue_mail
from service.actions.accounts.sign_in import new_link
from service.actions.accounts.two_factor import reset
from service.clock import utcnow
from service.domain.errors import Conflict, Invalid, NotFound
from service.domain.policy.site_policy import SitePolicy
from service.jobs.names import Job
from service.store.accounts.invitations import invited
from service.store.accounts.moderators import moderator_with, roles_of
from service.store.moderation.decision_log import moderators_of
from service.store.sites.sites import site
from service.store.tables.accounts import Moderator, Role, locked
from service.web.auth.sessions import current_moderator_id, current_sign_in, site_id, with_role
from service.web.pages.account.mail_text import invitation_mail
from service.web.pages.blueprint import bp, page, redirect_to
from service.web.resources.web_resources import resources


@bp.get("/settings/moderators")
@with_role(Role.ADMIN)
def moderators() -> AnyResponse:
    return _render()


@bp.post("/settings/moderators")
@with_role(Role.ADMIN)
def invite() -> AnyResponse:
    """Invite an address, with a link that is shown once. The answer is the same whether the address has an account or not."""
    email, name = request.form.get("email", "").replace("\0", ""), request.form.get("name", "").replace("\0", "")[:200]
    with resources().database.writing() as session:
        existing = moderator_with(session, email)
        token = _role_for(session, existing or acting.add_moderator(session, email, name=name, now=utcnow()))
        link = _address(token) if token else ""
        _mail(session, email, link, existing)
    _wake_mails()
    return _render(201, link=link, about=email, waits=True)


@bp.post("/settings/moderators/<uuid:moderator_id>")
@with_role(Role.ADMIN)
def change_role(moderator_id: UUID) -> AnyResponse:
    with resources().database.writing() as session:
        person = locked(session, moderator_id)
        if request.form.get("role") == "none" and person and withdraw(session, person, site_id=site_id()):
            return redirect_to("pages.moderators", site=site_id())
        person = _colleague(session, moderator_id)
        _allow_change_of(person)
        if request.form.get("role") == "none":
            acting.take_role(session, moderator_id, site_id=site_id())
        else:
            acting.give_role(session, person, _role(), site_id=site_id())
    return redirect_to("pages.moderators", site=site_id())


@bp.post("/settings/moderators/<uuid:moderator_id>/link")
@with_role(Role.ADMIN)
def renew_link(moderator_id: UUID) -> AnyResponse:
    """A new sign-in link for a colleague who cannot sign in. Only for an admin of all their sites. Raises Conflict, NotFound."""
    with resources().database.writing() as session:
        person = _colleague(session, moderator_id)
        _allow_way_in(session, person, "make a link with `greenroom user link`")
        link = _address(new_link(session, person.id, now=utcnow(), valid=_valid()))
        _mail(session, person.email, link, person)
    _wake_mails()
    return _render(201, link=link, about=person.email)


@bp.post("/settings/moderators/<uuid:moderator_id>/two-factor")
@with_role(Role.ADMIN)
def reset_two_factor(moderator_id: UUID) -> AnyResponse:
    """Reset two-factor for a colleague who has lost their phone and recovery codes."""
    with resources().database.writing() as session:
        person = _colleague(session, moderator_id)
        _allow_change_of(person)
        _allow_way_in(session, person, "reset it with `greenroom user reset-second-factor`")
        reset(session, moderator_id)
    return redirect_to("pages.moderators", site=site_id(), done="second-factor")


def _role_for(session: Session, known: Moderator) -> str:
    """Change the role of an account that has one on this site, and return ''. Make an invitation for any other account, and return
    its token."""
    person = locked(session, known.id)
    assert person is not None  # noqa: S101
    if not sites_beyond(session, person, [site_id()]):
        if person.disabled_at is not None:
            raise Conflict("this address was disabled by the operator; `greenroom user add` lets it in again")
        _allow_change_of(person)
        acting.give_role(session, person, _role(), site_id=site_id())
        return ""
    # With a link that works without a sign-in, the inviting admin could get access to the account's other sites, or to an account
    # that the operator has disabled.
    alone = _may_open(session, person) and person.disabled_at is None
    return offer(session, person, _role(), [site_id()], signed_in=not alone, now=utcnow(), valid=_valid())


def _allow_way_in(session: Session, person: Moderator, otherwise: str) -> None:
    if not _may_open(session, person):
        raise Conflict(f"this moderator also works on sites that are not yours; the operator can {otherwise}")


def _may_open(session: Session, person: Moderator) -> bool:
    """True if the current admin is an admin on all of this person's sites, because a sign-in link gives access to all of these
    sites."""
    beyond = [s for s in roles_of(session, person) if current_sign_in().roles.get(s) is not Role.ADMIN]
    # A role on all sites includes future sites, so only an admin of all sites has at least the same access.
    return not beyond and (not person.role_on_all_sites or current_sign_in().moderator.role_on_all_sites == Role.ADMIN)


def _colleague(session: Session, moderator_id: UUID) -> Moderator:
    # Lock the account: otherwise a role could be accepted between these checks and the new link (race).
    person = locked(session, moderator_id)
    if person is None or person.disabled_at is not None or site_id() not in roles_of(session, person):
        raise NotFound("no such moderator on this site")
    return person


def _allow_change_of(person: Moderator) -> None:
    if person.id == current_moderator_id():
        raise Conflict("your own role is for another admin to change")


def _role() -> Role:
    role = request.form.get("role", "")
    if role not in list(Role):
        raise Invalid.field("/role", "unknown", f"expected one of {', '.join(Role)}")
    return Role(role)


def _mail(session: Session, email: str, link: str, account: Moderator | None) -> None:
    """Also send the link by mail, where mail is set up."""
    if link and resources().settings.sends_mail:
        draft = invitation_mail(email.strip().casefold(), link, site_id=site_id(), account=account)
        queue_mail(session, draft, secret_box=resources().secret_box, now=utcnow(), valid=_valid())


def _wake_mails() -> None:
    if resources().settings.sends_mail:
        resources().notifier.notify(Job.MAIL)


def _valid() -> timedelta:
    return timedelta(seconds=resources().settings.link_valid)


def _address(token: str) -> str:
    return f"{resources().settings.url}/sign-in/{token}"


def _render(status: int = 200, *, link: str = "", about: str = "", waits: bool = False) -> AnyResponse:
    with resources().database.reading() as session:
        people, waiting = moderators_of(session, site_id()), invited(session, site_id(), since=utcnow() - WAITS_FOR)
        this_site = site(session, site_id())
    practice = bool(this_site and SitePolicy(this_site.policy).practice)
    hours = resources().settings.link_valid / 3600
    return page(
        "moderators.html", status, people=people, waiting=waiting, roles=list(Role), link=link, about=about, waits=waits,
        hours=f"{hours:g}", practice=practice,
    )  # fmt: skip
