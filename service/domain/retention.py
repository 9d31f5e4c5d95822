"""How long a site keeps things: rejected comments, and what tells their authors from others."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

#: The name under which a site's policy keeps it.
KEY = "retention"
LONGEST = 3650


@dataclass(frozen=True, slots=True)
class Retention:
    """Days; none means for ever. `rejected` goes altogether; `personal` are the keyed hashes, the domain and the circumstances of
    what is settled, whose words stay. `ran` is the day on which it was last done with, empty where it has to be done."""

    rejected: int | None = None
    personal: int | None = None
    ran: str = ""

    @classmethod
    def of(cls, policy: Mapping[str, Any] | None) -> "Retention":
        kept = (policy or {}).get(KEY)
        if not isinstance(kept, dict):
            return cls()
        return cls(kept.get("rejected"), kept.get("personal"), str(kept.get("ran", "")))

    def is_due(self, now: datetime) -> bool:
        """Once a day, and at once after a change."""
        return (self.rejected is not None or self.personal is not None) and self.ran != now.date().isoformat()

    def rejected_before(self, now: datetime) -> datetime | None:
        return None if self.rejected is None else now - timedelta(days=self.rejected)

    def personal_before(self, now: datetime) -> datetime | None:
        return None if self.personal is None else now - timedelta(days=self.personal)
