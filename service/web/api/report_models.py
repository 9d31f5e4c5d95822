"""Request and response models of readers' reports."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from service.domain.reported.contact import Contact
from service.domain.reported.kinds import Ground, ReportKind
from service.domain.reported.reader_links import ReaderLinks
from service.domain.reported.report_draft import ReportDraft
from service.store.reported.public_json import public_report
from service.store.tables.reported import Report, ReportState
from service.web.http.field_types import Address, Email, IpAddress, Language, Line, Short, Slug, Strict, Text
from service.web.http.responses import ResponseModel


class ReportBody(Strict):
    """A report by a reader, as Article 16 of Regulation (EU) 2022/2065 describes it."""

    comment: Annotated[UUID, Field(strict=False, description="The id of the comment.")]
    kind: Annotated[ReportKind, Field(strict=False, description="illegal, or against the rules of the site.")]
    reason: Slug = Field(
        min_length=1,
        description="For illegal: hate, threat, defamation, privacy, child_abuse, terrorism, fraud, copyright or other. "
        "For rules: the code of a rejection reason of your site.",
    )
    text: Text = Field(description="Why, in the reporter's words.")
    law: Line = Field(default="", description="Which law; required where the reason is other.")
    url: Address = Field(default="", description="The exact address of the comment; without it the thread's address is taken.")
    name: Short = Field(default="", description="Required for illegal content, except child_abuse. Kept encrypted.")
    email: Email = Field(
        default="", description="Required for illegal content, except child_abuse. Kept encrypted, for the answer."
    )
    good_faith: Literal[True] = Field(description="The reporter confirms that the report is accurate and complete.")
    ip: IpAddress = Field(
        default="", description="Kept only as a keyed hash, to know a reporter without an e-mail address again."
    )
    language: Language = Field(default="en", description="The language of the answer: en, de, ar or hi.")

    def draft(self) -> ReportDraft:
        return ReportDraft(
            comment_id=self.comment, kind=self.kind, reason=self.reason, text=self.text, law=self.law, url=self.url,
            contact=Contact(self.name, self.email), address=self.ip, language=self.language[:16] or "en", good_faith=self.good_faith,
        )  # fmt: skip


class ReportResponse(ResponseModel):
    """A report and what became of it. `status_url` is the secret page of its reporter. `by` is moderator or key, once it is decided."""

    id: UUID
    version: int
    comment: UUID
    state: ReportState
    kind: ReportKind
    reason: str
    law: str
    text: str
    url: str
    trusted: bool
    received_at: datetime
    decided_at: datetime | None
    by: str
    ground: Ground | None
    note: str
    automated: bool
    status_url: str
    complaint_until: datetime | None


def report_response(report: Report, *, links: ReaderLinks) -> ReportResponse:
    facts: dict[str, Any] = public_report(report, links=links)
    return ReportResponse(
        **{
            **facts,
            "state": ReportState(report.state),
            "kind": ReportKind(report.kind),
            "ground": Ground(report.ground) if report.ground else None,
        }
    )
