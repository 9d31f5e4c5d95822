"""The next digest comes at a chosen hour of a person's own clock, also when the clocks change."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from service.domain.digest_hours import next_digest

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("hours", "after", "expected"),
    [
        ([8], "2026-03-01T06:59", "2026-03-01T07:00"),
        ([8], "2026-03-01T07:00", "2026-03-02T07:00"),
        ([17, 8], "2026-03-01T07:00", "2026-03-01T16:00"),
        ([0], "2026-03-01T22:30", "2026-03-01T23:00"),
        # Clocks go forward on 29 March at 2:00, so 2:00 does not exist, and back on 25 October at 3:00, so 2:00 comes twice.
        ([2], "2026-03-28T12:00", "2026-03-29T01:00"),
        ([2], "2026-10-25T00:00", "2026-10-26T01:00"),
        ([2], "2026-10-24T23:00", "2026-10-25T00:00"),
    ],
)
def test_a_digest_comes_at_the_next_chosen_hour(hours: list[int], after: str, expected: str) -> None:
    found = next_digest(hours, BERLIN, after=datetime.fromisoformat(after).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_without_hours_there_is_none() -> None:
    assert next_digest([], BERLIN, after=datetime(2026, 3, 1, tzinfo=UTC)) is None
