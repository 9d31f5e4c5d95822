"""A report as a reader sends it, and what it must contain."""

from dataclasses import dataclass
from uuid import UUID

from service.domain.errors import Fault, Invalid
from service.domain.reported.contact import Contact
from service.domain.reported.kinds import ANONYMOUS, IllegalContent, ReportKind


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """A report as a reader sends it. `address` is the IP address, by which a reporter without an e-mail address is known again.
    `good_faith`: the reporter confirms that what they write is accurate and complete."""

    comment_id: UUID
    kind: ReportKind
    reason: str
    text: str
    law: str = ""
    url: str = ""
    contact: Contact = Contact()
    address: str = ""
    language: str = "en"
    good_faith: bool = False

    def check(self) -> None:
        """Raises Invalid unless the report has what Article 16(2) of Regulation (EU) 2022/2065 asks for."""
        faults = [*self._faults_of_reason(), *self._faults_of_contact()]
        if not self.text.strip():
            faults.append(Fault("/text", "blank", "say why, in a few words"))
        if not self.good_faith:
            faults.append(
                Fault("/good_faith", "required", "confirm that what you write is accurate and complete to your knowledge")
            )
        if faults:
            raise Invalid("; ".join(fault.detail for fault in faults), *faults)

    def _faults_of_reason(self) -> list[Fault]:
        if not self.reason:
            return [Fault("/reason", "required", "choose what is wrong with the comment")]
        if self.kind is ReportKind.ILLEGAL and self.reason not in list(IllegalContent):
            return [Fault("/reason", "unknown", f"expected one of {', '.join(IllegalContent)}")]
        if self.kind is ReportKind.ILLEGAL and self.reason == IllegalContent.OTHER and not self.law.strip():
            return [Fault("/law", "required", "say which law the comment breaks")]
        return []

    def _faults_of_contact(self) -> list[Fault]:
        """A report of illegal content needs a name and an e-mail address, except about sexual abuse of children."""
        if self.kind is not ReportKind.ILLEGAL or self.reason in ANONYMOUS:
            return []
        faults = []
        if not self.contact.name.strip():
            faults.append(Fault("/name", "required", "enter your name; a report of illegal content needs it"))
        if not self.contact.email:
            faults.append(Fault("/email", "required", "enter your e-mail address; a report of illegal content needs it"))
        return faults
