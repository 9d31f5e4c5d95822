"""Requests and responses of Coral's external moderation phase. Fields that we do not read are left out."""

from enum import StrEnum
from typing import Literal

from service.web.http.field_types import Strict
from service.web.http.lenient_body import Lenient
from service.web.http.responses import ResponseModel


class Status(StrEnum):
    """What becomes of the comment in Coral: published, waiting for a moderator, or rejected."""

    APPROVED = "APPROVED"
    PREMOD = "PREMOD"
    REJECTED = "REJECTED"


class PhaseComment(Lenient):
    """The comment, as HTML or as plain text."""

    body: str = ""


class PhaseAuthor(Lenient):
    """Coral's user."""

    id: str = ""


class PhaseStory(Lenient):
    """The page that the comment is on."""

    id: str = ""
    url: str = ""


class PhaseBody(Lenient):
    """A comment that Coral is about to publish."""

    comment: PhaseComment
    author: PhaseAuthor = PhaseAuthor()
    story: PhaseStory = PhaseStory()


class PhaseQuery(Strict):
    """`approve`: an approved comment gets APPROVED, which Coral publishes although it holds all others."""

    approve: Literal["true", "false"] = "false"


class PhaseFlag(ResponseModel):
    """A flag that moderators see at the comment."""

    actionType: Literal["FLAG"]
    reason: Literal["COMMENT_DETECTED_TOXIC", "COMMENT_DETECTED_SPAM"]


class PhaseResponse(ResponseModel):
    """The opinion on a comment."""

    status: Status
    actions: list[PhaseFlag]
