"""The decorator that declares a view's entry in the API document: its requests, responses and errors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

from pydantic import BaseModel

from service.domain.errors import Code

P = ParamSpec("P")
R = TypeVar("R")

JSON = "application/json"
NOTHING: Mapping[str, Any] = MappingProxyType({})
AS_USUAL: Mapping[Code, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Answer:
    """One successful response: its meaning, its body by content type (a model or a schema), its headers.

    The response always has the headers in `headers`; the headers in `sometimes` are optional.
    """

    meaning: str
    body: Mapping[str, type[BaseModel] | Mapping[str, Any]] = field(default_factory=lambda: NOTHING)
    headers: tuple[str, ...] = ()
    sometimes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One entry of the API document.

    `tag` is its chapter. `refusals` are its error codes, besides those that all operations share. `refused_as` is the content
    type of an error. `statuses` are the statuses of errors that have another one than usual.
    """

    tag: str
    summary: str
    answers: Mapping[int, Answer]
    detail: str = ""
    takes: Mapping[str, type[BaseModel] | Mapping[str, Any]] = field(default_factory=lambda: NOTHING)
    query: type[BaseModel] | None = None
    path: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: NOTHING)
    headers: tuple[str, ...] = ()
    refusals: tuple[Code, ...] = ()
    refused_as: str = "application/problem+json"
    body_required: bool = True
    statuses: Mapping[Code, int] = field(default_factory=lambda: AS_USUAL)


def operation(
    tag: str,
    summary: str,
    *,
    answers: Mapping[int, Answer],
    detail: str = "",
    takes: Mapping[str, type[BaseModel] | Mapping[str, Any]] = NOTHING,
    query: type[BaseModel] | None = None,
    path: Mapping[str, Mapping[str, Any]] = NOTHING,
    headers: tuple[str, ...] = (),
    refusals: tuple[Code, ...] = (),
    refused_as: str = "application/problem+json",
    body_required: bool = True,
    statuses: Mapping[Code, int] = AS_USUAL,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declares a view's entry in the API document."""
    declared = Operation(
        tag, summary, answers, detail, takes, query, path, headers, refusals, refused_as, body_required, statuses
    )

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        view.operation = declared  # type: ignore[attr-defined]
        return view

    return decorate
