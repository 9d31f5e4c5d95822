"""The charts page: pictures drawn here, each with its numbers in a table behind it."""

from datetime import UTC, datetime

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from service.store.people import Role
from service.store.trends import trends
from service.web import why
from service.web.doors import doors
from service.web.pages import bp, page
from service.web.sessions import site_id, with_role
from service.web.words import lasting

DAYS = (7, 30, 90)
WIDTH, HEIGHT = 720, 160


@bp.get("/charts")
@with_role(Role.VIEWER)
def charts() -> AnyResponse:
    asked = request.args.get("days", "30")
    days = int(asked) if asked in map(str, DAYS) else 30
    with doors().database.reading() as session:
        found = trends(session, site_id(), now=datetime.now(UTC), days=days)
    return page(
        "charts.html", found=found, days=days, choices=DAYS, bars=_bars([n for _, n in found.depth]), why=why, lasting=lasting
    )


def _bars(values: list[int]) -> list[tuple[float, float, float, float]]:
    """x, y, width and height of a bar a value, in a drawing of WIDTH by HEIGHT."""
    most, step = max([*values, 1]), WIDTH / max(len(values), 1)
    gap = min(4.0, step / 4)
    return [
        (
            round(n * step + gap / 2, 1),
            round(HEIGHT * (1 - value / most), 1),
            round(step - gap, 1),
            round(HEIGHT * value / most, 1),
        )
        for n, value in enumerate(values)
    ]
