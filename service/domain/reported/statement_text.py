"""The text of a statement of reasons, ready to be shown to an author, in each language that Greenroom speaks."""

from collections.abc import Mapping

from service.domain.reported.kinds import Ground

_SENTENCES: dict[str, dict[str, str]] = {
    "en": {
        "removal": "Your comment on {site} is not shown, without a limit of time.",
        "visibility": "Your comment on {site} is hidden until a person has looked at it.",
        "rules": "It is against the rules of the site: {reason}.",
        "law": "It is against the law: {reason}.",
        "notice": "Readers reported it.",
        "own": "Nobody reported it; it was found in our own review.",
        "machine": "Software decided this without a person.",
        "found": "Software marked it, and a person decided.",
        "person": "A person decided.",
        "redress": "If you do not agree, you can complain free of charge until {until}, and another person decides: {link}\n"
        "You can also turn to a certified out-of-court dispute settlement body, or to a court.",
    },
    "de": {
        "removal": "Ihr Kommentar auf {site} wird nicht angezeigt, ohne zeitliche Begrenzung.",
        "visibility": "Ihr Kommentar auf {site} ist verborgen, bis ein Mensch ihn geprüft hat.",
        "rules": "Er verstößt gegen die Regeln der Website: {reason}.",
        "law": "Er verstößt gegen das Gesetz: {reason}.",
        "notice": "Leser haben ihn gemeldet.",
        "own": "Niemand hat ihn gemeldet; er ist uns selbst aufgefallen.",
        "machine": "Das hat Software ohne einen Menschen entschieden.",
        "found": "Software hat ihn markiert, ein Mensch hat entschieden.",
        "person": "Ein Mensch hat entschieden.",
        "redress": "Wenn Sie anderer Meinung sind, können Sie sich bis zum {until} kostenlos beschweren, dann entscheidet jemand anderes: {link}\n"
        "Sie können sich auch an eine zugelassene Stelle für außergerichtliche Streitbeilegung oder an ein Gericht wenden.",
    },
    "ar": {
        "removal": "لا يُعرض تعليقك على {site}، دون حدّ زمني.",
        "visibility": "تعليقك على {site} مخفي إلى أن يطّلع عليه شخص.",
        "rules": "يخالف قواعد الموقع: {reason}.",
        "law": "يخالف القانون: {reason}.",
        "notice": "أبلغ عنه قرّاء.",
        "own": "لم يبلّغ عنه أحد؛ وجدناه بأنفسنا.",
        "machine": "قرّر ذلك برنامج دون تدخل شخص.",
        "found": "أشار إليه برنامج، وقرّر شخص.",
        "person": "قرّر ذلك شخص.",
        "redress": "إن لم توافق، يمكنك الاعتراض مجانًا حتى {until}، ويقرر حينها شخص آخر: {link}\n"
        "ويمكنك أيضًا اللجوء إلى هيئة معتمدة لتسوية النزاعات خارج المحكمة أو إلى محكمة.",
    },
    "hi": {
        "removal": "{site} पर आपकी टिप्पणी अब नहीं दिखाई जा रही है। इसकी कोई समय-सीमा नहीं है।",
        "visibility": "{site} पर आपकी टिप्पणी तब तक छिपी रहेगी, जब तक कोई व्यक्ति उसे देख न ले।",
        "rules": "यह साइट के नियमों के खिलाफ़ है: {reason}।",
        "law": "यह कानून के खिलाफ़ है: {reason}।",
        "notice": "पाठकों ने इसकी शिकायत की।",
        "own": "किसी ने इसकी शिकायत नहीं की; यह हमारी अपनी समीक्षा में मिली।",
        "machine": "यह निर्णय सॉफ़्टवेयर ने बिना किसी व्यक्ति के लिया।",
        "found": "सॉफ़्टवेयर ने इसे चिह्नित किया, और निर्णय एक व्यक्ति ने लिया।",
        "person": "यह निर्णय एक व्यक्ति ने लिया।",
        "redress": "अगर आप सहमत नहीं हैं, तो {until} तक बिना किसी शुल्क के आपत्ति कर सकते हैं; फिर कोई दूसरा व्यक्ति निर्णय लेगा: {link}\nआप अदालत के बाहर विवाद सुलझाने वाली किसी प्रमाणित संस्था या अदालत के पास भी जा सकते हैं।",
    },
}
#: The default rejection reasons, in the words of a sentence.
_REASONS: dict[str, tuple[str, str, str, str]] = {
    "insult": ("an insult or attack", "Beleidigung oder Angriff", "إهانة أو هجوم", "अपमान या हमला"),
    "hate": ("hate or discrimination", "Hass oder Diskriminierung", "كراهية أو تمييز", "नफ़रत या भेदभाव"),
    "off_topic": ("off topic", "gehört nicht zum Thema", "خارج الموضوع", "विषय से हटकर"),
    "advertising": ("advertising", "Werbung", "إعلان", "विज्ञापन"),
    "spam": ("advertising that is sent in masses", "massenhafte Werbung", "إعلانات جماعية", "बड़ी संख्या में भेजा गया विज्ञापन"),
    "personal_data": ("personal data", "persönliche Daten", "بيانات شخصية", "निजी जानकारी"),
    "misleading": ("a misleading claim", "irreführende Behauptung", "ادعاء مضلل", "भ्रामक दावा"),
    "illegal": ("illegal content", "rechtswidriger Inhalt", "محتوى غير قانوني", "गैरकानूनी सामग्री"),
    "language": ("unreadable, or in another language", "unlesbar oder in anderer Sprache", "غير مقروء أو بلغة أخرى", "पढ़ने लायक नहीं, या दूसरी भाषा में"),
    "rules": ("the rules for comments", "die Regeln für Kommentare", "قواعد التعليقات", "टिप्पणियों के नियम"),
    "reported": ("reported by several readers", "von mehreren Lesern gemeldet", "أبلغ عنه عدة قرّاء", "कई पाठकों की शिकायत"),
}  # fmt: skip
#: The sentences about a ban.
_BAN: dict[str, dict[str, str]] = {
    "en": {
        "suspension": "You cannot comment on {site} until {until}.",
        "termination": "You cannot comment on {site} any more, without a limit of time.",
        "rules": "Your comments are against the rules of the site: {reason}.",
        "law": "Your comments are against the law: {reason}.",
    },
    "de": {
        "suspension": "Sie können auf {site} bis {until} nicht kommentieren.",
        "termination": "Sie können auf {site} nicht mehr kommentieren, ohne zeitliche Begrenzung.",
        "rules": "Ihre Kommentare verstoßen gegen die Regeln der Website: {reason}.",
        "law": "Ihre Kommentare verstoßen gegen das Gesetz: {reason}.",
    },
    "ar": {
        "suspension": "لا يمكنك التعليق على {site} حتى {until}.",
        "termination": "لم يعد بإمكانك التعليق على {site}، دون حدّ زمني.",
        "rules": "تخالف تعليقاتك قواعد الموقع: {reason}.",
        "law": "تخالف تعليقاتك القانون: {reason}.",
    },
    "hi": {
        "suspension": "आप {until} तक {site} पर टिप्पणी नहीं कर सकते।",
        "termination": "आप अब {site} पर टिप्पणी नहीं कर सकते। इसकी कोई समय-सीमा नहीं है।",
        "rules": "आपकी टिप्पणियाँ साइट के नियमों के खिलाफ़ हैं: {reason}।",
        "law": "आपकी टिप्पणियाँ कानून के खिलाफ़ हैं: {reason}।",
    },
}
LANGUAGES = tuple(_SENTENCES)


