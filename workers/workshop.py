"""What every job needs, built once a process and after the fork: settings, the database, the bell, what sites have taught."""

from dataclasses import dataclass, field

from service.config import Settings
from service.domain.deeds import By, Hand
from service.jobs import Bell, bell
from service.store.engine import ANSWER_PATIENCE, Database
from service.watch import NoWatch, Watch, watch
from workers.alike import Alike
from workers.taught import Taught


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
