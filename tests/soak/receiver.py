"""The host's receiver of `tests.chaos`, on the clock of the soak: signatures are dated."""

import sys
from datetime import datetime, tzinfo
from pathlib import Path

from standardwebhooks import webhooks

from service.clock import utcnow
from tests.chaos.receiver import Desk, Server, handler


class _SoakDatetime(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return utcnow().astimezone(tz)


if __name__ == "__main__":
    webhooks.datetime = _SoakDatetime  # type: ignore[attr-defined]
    with Path(sys.argv[2]).open("a") as receipts:
        Server(("127.0.0.1", int(sys.argv[1])), handler(Desk(receipts))).serve_forever()