def statement_text(
    *,
    kind: str,
    site: str,
    ground: Ground,
    reason: str,
    label: str,
    law: str,
    own_texts: Mapping[str, str],
    message: str,
    notice: bool,
    automated: Mapping[str, bool],
    link: str,
    until: str,
) -> dict[str, str]:
    """The text in each language. A site's own text for the reason replaces the sentence about its ground; `law` is named with it."""
    decided = "machine" if automated["decision"] else "found" if automated["detection"] else "person"
    texts = {}
    for at, (language, sentences) in enumerate(_SENTENCES.items()):
        reason_text = _reason_text(at, reason, label, law)
        about = own_texts.get(language) or sentences[ground.value].format(reason=reason_text)
        parts = [
            sentences[kind].format(site=site), about, message, sentences["notice" if notice else "own"], sentences[decided],
            sentences["redress"].format(until=until, link=link),
        ]  # fmt: skip
        texts[language] = "\n".join(part for part in parts if part)
    return texts


def ban_text(
    *, site: str, ground: Ground, reason: str, label: str, law: str, until: str, link: str, complaint_until: str
) -> dict[str, str]:
    """The text about a ban in each language. `until` is empty for a ban for good; `complaint_until` is a day."""
    texts = {}
    for at, (language, sentences) in enumerate(_BAN.items()):
        parts = (
            sentences["suspension" if until else "termination"].format(site=site, until=until),
            sentences[ground.value].format(reason=_reason_text(at, reason, label, law)),
            _SENTENCES[language]["person"],
            _SENTENCES[language]["redress"].format(until=complaint_until, link=link),
        )
        texts[language] = "\n".join(parts)
    return texts


def _reason_text(language_at: int, reason: str, label: str, law: str) -> str:
    """A reason in the words of a sentence, with the law or the rule that it names."""
    names = _REASONS.get(reason)
    named = label or (names[language_at] if names else reason.replace("_", " "))
    return f"{named} ({law})" if law else named
