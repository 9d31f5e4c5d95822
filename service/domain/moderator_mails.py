"""The mails to moderators about their queues, in the language of the recipient. They hold no comment: mailboxes keep what they get."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.mail_language import in_language

_DIGEST, _OLD, _LINE, _WHY, _STOP = "digest", "old", "line", "why", "stop"
#: By language.
_TEXTS: dict[str, dict[str, str]] = {
    "en": {
        _DIGEST: "Comments that wait: {total}",
        _OLD: "A comment has waited for more than {minutes} minutes",
        _LINE: "{site}: comments that wait: {count}, the oldest since {since}.",
        _WHY: "Nothing is decided by opening a link. You chose these mails under your account:",
        _STOP: "Stop these mails:",
    },
    "de": {
        _DIGEST: "Wartende Kommentare: {total}",
        _OLD: "Ein Kommentar wartet seit mehr als {minutes} Minuten",
        _LINE: "{site}: wartende Kommentare: {count}, der älteste seit {since}.",
        _WHY: "Mit dem Öffnen eines Links wird nichts entschieden. Sie haben diese Mails in Ihrem Konto gewählt:",
        _STOP: "Diese Mails abbestellen:",
    },
    "ar": {
        _DIGEST: "تعليقات تنتظر: {total}",
        _OLD: "ينتظر تعليق منذ أكثر من {minutes} دقيقة",
        _LINE: "{site}: تعليقات تنتظر: {count}، أقدمها منذ {since}.",
        _WHY: "فتح الرابط لا يتخذ أي قرار. اخترت هذه الرسائل في حسابك:",
        _STOP: "إيقاف هذه الرسائل:",
    },
    "hi": {
        _DIGEST: "रुकी हुई टिप्पणियाँ: {total}",
        _OLD: "एक टिप्पणी {minutes} मिनट से ज़्यादा समय से रुकी है",
        _LINE: "{site}: रुकी हुई टिप्पणियाँ: {count}, सबसे पुरानी {since} से।",
        _WHY: "लिंक खोलने से कोई निर्णय नहीं होता। ये मेल आपने अपने खाते में चुने हैं:",
        _STOP: "ये मेल बंद करें:",
    },
}


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One site in a mail: how many comments wait, since when (in words), and the address of its queue."""

    site: str
    count: int
    since: str
    link: str


def mail_about_queues(
    language: str, lines: Sequence[QueueLine], *, minutes: int = 0, settings_link: str, stop_link: str
) -> tuple[str, str]:
    """Subject and text of a digest, or with `minutes` of a mail about an old queue."""
    texts = in_language(_TEXTS, language)
    subject = texts[_OLD if minutes else _DIGEST].format(total=sum(line.count for line in lines), minutes=minutes)
    sites = [texts[_LINE].format(site=line.site, count=line.count, since=line.since) + f"\n{line.link}" for line in lines]
    end = [f"{texts[_WHY]}\n{settings_link}", f"{texts[_STOP]}\n{stop_link}"]
    return subject, "\n\n".join([f"{subject}.", *sites, *end]) + "\n"
