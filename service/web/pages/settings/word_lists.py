"""Word lists by file: the settings page sends a long list in parts, so that it can show how far it is; and a list as a text file."""

from flask import Response, jsonify, request
from pydantic import BaseModel, ConfigDict, Field

from service.actions.sites.word_lists import set_list
from service.domain.errors import NotFound
from service.domain.policy.site_policy import LISTS
from service.store.sites.sites import site
from service.store.sites.word_lists import lists_of
from service.store.tables.accounts import Role
from service.web.auth.sessions import site_id, with_role
from service.web.http.json_body import MAX_BODY, parse
from service.web.pages.blueprint import bp
from service.web.resources.web_resources import resources

#: A part of a file has at most this many bytes as JSON.
MOST_BYTES = 2 * MAX_BODY
#: Refused lines are shown up to this number for each part.
MOST_SHOWN = 20


class ListPart(BaseModel):
    """Lines of a file. `add` is false for the first part, which replaces the list."""

    model_config = ConfigDict(extra="forbid")

    lines: list[str] = Field(max_length=20_000)
    add: bool = False


@bp.post("/settings/lists/<name>")
@with_role(Role.ADMIN)
def change_list(name: str) -> Response:
    request.max_content_length = MOST_BYTES + 1
    part = parse(ListPart, request.get_data())
    with resources().database.writing() as session:
        parsed = set_list(session, site_id(), name, [line.replace("\0", "") for line in part.lines], add=part.add)
    refused = [{"number": line.number, "text": line.text, "reason": line.reason} for line in parsed.refused]
    return jsonify(entries=len(parsed.entries), refused=refused[:MOST_SHOWN], refused_lines=len(refused))


@bp.get("/settings/lists/<name>")
@with_role(Role.ADMIN)
def download_list(name: str) -> Response:
    """The list as a text file, one entry a line."""
    if name not in LISTS:
        raise NotFound("there is no page at this address")
    with resources().database.reading() as session:
        entries = lists_of(session, site(session, site_id()))[name]
    response = Response("".join(f"{entry}\n" for entry in entries), mimetype="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{site_id()}.txt"'
    return response
