"""The number of approved comments of many threads, for lists of pages."""

from typing import Annotated

from flask import Blueprint, Response, request
from pydantic import Field, StringConstraints
from sqlalchemy import select

from service.domain.errors import Code
from service.domain.ids import thread_id
from service.store.tables.comments import Thread
from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.field_types import Required, Strict
from service.web.http.json_body import validate
from service.web.http.responses import ResponseModel, json_response
from service.web.http.route_metadata import public
from service.web.openapi.operation import JSON, Answer, operation
from service.web.public.cors import allow_pages_of, site_of_query
from service.web.resources.web_resources import resources

bp = Blueprint("counts", __name__, url_prefix="/v1")
bp.after_request(allow_pages_of(site_of_query))

#: Threads in one request, and seconds that a cache may keep the answer.
MAX_THREADS, FRESH = 50, 30


class CountsQuery(Strict):
    """Which threads. `thread` may come many times."""

    site: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    thread: Annotated[list[Required], Field(min_length=1, max_length=MAX_THREADS)]


class Counts(ResponseModel):
    """The number of approved comments of each thread that was asked for; zero for one that nobody has commented on."""

    counts: dict[str, int]


@bp.get("/counts")
@public
@rate_limited(Rate.ADDRESS)
@operation(
    "Feed",
    "Count the approved comments of many threads",
    detail=f"Public; for lists of pages. At most {MAX_THREADS} threads in one request.",
    query=CountsQuery,
    answers={200: Answer("The numbers", {JSON: Counts}, ("Vary",), ("Access-Control-Allow-Origin",))},
    refusals=(Code.NOT_FOUND,),
)
def show_counts() -> Response:
    given = {name: values if name == "thread" or len(values) > 1 else values[0] for name, values in request.args.lists()}
    query = validate(CountsQuery, given, prefix="query:")
    site = resources().sites.get(query.site)
    ids = {thread_id(site.id, thread): thread for thread in query.thread}
    approved = select(Thread.id, Thread.approved).where(Thread.id.in_(ids))
    rows = resources().replica.read(lambda session: session.execute(approved).all())
    counts = dict.fromkeys(query.thread, 0) | {ids[row.id]: row.approved for row in rows}
    response = json_response(Counts(counts=counts))
    response.headers["Cache-Control"] = f"public, max-age={FRESH}"
    return response
