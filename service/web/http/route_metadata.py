"""Metadata of each route: who may call it, its rate limit, and whether it is a page or part of the API document."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from flask import Flask
from werkzeug.routing import BaseConverter

P = ParamSpec("P")
R = TypeVar("R")

#: The owner of a route that needs no authentication.
PUBLIC = "public"


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Declares a view that needs no authentication. It may show only public data."""
    view.owner = PUBLIC  # type: ignore[attr-defined]
    return view


def page(view: Callable[P, R]) -> Callable[P, R]:
    """Declares a view that is an HTML page: it has no entry in the API document."""
    view.page = True  # type: ignore[attr-defined]
    return view


class ThreadConverter(BaseConverter):
    """A host's own id of a thread: any characters, also leading slashes and whole URLs."""

    regex = r"(?s:.+?)"
    part_isolating = False


class WholeThreadConverter(ThreadConverter):
    """The same at the end of an address. An id that ends like the address of a feed cannot be told from it, and is no match."""

    regex = r"(?s:.+?)(?<!/comments)"


@dataclass(frozen=True, slots=True)
class Route:
    """One URL rule of the application, with the declarations of its view. A field is empty if the view did not declare it."""

    path: str
    methods: tuple[str, ...]
    endpoint: str
    owner: str
    rate: str
    operation: Any
    page: bool

    @property
    def missing(self) -> tuple[str, ...]:
        """The required declarations that this route lacks."""
        declared = {
            "an owner": self.owner,
            "a rate limit": self.rate,
            "an entry in the API document": self.page or self.operation,
        }
        return tuple(name for name, value in declared.items() if not value)


def routes(app: Flask) -> Iterator[Route]:
    """Every route of the application."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        yield Route(
            path=rule.rule,
            methods=tuple(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})),
            endpoint=rule.endpoint,
            owner=getattr(view, "owner", ""),
            rate=str(getattr(view, "rate", "")),
            operation=getattr(view, "operation", None),
            page=getattr(view, "page", False),
        )


def undeclared(app: Flask) -> list[str]:
    """A sentence for each route that lacks a required declaration."""
    return [f"{route.path} lacks {' and '.join(route.missing)}" for route in routes(app) if route.missing]
