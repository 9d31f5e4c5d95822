"""Parses JSON bodies and query strings strictly: errors name the field by a JSON pointer."""

import json
import re
from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from service.domain.errors import Code, Fault, Invalid, Refusal

#: Maximum bytes of a body. The application reads one byte more, to notice that a body without Content-Length is longer.
MAX_BODY = 64 * 1024

Model = TypeVar("Model", bound=BaseModel)

#: The end of a property name in JSON; it may also match inside a string.
_NAMES = re.compile(rb'"[ \t\r\n]*:')

#: Maximum faults in one response, and maximum characters of a field name in it.
MAX_FAULTS = 50
MAX_NAME = 200


class WrongType(Refusal):
    """The Content-Type or the encoding of the body is not supported."""

    code = Code.WRONG_TYPE


def parse_body(model: type[Model]) -> tuple[Model, bytes]:
    """The request's JSON body as this model, and its exact bytes. Raises WrongType or Invalid."""
    if request.mimetype != "application/json":
        raise WrongType("expected a body of Content-Type: application/json", _header("Content-Type", "media_type"))
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise WrongType("expected JSON in UTF-8", _header("Content-Type", "charset"))
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise WrongType("expected a body that is not compressed", _header("Content-Encoding", "encoding"))
    body = request.get_data(cache=False)
    if len(body) > MAX_BODY:
        raise RequestEntityTooLarge
    return parse(model, body), body


def parse(model: type[Model], body: bytes) -> Model:
    """The body as this model. Raises Invalid with one fault for each wrong field."""
    value, doubled = read_json(body)
    if doubled:
        raise _invalid([Fault(_pointer(path), "duplicate", "expected each name once in an object") for path in doubled])
    return validate(model, value)


def parse_fast(model: type[Model], body: bytes) -> Model | None:
    """Fast path of `parse`. None if the body is invalid or may have a duplicate name: then use `parse`.

    Only for models whose fields are strings, numbers, booleans, or other such models. For them `parse_fast` and `parse` give the
    same result.
    """
    try:
        value = model.model_validate_json(body)
    except ValidationError:
        return None
    # Pydantic keeps only the last of two equal names. So compare the number of names in the text with the number in the value.
    # `_NAMES` may also match inside a string: then the numbers differ, and `parse` decides.
    return value if len(_NAMES.findall(body)) == _names(value) else None


def _names(value: BaseModel) -> int:
    """How many names the JSON text of this value had, without duplicates."""
    return len(value.model_fields_set) + sum([_names(getattr(value, part)) for part in _parts(type(value))])


@cache
def _parts(model: type[BaseModel]) -> list[str]:
    kinds = {name: field.annotation for name, field in model.model_fields.items()}
    return [name for name, kind in kinds.items() if isinstance(kind, type) and issubclass(kind, BaseModel)]


def validate(model: type[Model], value: Any, *, prefix: str = "") -> Model:
    """A value as this model. Raises Invalid. `prefix` (like `query:`) goes before the field name if the value is not a body."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        items = error.errors(include_url=False, include_context=False, include_input=False)
        raise _invalid([_fault(dict(item), prefix) for item in items]) from None


def parse_query(model: type[Model]) -> Model:
    """The query string as this model. Raises Invalid, also if a name is unknown or occurs twice."""
    for name, values in request.args.lists():
        if len(values) > 1:
            pointer = f"query:{name[:MAX_NAME]}"
            raise Invalid.field(pointer, "duplicate", f"expected {name[:MAX_NAME]!r} once")
    return validate(model, request.args.to_dict(), prefix="query:")


def read_json(body: bytes) -> tuple[Any, list[tuple[Any, ...]]]:
    """Parse JSON. Returns the value and the paths of duplicate names. Raises Invalid.

    Bytes that are not UTF-8 become lone surrogates, which every field refuses.
    """
    doubles: list[_Doubled] = []

    def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) < len(pairs):
            value = _Doubled(value, [name for name, _ in pairs])
            doubles.append(value)
        return value

    try:
        text = body.decode("utf-8", "surrogateescape")
        value = json.loads(text, object_pairs_hook=object_of, parse_int=_whole)
    except RecursionError:
        raise Invalid.field("", "depth", "expected JSON that is at most 16 deep") from None
    except ValueError as error:
        raise Invalid.field(
            "", "json", f"expected JSON: {error}" if body.strip() else "expected a JSON object, got nothing"
        ) from None
    return value, list(_places(value)) if doubles else []


class _Doubled(dict[str, Any]):
    """A JSON object with duplicate names."""

    def __init__(self, value: dict[str, Any], names: Sequence[str]) -> None:
        super().__init__(value)
        seen: set[str] = set()
        self.twice = [name for name in names if name in seen or seen.add(name)]  # type: ignore[func-returns-value]


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    places: list[tuple[Any, ...]] = []
    if isinstance(value, _Doubled):
        places += [(*path, name) for name in value.twice]
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in children:
        places += _places(child, (*path, name))
    return places


def _whole(digits: str) -> int | float:
    # No field of ours accepts so many digits. The number becomes a float, which every integer field refuses.
    return int(digits) if len(digits) < 20 else float(digits)


def _invalid(faults: Sequence[Fault]) -> Invalid:
    detail = "; ".join(f"{fault.pointer or 'the body'}: {fault.detail}" for fault in faults[:3])
    return Invalid(detail, *faults[:MAX_FAULTS])


def _fault(item: dict[str, Any], prefix: str) -> Fault:
    pointer = prefix + str(item["loc"][0])[:MAX_NAME] if prefix and item["loc"] else prefix or _pointer(item["loc"])
    kind = str(item["type"])
    if kind in ("extra_forbidden", "invalid_key"):
        return Fault(pointer, "unknown_field", "no such field; see /openapi.json for the ones there are")
    if kind == "model_type":
        return Fault(pointer, "object", "expected a JSON object")
    if kind == "string_unicode":
        return Fault(pointer, "encoding", "expected Unicode text without lone surrogates, in UTF-8")
    return Fault(pointer, kind, str(item["msg"]))


def _pointer(path: Sequence[Any]) -> str:
    pointer = "".join("/" + str(part)[:MAX_NAME].replace("~", "~0").replace("/", "~1") for part in path)
    # A name may have lone surrogates, which UTF-8 cannot encode.
    return pointer.encode("utf-8", "replace").decode()


def _header(name: str, code: str) -> Fault:
    return Fault(f"header:{name}", code, "expected application/json in UTF-8, not compressed")
