"""An installation with comments in every state, unchanged for two years, and one recent comment."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from service.actions.comments.edit_erase import erase
from service.actions.webhooks.create_deliveries import create_deliveries
from service.actions.webhooks.endpoints import add_endpoint
from service.config import Settings
from service.domain.ids import new_id
from service.domain.security.encryption import SecretBox
from service.domain.states import State
from service.store.db.bulk import insert_all
from service.store.db.column_types import table
from service.store.db.engine import Database
from service.store.learning.labels import MOST
from service.store.tables.comments import Comment
from service.store.tables.moderation import Decision
from service.store.tables.outbox import Attempt, Delivery, DeliveryState
from tests.support.factories import PSEUDONYMS, site
from tests.support.seeding import Seed, sow

DAY = 24 * 60
OLD, YOUNG = 800 * DAY, 2 * DAY
SECRET = "quetzalcoatlus"
DANA = Seed("", name="Dana", minutes=OLD, thread="page")
LEAVE = {State.APPROVED: 6, State.REJECTED: 3, State.ERASED: 1}

House = dict[str, UUID]


def old_house(settings: Settings, database: Database) -> House:
    """A site with old comments in every state, all delivered to the host, and a recent one. Returns some of them by name."""
    now = datetime.now(UTC)
    with database.writing() as session:
        site(session)
        secret_box, long_ago = SecretBox.from_secret(settings.secret), now - timedelta(days=900)
        add_endpoint(session, "news", url="http://127.0.0.1:1/hook", secret_box=secret_box, now=long_ago, allow=("127.0.0.0/8",))
    words = {State.APPROVED: "approved", State.REJECTED: "rejected", State.HELD: "held"}
    seeds = [
        replace(DANA, text=f"{SECRET} {word} {n}", state=state, name_of=f"{word}-{n}", url=f"https://{SECRET}.example")
        for state, word in words.items()
        for n in range(LEAVE.get(state, 1))
    ]
    seeds += [
        replace(DANA, text="an answer", state=State.APPROVED, name_of="answer", parent="rejected-0", name="Ada", minutes=OLD - 1),
        replace(DANA, text="to erase", state=State.APPROVED, name_of="erased-0", name="Ada", minutes=OLD - 2),
        replace(DANA, text="young", state=State.APPROVED, name_of="young", name="Ada", minutes=YOUNG),
    ]
    ids = dict(zip([seed.name_of for seed in seeds], sow(database, "news", seeds, now=now), strict=True))
    with database.writing() as session:
        erase(session, "news", ids["erased-0"], now=now - timedelta(days=799))
        session.execute(
            update(Comment)
            .where(Comment.author_name == "Dana")
            .values(ip_key=PSEUDONYMS.block("192.0.2.7"), context={"address": PSEUDONYMS.address("192.0.2.7")})
        )
    _all_told(database, now)
    return ids


def no_longer_learned_from(session: Session, ids: House) -> None:
    """An old decision, and so many newer ones that it is no longer used for training."""
    now = datetime.now(UTC)
    rows = [
        {
            "id": new_id(), "site_id": "news", "comment_id": comment, "from_state": "held", "to_state": "held", "version": version,
            "reason": "", "note": SECRET if version == 1 else "", "at": at,
        }
        for comment, version, at in [
            (ids["approved-1"], 1, now - timedelta(days=800)),
            *((ids["held-0"], n + 2, now - timedelta(days=1, seconds=n)) for n in range(MOST)),
        ]
    ]  # fmt: skip
    insert_all(session, Decision, rows)


def _all_told(database: Database, now: datetime) -> None:
    with database.writing() as session:
        while create_deliveries(session, now=now).events:
            pass
        session.execute(update(Delivery).values(state=DeliveryState.DONE, done_at=now, tries=1))
        tried = [{"id": new_id(), "site_id": "news", "delivery_id": i, "at": now, "status": 200, "error": "", "response": "", "milliseconds": 5}
                 for i in session.scalars(select(Delivery.id))]  # fmt: skip
        session.execute(insert(table(Attempt)), tried)
