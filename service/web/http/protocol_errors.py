"""Errors in the form of another service's protocol: made of our problem, after the view."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from flask import Blueprint, Response
from pydantic_core import to_json

from service.domain.errors import Code
from service.web.http.errors import PROBLEM

#: Other services answer 400 where we answer 422.
STATUSES: Mapping[Code, int] = MappingProxyType({Code.INVALID: 400})
Form = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def refuse_in_form(bp: Blueprint, form: Form) -> None:
    """Answer errors of this blueprint in another form. `form` turns the fields of a problem, with the status of the response, into
    the body."""

    def reshaped(response: Response) -> Response:
        if response.content_type != PROBLEM:
            return response
        problem = response.get_json(force=True)
        response.status_code = STATUSES.get(Code(problem["code"]), response.status_code)
        response.set_data(to_json(form({**problem, "status": response.status_code})))
        response.content_type = "application/json"
        return response

    bp.after_request(reshaped)
