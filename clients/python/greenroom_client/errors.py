"""What can go wrong between you and Greenroom."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class GreenroomError(Exception):
    """Any error of this client."""


@dataclass(frozen=True)
class Fault:
    """One wrong field: a JSON pointer into the body such as `/author/email`, or `query:name`, `header:name`, `path:name`."""

    pointer: str
    code: str
    detail: str


class Refused(GreenroomError):
    """Greenroom answered with an error (RFC 9457). `code` is a word for programs; /docs/errors of your Greenroom explains it."""

    def __init__(self, status: int, problem: Mapping[str, Any], retry_after: float | None = None) -> None:
        self.status = status
        self.code = str(problem.get("code", ""))
        self.detail = str(problem.get("detail", ""))
        self.faults: tuple[Fault, ...] = tuple(_fault(fault) for fault in problem.get("errors") or ())
        self.request_id = str(problem.get("request_id", ""))
        #: Seconds to wait before the next try, if Greenroom named them.
        self.retry_after = retry_after
        super().__init__(self._sentence())

    @classmethod
    def read(cls, status: int, body: bytes, retry_after: float | None = None) -> Refused:
        """The error in this response. A proxy in between may answer with something else than JSON."""
        try:
            problem = json.loads(body)
        except ValueError:
            problem = None
        if not isinstance(problem, dict):
            problem = {"detail": body[:200].decode("utf-8", "replace")}
        return cls(status, problem, retry_after)

    def _sentence(self) -> str:
        fields = "".join(f"; {fault.pointer or 'body'}: {fault.detail}" for fault in self.faults)
        return f"{self.status} {self.code}: {self.detail}{fields}".replace(" : ", ": ")


class NoAnswer(GreenroomError):
    """Greenroom was not reached, or its answer did not arrive. What was asked for may have happened, or not."""


class StillPending(GreenroomError):
    """A comment has no verdict yet. It is stored, and its verdict will come."""


class InvalidWebhook(GreenroomError):
    """A request is not from Greenroom, is too old, or was changed on its way. Answer it with 400 and do nothing else."""


def _fault(fault: Mapping[str, Any]) -> Fault:
    return Fault(str(fault.get("pointer", "")), str(fault.get("code", "")), str(fault.get("detail", "")))
