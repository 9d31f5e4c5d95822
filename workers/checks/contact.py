"""Contact details in the text: chat numbers, handles and e-mail addresses."""

import re
from collections.abc import Iterator

from service.domain.policy.signals import Kind, Signal
from workers.checks.prepared import Prepared

CHECK = "contact"
_AT, _DOT = r"(?: ?@ ?| ?[\[(]at[\])] ?)", r"(?: ?\. ?| ?[\[(]dot[\])] ?)"
_MAIL = re.compile(rf"(?<![\w.+-])[a-z0-9][a-z0-9._%+-]{{0,63}}{_AT}[a-z0-9-]{{1,63}}{_DOT}[a-z]{{2,10}}(?!\w)")
_CHAT = re.compile(
    r"\b(?:whats? ?app|telegram|wechat|viber|signal|kik|snapchat|skype|icq|imo)\b[^a-z0-9@+]{0,4}"
    r"(?:(?:me|us|number|no|at|on|id|him|is|via|:)\W{1,3}){0,3}(?:@\w{3,40}|\+?[0-9][0-9 ().-]{6,20}[0-9])"
)


def check(prepared: Prepared) -> Iterator[Signal]:
    """An e-mail address is a weak sign of spam; a chat number or handle is a strong one."""
    folded, text = prepared.text, prepared.text.text
    if "@" in text or "at]" in text or "at)" in text:
        for found in _MAIL.finditer(text):
            span = folded.span(*found.span(), read_as=found[0])
            yield Signal(Kind.SPAM_CONTACT, 0.45, f"an e-mail address: {span.text}", (span,), check=CHECK)
            break
    if ("@" in text or prepared.digits) and any(
        word in text for word in ("app", "telegram", "wechat", "viber", "kik", "skype", "icq", "snapchat", "imo")
    ):
        for found in _CHAT.finditer(text):
            span = folded.span(*found.span())
            yield Signal(Kind.SPAM_CONTACT, 0.75, f"a chat contact: {span.text}", (span,), strong=True, check=CHECK)
            break
