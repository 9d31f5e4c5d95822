"""What a route says of itself: who may call it, how often, and whether it is a page or part of the API document."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from flask import Flask
from werkzeug.routing import BaseConverter

P = ParamSpec("P")
R = TypeVar("R")

#: The word for a route that anybody may call.
PUBLIC = "public"


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Declares a view that anybody may call. It shows only what the public may see."""
    view.owner = PUBLIC  # type: ignore[attr-defined]
    return view


def page(view: Callable[P, R]) -> Callable[P, R]:
    """Declares a view that is a page for people: it has no entry in the API document."""
    view.page = True  # type: ignore[attr-defined]
    return view


class ThreadConverter(BaseConverter):
    """A host's own word for a page: any characters, also slashes at its start and whole addresses."""

    regex = r"(?s:.+?)"
    part_isolating = False


@dataclass(frozen=True, slots=True)
class Route:
    """One address of the application, with what its view declared. Empty where it declared nothing."""

    path: str
    methods: tuple[str, ...]
    endpoint: str
    owner: str
    rate: str
    operation: Any
    page: bool

    @property
    def missing(self) -> tuple[str, ...]:
        """What this route should have said and did not."""
        said = {
            "an owner": self.owner,
            "a rate limit": self.rate,
            "an entry in the API document": self.page or self.operation,
        }
        return tuple(what for what, value in said.items() if not value)


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
    """Each route that does not say who may call it, how often, or what it is, in words."""
    return [f"{route.path} lacks {' and '.join(route.missing)}" for route in routes(app) if route.missing]
