"""What every job needs, built once a process and after the fork: settings, the database, the bell, what sites have taught."""

from dataclasses import dataclass, field

from service.config import Settings
from service.domain.audit_events import By, Hand
from service.jobs.active_poller import NoWatch, Watch, watch
from service.jobs.notify import Bell, bell
from service.store.db.engine import ANSWER_PATIENCE, Database
from workers.resources.recent_comments import Alike
from workers.resources.site_model_cache import Taught


@dataclass(frozen=True, slots=True)
class Workshop:
    """The surroundings of a job."""

    settings: Settings
    database: Database
    bell: Bell
    taught: Taught = field(default_factory=Taught)
    alike: Alike = field(default_factory=Alike)
    watch: Watch = field(default_factory=NoWatch)

    @classmethod
    def open(cls, settings: Settings) -> "Workshop":
        database = Database(settings.database, patience=ANSWER_PATIENCE, hand=lambda: Hand(By.GREENROOM))
        return cls(settings, database, bell(settings), watch=watch(settings))

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()
