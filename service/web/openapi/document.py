"""Builds the API document (OpenAPI 3.1) from the declarations of each view: operation, models and scope."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Literal

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from service.domain.errors import Code
from service.web.http.errors import PROBLEM, STATUS, Problem
from service.web.http.route_metadata import Route, routes
from service.web.openapi.header_docs import ANSWERED, SENT, header
from service.web.openapi.operation import JSON, Answer, Operation

_REFS = "#/components/schemas/{model}"
_VARIABLE = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
_UUID: Mapping[str, Any] = {"type": "string", "format": "uuid"}
_Mode = Literal["validation", "serialization"]


def document(app: Flask, *, base: str, version: str) -> dict[str, Any]:
    """The whole document of this application, as JSON."""
    entries = [route for route in routes(app) if isinstance(route.operation, Operation)]
    in_route_order = list(entries)
    entries.sort(key=lambda route: (route.path, route.methods))
    schemas = _Schemas(route.operation for route in entries)
    paths: dict[str, dict[str, Any]] = {}
    for route in entries:
        for method in route.methods:
            paths.setdefault(_VARIABLE.sub(r"{\2}", route.path), {})[method.lower()] = _entry(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Greenroom",
            "version": version,
            "description": "Comments wait here until they are called on stage. Errors are problems (RFC 9457): /docs/errors.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": base}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.operation.tag for route in in_route_order)],
        "paths": paths,
        "components": {
            "schemas": schemas.shown,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "A key of your site: `Authorization: Bearer grk_…`"}
            },
        },
    }


class _Schemas:
    """The schemas of all models in requests and responses."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        models: dict[tuple[type[BaseModel], _Mode], None] = {(Problem, "serialization"): None}
        for operation in operations:
            taken = [*operation.takes.values(), *([operation.query] if operation.query else ())]
            answered = [body for answer in operation.answers.values() for body in answer.body.values()]
            models.update({(model, "validation"): None for model in taken if isinstance(model, type)})
            models.update({(model, "serialization"): None for model in answered if isinstance(model, type)})
        self._refs, definitions = models_json_schema(list(models), ref_template=_REFS)
        self._all: dict[str, Any] = definitions["$defs"]
        queries = {operation.query for operation in operations}
        hidden = {self._name(ref) for (model, _), ref in self._refs.items() if model in queries}
        self.shown = {name: schema for name, schema in sorted(self._all.items()) if name not in hidden}

    def of(self, body: type[BaseModel] | Mapping[str, Any], mode: _Mode) -> dict[str, Any]:
        return dict(self._refs[body, mode]) if isinstance(body, type) else dict(body)

    def fields(self, query: type[BaseModel]) -> dict[str, Any]:
        """The schema of a query model, from which the parameters are made."""
        schema: dict[str, Any] = self._all[self._name(self._refs[query, "validation"])]
        return schema

    def _name(self, ref: Mapping[str, Any]) -> str:
        return str(ref["$ref"]).rpartition("/")[2]


def _entry(route: Route, schemas: _Schemas) -> dict[str, Any]:
    operation: Operation = route.operation
    scope = _scope(route)
    asked = f"Asks for a key with the scope `{scope}`." if scope else ""
    entry: dict[str, Any] = {
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": " ".join(part for part in (operation.detail, asked) if part),
        "operationId": route.endpoint.rpartition(".")[2],
        "parameters": [
            *_path(route, operation),
            *_query(operation, schemas),
            *({"name": n, "in": "header", **SENT[n]} for n in operation.headers),
        ],
        "responses": _responses(route, operation, schemas),
        "security": [{"key": [scope]}] if scope else [],
    }
    if operation.takes:
        content = {kind: {"schema": schemas.of(body, "validation")} for kind, body in operation.takes.items()}
        entry["requestBody"] = {"required": operation.body_required, "content": content}
    return entry


