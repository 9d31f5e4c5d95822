"""The categories of the templates of Implementing Regulation (EU) 2024/2835 for our kinds of illegal content and rejection reasons."""

from service.domain.reported.kinds import IllegalContent

_SPEECH, _CYBER = "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH", "STATEMENT_CATEGORY_CYBER_VIOLENCE"
_PRIVACY, _FRAUD = "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS", "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"
_TERMS, _OTHER = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC", "KEYWORD_OTHER"

#: A category and its sub-category.
Category = tuple[str, str]
#: The category of each kind of illegal content that a reader reports.
OF_NOTICE: dict[str, Category] = {
    IllegalContent.HATE: (_SPEECH, "KEYWORD_HATE_SPEECH"),
    IllegalContent.THREAT: ("STATEMENT_CATEGORY_VIOLENCE", "KEYWORD_INCITEMENT_VIOLENCE_HATRED"),
    IllegalContent.DEFAMATION: (_SPEECH, "KEYWORD_DEFAMATION"),
    IllegalContent.PRIVACY: (_PRIVACY, _OTHER),
    IllegalContent.CHILD_ABUSE: ("STATEMENT_CATEGORY_PROTECTION_OF_MINORS", "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL"),
    IllegalContent.TERRORISM: ("STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY", "KEYWORD_TERRORIST_CONTENT"),
    IllegalContent.FRAUD: (_FRAUD, _OTHER),
    IllegalContent.COPYRIGHT: ("STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS", "KEYWORD_COPYRIGHT_INFRINGEMENT"),
    IllegalContent.OTHER: ("STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE", ""),
}
#: The category of each rejection reason. Other reasons, such as a site's own, count as another violation of the terms.
_OF_REASON: dict[str, Category] = {
    "insult": (_CYBER, "KEYWORD_CYBER_HARASSMENT"),
    "hate": (_SPEECH, "KEYWORD_HATE_SPEECH"),
    "personal_data": (_PRIVACY, _OTHER),
    "misleading": (
        "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
        "KEYWORD_MISINFORMATION_DISINFORMATION",
    ),
    "language": (_TERMS, "KEYWORD_LANGUAGE_REQUIREMENTS"),
    "spam": (_TERMS, "KEYWORD_GOODS_SERVICES_NOT_PERMITTED"),
    "advertising": (_TERMS, "KEYWORD_GOODS_SERVICES_NOT_PERMITTED"),
}


def category_of(reason: str, *, by_law: bool) -> Category:
    """The category of a removal. The template for illegal content has no category of other violations of the terms."""
    category = _OF_REASON.get(reason, (_TERMS, _OTHER))
    return (_SPEECH, _OTHER) if by_law and category[0] == _TERMS else category
