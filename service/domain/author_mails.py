"""The mails to authors about the decision, in the language of their comment. They hold nothing that a reader typed: anybody can type
the address of somebody else."""

from service.domain.mail_language import in_language

_APPROVED, _REJECTED, _WHY, _NOT_YOU = "approved", "rejected", "why", "not_you"
#: By language.
_TEXTS: dict[str, dict[str, str]] = {
    "en": {
        _APPROVED: "Your comment on {site} is published",
        _REJECTED: "Your comment on {site} is not published",
        _WHY: "The reason, and how to complain:",
        _NOT_YOU: "You asked for this mail with the comment. Your address is now deleted. If it was not you, there is nothing to do.",
    },
    "de": {
        _APPROVED: "Ihr Kommentar auf {site} ist veröffentlicht",
        _REJECTED: "Ihr Kommentar auf {site} wird nicht veröffentlicht",
        _WHY: "Der Grund, und wie Sie sich beschweren können:",
        _NOT_YOU: "Sie haben mit dem Kommentar um diese Mail gebeten. Ihre Mailadresse ist jetzt gelöscht. Wenn Sie es nicht waren, müssen Sie nichts tun.",
    },
    "ar": {
        _APPROVED: "نُشر تعليقك على {site}",
        _REJECTED: "لم يُنشر تعليقك على {site}",
        _WHY: "السبب وكيفية الاعتراض:",
        _NOT_YOU: "طُلبت هذه الرسالة مع التعليق. حُذف عنوانك الآن. إن لم تكن أنت من طلبها فلا يلزمك فعل شيء.",
    },
    "hi": {
        _APPROVED: "{site} पर आपकी टिप्पणी प्रकाशित हो गई है",
        _REJECTED: "{site} पर आपकी टिप्पणी प्रकाशित नहीं हुई",
        _WHY: "कारण, और आपत्ति कैसे करें:",
        _NOT_YOU: "यह मेल टिप्पणी के साथ माँगा गया था। आपका पता अब मिटा दिया गया है। अगर यह आपने नहीं माँगा था, तो कुछ करने की ज़रूरत नहीं है।",
    },
}


def mail_about_decision(language: str, *, site: str, is_approved: bool, link: str) -> tuple[str, str]:
    """Subject and text. `link` is the page of a published comment, or the page with the reason of a rejection; it may be empty."""
    texts = in_language(_TEXTS, language)
    subject = texts[_APPROVED if is_approved else _REJECTED].format(site=site)
    where = link if is_approved or not link else f"{texts[_WHY]}\n{link}"
    return subject, "\n\n".join(part for part in (f"{subject}.", where, texts[_NOT_YOU]) if part) + "\n"