def _scope(route: Route) -> str:
    """The scope that an API key needs for this route; empty if the route needs no API key."""
    kind, _, scope = route.owner.partition(":")
    return scope if kind == "key" else ""


def _path(route: Route, operation: Operation) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": dict(operation.path.get(name, _UUID if kind == "uuid" else {"type": "string"})),
        }
        for kind, name in _VARIABLE.findall(route.path)
    ]


def _query(operation: Operation, schemas: _Schemas) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    schema = schemas.fields(operation.query)
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, **_described(field)}
        for name, field in schema["properties"].items()
    ]


def _described(field: Mapping[str, Any]) -> dict[str, Any]:
    """The description and schema of a field, as an OpenAPI parameter has them."""
    schema = _without_null(field)
    description = schema.pop("description", "")
    return {"description": description, "schema": schema} if description else {"schema": schema}


def _without_null(field: Mapping[str, Any]) -> dict[str, Any]:
    """The schema without null: a query string cannot contain null, and an optional parameter is simply left out."""
    schema = {name: value for name, value in field.items() if name != "title" and not (name == "default" and value is None)}
    choices = [choice for choice in schema.pop("anyOf", ()) if choice.get("type") != "null"]
    if len(choices) == 1:
        return {**choices[0], **schema}
    return {**schema, "anyOf": choices} if choices else schema


def _responses(route: Route, operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    responses = {str(status): _response_object(answer, schemas) for status, answer in operation.answers.items()}
    by_status: dict[int, list[Code]] = {}
    for code in (*_shared(route, operation), *operation.refusals):
        by_status.setdefault(operation.statuses.get(code, STATUS[code]), []).append(code)
    for status, codes in by_status.items():
        refusal = _refusal(status, codes, operation.refused_as)
        answer = responses.setdefault(str(status), refusal)
        answer["content"] = refusal["content"] | answer.get("content", {})
    return dict(sorted(responses.items()))


def _shared(route: Route, operation: Operation) -> list[Code]:
    """The error codes that every operation of this kind can return."""
    codes = [Code.TOO_MANY, Code.UNAVAILABLE]
    if _scope(route):
        codes += [Code.UNAUTHENTICATED, Code.FORBIDDEN]
    if operation.takes or operation.query or operation.path:
        codes += [Code.INVALID]
    if operation.takes:
        codes += [Code.TOO_SLOW]
    if "<" in route.path:
        codes += [Code.NOT_FOUND]
    return codes


def _response_object(answer: Answer, schemas: _Schemas) -> dict[str, Any]:
    names = dict.fromkeys(("X-Request-Id", "RateLimit", "RateLimit-Policy", *answer.headers), True)
    names |= dict.fromkeys(answer.sometimes, False)
    response: dict[str, Any] = {
        "description": answer.meaning,
        "headers": {name: header(ANSWERED[name], required=required) for name, required in names.items()},
    }
    if answer.body:
        response["content"] = {kind: {"schema": schemas.of(body, "serialization")} for kind, body in answer.body.items()}
    return response


def _refusal(status: int, codes: Iterable[Code], refused_as: str) -> dict[str, Any]:
    names = {"X-Request-Id": True, "RateLimit": False, "RateLimit-Policy": False}
    names |= {
        401: {"WWW-Authenticate": True},
        429: {"Retry-After": True},
        503: {"Retry-After": True},
        409: {"Retry-After": False},
    }.get(status, {})
    # A request that does not come as far as its operation is always answered with a problem: another spelling of a path, too many
    # requests, an error of the database.
    content = {
        refused_as: {"schema": {"type": "object" if refused_as == JSON else "string"}},
        PROBLEM: {"schema": {"$ref": _REFS.format(model="Problem")}},
    }
    return {
        "description": f"{HTTPStatus(status).phrase}: {', '.join(f'`{code}`' for code in dict.fromkeys(codes))}",
        "headers": {name: header(ANSWERED[name], required=required) for name, required in names.items()},
        "content": content,
    }
