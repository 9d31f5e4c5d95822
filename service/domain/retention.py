"""Retention settings: how long a site keeps rejected comments, and the personal data of authors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

#: The key in a site's policy.
KEY = "retention"
LONGEST = 3650


@dataclass(frozen=True, slots=True)
class Retention:
    """Periods in days; None means for ever. `rejected`: rejected comments are erased. `personal`: approved and rejected comments
    lose keyed hashes, e-mail domain and context; their text stays. `ran` is the day on which retention last ran; empty if it has
    to run now."""

    rejected: int | None = None
    personal: int | None = None
    ran: str = ""

    @classmethod
    def of(cls, policy: Mapping[str, Any] | None) -> "Retention":
        stored = (policy or {}).get(KEY)
        if not isinstance(stored, dict):
            return cls()
        return cls(stored.get("rejected"), stored.get("personal"), str(stored.get("ran", "")))

    def is_due(self, now: datetime) -> bool:
        """Whether retention has to run. It runs once a day, and at once after its settings have changed."""
        return (self.rejected is not None or self.personal is not None) and self.ran != now.date().isoformat()

    def rejected_before(self, now: datetime) -> datetime | None:
        return None if self.rejected is None else now - timedelta(days=self.rejected)

    def personal_before(self, now: datetime) -> datetime | None:
        return None if self.personal is None else now - timedelta(days=self.personal)
