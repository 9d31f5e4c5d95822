"""A site with a webhook endpoint, and the actions of a test on it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from service.actions.moderation.decide import Actor, Ruling, decide
from service.actions.webhooks.endpoints import add_endpoint
from service.domain.security.encryption import SecretBox
from service.domain.states import State
from service.store.db.engine import Database
from service.store.tables.outbox import Attempt, Delivery, Endpoint
from tests.support.factories import draft, submitted
from tests.support.webhook_receiver import Receiver
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources
from workers.webhooks import deliver as courier

BY_KEY = Actor(key_id=UUID(int=1))
HOUR = timedelta(hours=1)


def deliver(resources: WorkerResources, *, seconds: float = 60.0) -> int:
    """Run `deliver` until nothing is due any more, however slow the machine is."""
    return courier.deliver(resources, seconds=seconds, gather=0.02)


class Host:
    """A site with one endpoint, and the actions of a test on it."""

    endpoint: UUID
    secret: str

    def __init__(self, database: Database, resources: WorkerResources) -> None:
        self.database = database
        self.resources = resources
        self.secret_box = SecretBox.from_secret(resources.settings.secret)

    def add_endpoint(self, receiver: Receiver, **more: object) -> tuple[UUID, str]:
        with self.database.writing() as session:
            endpoint, secret = add_endpoint(
                session, "news", url=receiver.url, secret_box=self.secret_box, now=now(), allow=("127.0.0.0/8",), **more
            )
            return endpoint.id, secret

    def posts(self, count: int = 1) -> list[UUID]:
        """Comments that the checks approved."""
        with self.database.writing() as session:
            ids = submitted(session, *(draft(f"A calm word, the {n}th of its kind.") for n in range(count)), now=now())
        check_pending(self.resources, seconds=60.0)
        return ids

    def rules(self, comment_id: UUID, state: State, *, delay: float = 0, note: str = "") -> UUID:
        with self.database.writing() as session:
            ruling = Ruling(comment_id, state, None, note=note)
            (outcome,) = decide(session, "news", [ruling], actor=BY_KEY, now=now(), delay=timedelta(seconds=delay))
        return outcome.decision_id

    def deliveries(self) -> list[Delivery]:
        with self.database.reading() as session:
            return list(session.scalars(select(Delivery).order_by(Delivery.seq, Delivery.id)))

    def attempts(self) -> list[Attempt]:
        with self.database.reading() as session:
            return list(session.scalars(select(Attempt).order_by(Attempt.at, Attempt.id)))

    def looks_at_endpoint(self) -> Endpoint:
        with self.database.reading() as session:
            return session.get_one(Endpoint, self.endpoint)

    def endpoints(self) -> list[Endpoint]:
        with self.database.reading() as session:
            return list(session.scalars(select(Endpoint)))

    def waits(self) -> None:
        """Make all waiting retries and probes due now, as if time had passed."""
        past = now() - timedelta(seconds=1)
        with self.database.writing() as session:
            session.execute(update(Delivery).values(due_at=past))
            session.execute(update(Endpoint).where(Endpoint.probe_at.is_not(None)).values(probe_at=past))


def now() -> datetime:
    return datetime.now(UTC)
