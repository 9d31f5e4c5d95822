"""Alike: how many comments of the last hour were the same but for a word, remembered in a worker's memory and bounded."""

from collections.abc import Sequence
from uuid import UUID

from service.domain.likeness import Lately, sketch
from service.store.readings import Waiting

#: Seconds that count as lately; and shorter texts are said by many people on their own.
HOUR, SHORT = 3600.0, 50
MOST_A_SITE, MOST_SITES = 1_000, 100


class Alike:
    """The sketches of what this process has checked lately. Each process sees its share of a flood, which is enough to notice it."""

    def __init__(self) -> None:
        self._lately = Lately(most=MOST_A_SITE, sites=MOST_SITES)

    def count(self, batch: Sequence[Waiting]) -> dict[UUID, int]:
        """For each comment of a batch, how many came before it that are like it; the very same ones are counted elsewhere."""
        return {item.comment_id: self._count(item) for item in batch}

    def _count(self, item: Waiting) -> int:
        received = item.reading.circumstances.received_at
        # What was edited, or claimed before, would be found to be like itself.
        if len(item.reading.text) < SHORT or item.revision > 1 or item.claims > 1 or received is None:
            return 0
        one, at = sketch(item.reading.text), received.timestamp()
        like = self._lately.like(item.site_id, one, since=at - HOUR)
        self._lately.add(item.site_id, [one], at=at)
        return max(0, like - item.reading.recent.same_text)
