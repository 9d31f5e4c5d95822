"""A site with content on every page, for the axe tests and the screenshots."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.actions.moderation.authors import Judgement, judge_author
from service.actions.moderation.notes_replies_bans import add_note
from service.actions.moderation.queue_actions import SeenComment, decide_all
from service.actions.reported.receive import receive_report
from service.actions.sites.custom_rules import set_custom_rule
from service.actions.sites.sites_and_keys import add_key
from service.actions.webhooks.endpoints import add_endpoint, send_test
from service.domain.ids import new_id
from service.domain.policy.custom_rules import CustomRule, Mode, RuleSubject
from service.domain.reported.contact import Contact
from service.domain.reported.kinds import ReportKind
from service.domain.reported.report_draft import ReportDraft
from service.domain.security.encryption import SecretBox
from service.domain.states import State
from service.store.accounts.moderators import moderator_with
from service.store.tables.accounts import Role
from service.store.tables.comments import Comment
from service.store.tables.outbox import Attempt, Delivery, DeliveryState
from service.store.tables.sites import Scope
from tests.support.desk import Desk
from tests.support.factories import PSEUDONYMS
from tests.support.seeding import sow
from tests.support.synthetic import SEEDS
from workers.periodic.daily_statistics import count_days


@dataclass(frozen=True)
class Furnished:
    """The ids that some pages need."""

    comment: UUID
    banned: UUID
    endpoint: UUID


def furnish(desk: Desk) -> Furnished:
    """Comments, decisions of a colleague, a note, a ban, a trusted author, a rule, a key and an endpoint that failed once."""
    sow(desk.database, "news", SEEDS)
    desk.sit_down("Sam", Role.MODERATOR).context.close()
    now = datetime.now(UTC)
    with desk.database.writing() as session:
        sam = moderator_with(session, "sam@news.example")
        assert sam
        _decide(session, sam.id, _by(session, "Ines"), State.APPROVED, "")
        _decide(session, sam.id, _by(session, "Nina"), State.REJECTED, "insult")
        marek, banned = _by(session, "Marek"), _by(session, "Bargain Corner")
        add_note(session, "news", marek, "We spoke to him in March.", moderator_id=sam.id, now=now)
        ban = Judgement("ban", now + timedelta(days=30), "The same advertising for weeks")
        judge_author(session, "news", banned, ban, moderator=sam, now=now)
        judge_author(session, "news", _by(session, "Henrike"), Judgement("trust", None), moderator=sam, now=now)
        _reported(session, now)
        set_custom_rule(session, "news", CustomRule(RuleSubject.WORDS, "lottery, raffle", Mode.SHADOW))
        add_key(session, "news", scopes=[Scope.SUBMIT], label="The website", now=now)
        endpoint = _endpoint(session, now)
    count_days(desk.database)
    return Furnished(marek, banned, endpoint)


def _reported(session: Session, now: datetime) -> None:
    """Two reports of a published comment."""
    comment_id = session.execute(
        select(Comment.id).where(Comment.author_name == "Ines", Comment.state == State.APPROVED)
    ).first()[0]  # type: ignore[index]
    for n, kind, reason in ((0, ReportKind.RULES, "insult"), (1, ReportKind.ILLEGAL, "threat")):
        contact = Contact(f"Reader {n}", f"reader{n}@mail.example")
        draft = ReportDraft(comment_id, kind, reason, "It attacks my neighbour.", law="A law", contact=contact, good_faith=True)
        receive_report(session, "news", draft, pseudonyms=PSEUDONYMS, secret_box=SecretBox.from_secret("x" * 32), now=now)


def _by(session: Session, name: str) -> UUID:
    return session.execute(
        select(Comment.id).where(Comment.author_name == name, Comment.state == State.HELD).order_by(Comment.received_at)
    ).first()[0]  # type: ignore[index]


def _endpoint(session: Session, now: datetime) -> UUID:
    """An endpoint that responded to a test with an error, since its page then shows more than that of a healthy one."""
    url = "https://news.example/hooks/greenroom"
    endpoint, _ = add_endpoint(session, "news", url=url, secret_box=SecretBox.from_secret("x" * 32), now=now)
    delivery = session.get_one(Delivery, send_test(session, "news", endpoint.id, now=now))
    delivery.state, delivery.tries = DeliveryState.DEAD, 1
    answer = {"status": 500, "error": "500: only 2xx says that it arrived", "response": "<h1>Oops</h1>", "milliseconds": 310}
    session.add(Attempt(id=new_id(), site_id="news", delivery_id=delivery.id, at=now, **answer))
    return endpoint.id


def _decide(session: Session, moderator_id: UUID, comment_id: UUID, state: State, reason: str) -> None:
    decide_all(
        session, "news", [SeenComment(comment_id, None)], state, action_id=new_id(), moderator_id=moderator_id,
        now=datetime.now(UTC), delay=timedelta(0), reason=reason,
    )  # fmt: skip
