"""Python runs this file at the start of each process that has this folder in PYTHONPATH: Greenroom's clock is then the soak's.

All of Greenroom asks `service.clock` for the time, so nothing else is touched. SOAK_CLOCK names a file of one number: the seconds
by which the clock is ahead. It is mapped into memory, so all processes jump at the same moment.
"""

import mmap
import os
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

from service import clock

with Path(os.environ["SOAK_CLOCK"]).open("rb") as _file:
    _AHEAD = mmap.mmap(_file.fileno(), 8, access=mmap.ACCESS_READ)


def _now() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=struct.unpack("d", _AHEAD[:8])[0])


class _SoakClock(clock.SharedClock):
    """It never asks the database, which has the machine's time. `compare` is what older versions call without `is_due`."""

    @property
    def is_due(self) -> bool:
        return False

    def compare(self, ask: object) -> None:
        pass


clock.CLOCK = _SoakClock(local=_now)
