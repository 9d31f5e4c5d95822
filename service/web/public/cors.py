"""CORS: scripts on the pages of a site, and on no others, may read its public answers, refusals too."""

from collections.abc import Callable

from flask import Response, request

from service.domain.errors import NotFound
from service.web.resources.web_resources import resources

#: Headers that a script may read beside the usual ones.
EXPOSED = "ETag, Link, RateLimit, RateLimit-Policy, Retry-After"


def allow_pages_of(site_id: Callable[[], str]) -> Callable[[Response], Response]:
    """A function for `after_request` that lets pages of the site of this request read the response."""

    def allow(response: Response) -> Response:
        response.vary.add("Origin")
        origin = request.headers.get("Origin", "")
        if origin and _owns(site_id(), origin):
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = EXPOSED
        return response

    return allow


def site_of_path() -> str:
    return str((request.view_args or {}).get("site", ""))


def site_of_query() -> str:
    return request.args.get("site", "")


def _owns(site_id: str, origin: str) -> bool:
    try:
        return resources().sites.get(site_id).owns(origin)
    except NotFound:
        return False
