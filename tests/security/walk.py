"""An admin, and the things of a site on which the steps of the audit log act."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select, update

from service.actions.webhooks.chats import ChatSettings, add_chat
from service.clock import utcnow
from service.domain.ids import new_id
from service.domain.security.encryption import SecretBox
from service.domain.security.totp import code_at, new_secret, step_at
from service.store.accounts.moderators import moderator_with
from service.store.tables.accounts import BrowserSession, Moderator, Role
from service.store.tables.audit_log import AuditEntry
from service.store.tables.comments import Comment, Thread
from service.store.tables.outbox import Delivery, DeliveryState, EndpointKind
from service.store.tables.reported import Report
from service.store.tables.sites import ApiKey
from tests.security.conftest import House
from tests.support.sign_in import Browser, moderator

PASSWORD = "a quiet room behind the stage"  # noqa: S105
HOOK = "https://hooks.news.example/secret-path?token=hidden"


class Walk:
    """One admin, with everything that the events need."""

    def __init__(self, house: House, admin: Browser) -> None:
        self.house, self.admin, self.host = house, admin, house.host()

    def count(self) -> int:
        with self.house.database.reading() as session:
            return session.scalar(select(func.count()).select_from(AuditEntry)) or 0

    def endpoint(self) -> str:
        return str(self.host.post("/v1/endpoints", json={"url": HOOK}).json["id"])

    def chat(self) -> str:
        settings = self.house.app.extensions["greenroom"].settings
        with self.house.database.writing() as session:
            secret_box = SecretBox.from_secret(settings.secret)
            return str(add_chat(session, "news", EndpointKind.SLACK, ChatSettings(HOOK), secret_box=secret_box, now=utcnow()).id)

    def key(self) -> str:
        """The id of a new key."""
        self.house.host()
        with self.house.database.reading() as session:
            return str(session.scalars(select(ApiKey.id).order_by(ApiKey.created_at.desc())).first())

    def dead(self, *, endpoint: str = "") -> str:
        """A delivery that was given up."""
        endpoint = endpoint or self.endpoint()
        made = UUID(self.host.post(f"/v1/endpoints/{endpoint}/test").json["id"])
        with self.house.database.writing() as session:
            session.execute(update(Delivery).where(Delivery.id == made).values(state=DeliveryState.DEAD))
        return str(made)

    def thread(self) -> str:
        with self.house.database.reading() as session:
            return str(session.scalar(select(Thread.id)))

    def colleague(self, email: str = "co@news.example", role: Role = Role.VIEWER) -> str:
        moderator(self.house.database, email, role, site="news")
        with self.house.database.reading() as session:
            return str(moderator_with(session, email).id)

    def colleague_address(self) -> str:
        self.colleague()
        return "co@news.example"

    def stranger(self) -> str:
        """The e-mail of a moderator of another site."""
        moderator(self.house.database, "stranger@blog.example", Role.VIEWER, site="blog")
        return "stranger@blog.example"

    def invited(self) -> str:
        """The id of a moderator whose role is not accepted yet."""
        self.admin.post("/settings/moderators", {"site": "news", "email": self.stranger(), "role": "viewer"})
        with self.house.database.reading() as session:
            return str(moderator_with(session, "stranger@blog.example").id)

    def browser(self) -> str:
        """Another session of the admin, by its name on the account page."""
        other = Browser(self.house.app).post("/sign-in", {"email": "ada@news.example", "password": PASSWORD})
        assert other.status_code == 303
        with self.house.database.reading() as session:
            return session.scalars(select(BrowserSession.digest).order_by(BrowserSession.created_at.desc())).first()[:32]

    def factor(self, email: str = "ada@news.example", *, on: bool = True) -> str:
        """A current code of a second factor that is set up, or of one whose set-up was begun."""
        secret, now = new_secret(), datetime.now(UTC)
        values = {"totp_secret": SecretBox.from_secret(self.house.settings.secret).encrypt(secret), "totp_last_step": 0}
        with self.house.database.writing() as session:
            session.execute(
                update(Moderator).where(Moderator.email == email).values(totp_enabled_at=now if on else None, **values)
            )
        return code_at(secret, step_at(now))

    def known(self) -> str:
        """The id of the comment whose author is known."""
        held = self.house.comments["held"]
        with self.house.database.writing() as session:
            session.execute(update(Comment).where(Comment.id == UUID(held)).values(author_key="i:somebody"))
        return held

    def often_unfounded(self) -> str:
        """The id of a report by a person whose reports were all dismissed."""
        now, key = datetime.now(UTC), "e:often unfounded"
        with self.house.database.writing() as session:
            first = session.scalar(select(Report.id).where(Report.reporter_key == key).order_by(Report.id))
            if first is None:
                facts = {
                    "site_id": "news",
                    "comment_id": UUID(self.house.comments["held"]),
                    "revision": 1,
                    "kind": "rules",
                    "reason": "insult",
                }
                reports = [
                    Report(id=new_id(), state="dismissed", reporter_key=key, received_at=now, decided_at=now, **facts)
                    for _ in range(3)
                ]
                session.add_all(reports)
                first = reports[0].id
        return str(first)
