"""What a report can be about, and how long a decision can be complained about."""

from datetime import timedelta
from enum import StrEnum

#: How long after a decision a complaint can be made (Article 20(1) of Regulation (EU) 2022/2065: six months).
COMPLAINT_TIME = timedelta(days=184)


class ReportKind(StrEnum):
    """Whether the reporter says that a comment is illegal, or against the rules of the site."""

    ILLEGAL = "illegal"
    RULES = "rules"


class IllegalContent(StrEnum):
    """The kinds of illegal content that a reporter chooses from."""

    HATE = "hate"
    THREAT = "threat"
    DEFAMATION = "defamation"
    PRIVACY = "privacy"
    CHILD_ABUSE = "child_abuse"
    TERRORISM = "terrorism"
    FRAUD = "fraud"
    COPYRIGHT = "copyright"
    OTHER = "other"


class Ground(StrEnum):
    """The ground of a restriction: the law, or the rules of the site."""

    LAW = "law"
    RULES = "rules"


#: The kinds about which a reporter may stay anonymous (Article 16(2)(c)).
ANONYMOUS = frozenset({IllegalContent.CHILD_ABUSE})
