"""What every job needs, built once a process and after the fork: settings, the database, the bell."""

from dataclasses import dataclass

from service.config import Settings
from service.jobs import Bell, bell
from service.store.engine import Database


@dataclass(frozen=True, slots=True)
class Workshop:
    """The surroundings of a job."""

    settings: Settings
    database: Database
    bell: Bell

    @classmethod
    def open(cls, settings: Settings) -> "Workshop":
        return cls(settings, Database(settings.database), bell(settings))

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()
