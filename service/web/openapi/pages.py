"""Serves the API document and its HTML pages, which need no scripts and no third-party server."""

import re
from importlib.metadata import version
from typing import Any

from flask import Blueprint, Response, current_app, json, render_template
from markupsafe import Markup, escape

from service.web.auth.rate_limit import Rate, rate_limited
from service.web.http.errors import STATUS
from service.web.http.inline_css import csp_hash, style
from service.web.http.route_metadata import page, public
from service.web.openapi.curl_examples import sample
from service.web.openapi.document import document
from service.web.openapi.error_docs import MEANING
from service.web.openapi.operation import JSON, Answer, operation
from service.web.resources.web_resources import resources

bp = Blueprint("docs", __name__)

CSS = "docs/docs.css"
_CODE = re.compile("`([^`]+)`")
#: Cache-Control max-age in seconds.
KEPT = 300


@bp.get("/openapi.json")
@public
@rate_limited(Rate.ADDRESS)
@operation("About", "This document", answers={200: Answer("OpenAPI 3.1", {JSON: {"type": "object", "required": ["openapi"]}})})
def show_document() -> Response:
    return _cacheable(Response(json.dumps(_document()), content_type=JSON))


@bp.get("/docs")
@page
@public
@rate_limited(Rate.ADDRESS)
def show_pages() -> Response:
    return _page("docs/api.html", document=_document(), sample=sample, properties=_properties, coded=coded)


@bp.get("/docs/errors")
@page
@public
@rate_limited(Rate.ADDRESS)
def show_errors() -> Response:
    return _page("docs/errors.html", errors=[(code, STATUS[code], *MEANING[code]) for code in MEANING], coded=coded)


def _document() -> dict[str, Any]:
    """The API document. It is built once for each application, because the routes of an application do not change."""
    cached: dict[str, Any] | None = current_app.extensions.get("greenroom-document")
    if cached is None:
        cached = document(current_app, base=resources().settings.url, version=version("greenroom"))
        current_app.extensions["greenroom-document"] = cached
    return cached


def coded(text: str) -> Markup:
    """A sentence as HTML, with `code` in code elements."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  escaped a moment before


def _properties(schema: dict[str, Any]) -> list[tuple[str, str, bool, str]]:
    """The fields of a schema as rows: (name with its path, type, required, description)."""
    schemas = _document()["components"]["schemas"]
    rows: list[tuple[str, str, bool, str]] = []

    def walk(part: dict[str, Any], path: str, above: tuple[str, ...]) -> None:
        part, seen = _resolved(part, schemas, above)
        for name, field in part.get("properties", {}).items():
            inner, deeper = _resolved(field, schemas, seen)
            rows.append(
                (
                    path + name,
                    _type(inner),
                    name in part.get("required", ()),
                    field.get("description", ""),
                )
            )
            items, deepest = _resolved(inner.get("items", {}), schemas, deeper)
            if inner.get("properties") and len(deeper) > len(seen):
                walk(inner, f"{path}{name}.", deeper)
            elif items.get("properties") and len(deepest) > len(deeper):
                walk(items, f"{path}{name}[].", deepest)

    walk(schema, "", ())
    return rows


def _resolved(part: dict[str, Any], schemas: dict[str, Any], above: tuple[str, ...]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Resolve a `$ref`. Returns the schema and the references followed so far, by which the caller detects a cycle."""
    choices = [choice for choice in part.get("anyOf", ()) if choice.get("type") != "null"]
    reference = part.get("$ref") or (choices[0].get("$ref") if len(choices) == 1 else None)
    if not reference:
        return (choices[0] | {"nullable": True}, above) if len(choices) == 1 else (part, above)
    name = reference.rpartition("/")[2]
    return (schemas[name], above if name in above else (*above, name))


def _type(field: dict[str, Any]) -> str:
    if "enum" in field:
        return ", ".join(map(str, field["enum"]))
    kind = str(field.get("format") or field.get("type") or "text")
    low, high = field.get("minimum"), field.get("maximum")
    if "maxLength" in field:
        return f"{kind}, at most {field['maxLength']} characters"
    return f"{kind}, {low} to {high}" if low is not None and high is not None else kind


def _page(name: str, **facts: object) -> Response:
    response = Response(render_template(name, style=style(CSS), **facts), content_type="text/html; charset=utf-8")
    policy = f"default-src 'none'; style-src {csp_hash(CSS)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    response.headers["Content-Security-Policy"] = policy
    return _cacheable(response)


def _cacheable(response: Response) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={KEPT}"
    return response
