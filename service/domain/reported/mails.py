"""The mails to readers about their reports and complaints. The host sends them: the texts are part of the webhooks."""

from dataclasses import dataclass

from service.domain.mail_language import in_language

_RECEIVED, _UPHELD, _DISMISSED, _ERASED, _REOPENED = "received", "upheld", "dismissed", "erased", "reopened"
_WARNED, _SUSPENDED = "warned", "suspended"
_COMPLAINT_RECEIVED, _COMPLAINT_REOPENED = "complaint_received", "complaint_reopened"
_COMPLAINT_UPHELD, _COMPLAINT_DENIED = "complaint_upheld", "complaint_denied"
#: Subject and text of each mail, by language. English is used for other languages.
_MAILS: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        _RECEIVED: (
            "We have received your report",
            "we have received your report about a comment on {site}. A person will look at it. You can see what becomes of it here:\n{link}",
        ),
        _UPHELD: (
            "The comment that you reported was removed",
            "{who} has looked at your report. The comment was removed from {site}.",
        ),
        _DISMISSED: ("The comment that you reported stays", "{who} has looked at your report. The comment stays on {site}."),
        _ERASED: (
            "The comment that you reported is gone",
            "the comment that you reported was erased from {site} before a decision was made.",
        ),
        _WARNED: (
            "Please report only what is illegal or against the rules",
            "many of your reports about comments on {site} were unfounded. If that goes on, your reports and complaints will not be taken for a time.\n{link}",
        ),
        _SUSPENDED: (
            "Your reports are not taken until {until}",
            "many of your reports about comments on {site} were unfounded, also after a warning. Your reports and complaints are not taken until {until}.\n{link}",
        ),
        _COMPLAINT_RECEIVED: (
            "We have received your complaint",
            "We have received your complaint about a decision on {site}. Another person will decide. You can see what becomes of it here:\n{link}",
        ),
        _COMPLAINT_UPHELD: (
            "Your complaint has changed the decision",
            "A person who had not decided before has looked at your complaint. The decision on {site} was reversed.",
        ),
        _COMPLAINT_DENIED: (
            "The decision stands",
            "A person who had not decided before has looked at your complaint. The decision on {site} stands.",
        ),
        _REOPENED: (
            "The decision about your report was taken back",
            "the decision about your report was taken back. A person looks at it again. You can see what becomes of it here:\n{link}",
        ),
        _COMPLAINT_REOPENED: (
            "The decision about your complaint was taken back",
            "The decision about your complaint was taken back. A person who had not decided before looks at it again. You can see what becomes of it here:\n{link}",
        ),
    },
    "de": {
        _RECEIVED: (
            "Ihre Meldung ist eingegangen",
            "Ihre Meldung zu einem Kommentar auf {site} ist eingegangen. Ein Mensch wird sie prüfen. Was daraus wird, sehen Sie hier:\n{link}",
        ),
        _UPHELD: (
            "Der gemeldete Kommentar wurde entfernt",
            "{who} hat Ihre Meldung geprüft. Der Kommentar wurde von {site} entfernt.",
        ),
        _DISMISSED: (
            "Der gemeldete Kommentar bleibt stehen",
            "{who} hat Ihre Meldung geprüft. Der Kommentar bleibt auf {site} stehen.",
        ),
        _ERASED: (
            "Der gemeldete Kommentar ist gelöscht",
            "der gemeldete Kommentar wurde auf {site} gelöscht, bevor über die Meldung entschieden war.",
        ),
        _WARNED: (
            "Bitte melden Sie nur, was rechtswidrig ist oder gegen die Regeln verstößt",
            "viele Ihrer Meldungen zu Kommentaren auf {site} waren unbegründet. Wenn das so weitergeht, werden Ihre Meldungen und Beschwerden eine Zeit lang nicht angenommen.\n{link}",
        ),
        _SUSPENDED: (
            "Ihre Meldungen werden bis {until} nicht angenommen",
            "viele Ihrer Meldungen zu Kommentaren auf {site} waren unbegründet, auch nach einer Verwarnung. Bis {until} werden Ihre Meldungen und Beschwerden nicht angenommen.\n{link}",
        ),
        _COMPLAINT_RECEIVED: (
            "Ihre Beschwerde ist eingegangen",
            "Ihre Beschwerde über eine Entscheidung auf {site} ist eingegangen. Jemand anderes wird entscheiden. Was daraus wird, sehen Sie hier:\n{link}",
        ),
        _COMPLAINT_UPHELD: (
            "Ihre Beschwerde hat die Entscheidung geändert",
            "Jemand, der vorher nicht entschieden hatte, hat Ihre Beschwerde geprüft. Die Entscheidung auf {site} wurde aufgehoben.",
        ),
        _COMPLAINT_DENIED: (
            "Die Entscheidung bleibt bestehen",
            "Jemand, der vorher nicht entschieden hatte, hat Ihre Beschwerde geprüft. Die Entscheidung auf {site} bleibt bestehen.",
        ),
        _REOPENED: (
            "Die Entscheidung über Ihre Meldung wurde zurückgenommen",
            "Die Entscheidung über Ihre Meldung wurde zurückgenommen. Ein Mensch prüft sie erneut. Was daraus wird, sehen Sie hier:\n{link}",
        ),
        _COMPLAINT_REOPENED: (
            "Die Entscheidung über Ihre Beschwerde wurde zurückgenommen",
            "Die Entscheidung über Ihre Beschwerde wurde zurückgenommen. Jemand, der vorher nicht entschieden hatte, prüft sie erneut. Was daraus wird, sehen Sie hier:\n{link}",
        ),
    },
    "ar": {
        _RECEIVED: (
            "وصلنا بلاغك",
            "وصلنا بلاغك عن تعليق على {site}. سيطّلع عليه شخص. يمكنك أن ترى نتيجته هنا:\n{link}",
        ),
        _UPHELD: ("حُذف التعليق الذي أبلغت عنه", "اطّلع {who} على بلاغك. حُذف التعليق من {site}."),
        _DISMISSED: ("التعليق الذي أبلغت عنه باقٍ", "اطّلع {who} على بلاغك. يبقى التعليق على {site}."),
        _ERASED: ("لم يعد التعليق الذي أبلغت عنه موجودًا", "مُحي التعليق الذي أبلغت عنه من {site} قبل اتخاذ قرار."),
        _WARNED: (
            "يُرجى الإبلاغ فقط عمّا يخالف القانون أو القواعد",
            "كثير من بلاغاتك عن تعليقات على {site} لم يكن لها أساس. إن استمر ذلك فلن تُقبل بلاغاتك واعتراضاتك لفترة.\n{link}",
        ),
        _SUSPENDED: (
            "لا تُقبل بلاغاتك حتى {until}",
            "كثير من بلاغاتك عن تعليقات على {site} لم يكن لها أساس، حتى بعد التحذير. لا تُقبل بلاغاتك واعتراضاتك حتى {until}.\n{link}",
        ),
        _COMPLAINT_RECEIVED: (
            "وصلنا اعتراضك",
            "وصلنا اعتراضك على قرار على {site}. سيقرّر شخص آخر. يمكنك أن ترى النتيجة هنا:\n{link}",
        ),
        _COMPLAINT_UPHELD: ("غيّر اعتراضك القرار", "اطّلع على اعتراضك شخص لم يقرّر من قبل. أُلغي القرار على {site}."),
        _COMPLAINT_DENIED: ("القرار باقٍ", "اطّلع على اعتراضك شخص لم يقرّر من قبل. يبقى القرار على {site}."),
        _REOPENED: (
            "سُحب القرار بشأن بلاغك",
            "سُحب القرار بشأن بلاغك. سيطّلع عليه شخص مرة أخرى. يمكنك أن ترى نتيجته هنا:\n{link}",
        ),
        _COMPLAINT_REOPENED: (
            "سُحب القرار بشأن اعتراضك",
            "سُحب القرار بشأن اعتراضك. سيطّلع عليه مرة أخرى شخص لم يقرّر من قبل. يمكنك أن ترى النتيجة هنا:\n{link}",
        ),
    },
    "hi": {
        _RECEIVED: (
            "आपकी शिकायत मिल गई है",
            "{site} की एक टिप्पणी के बारे में आपकी शिकायत हमें मिल गई है। कोई व्यक्ति इसे देखेगा। इस पर क्या हुआ, यह आप यहाँ देख सकते हैं:\n{link}",
        ),
        _UPHELD: ("आपने जिस टिप्पणी की शिकायत की थी, वह हटा दी गई है", "{who} ने आपकी शिकायत देखी है। टिप्पणी {site} से हटा दी गई है।"),
        _DISMISSED: ("आपने जिस टिप्पणी की शिकायत की थी, वह बनी रहेगी", "{who} ने आपकी शिकायत देखी है। टिप्पणी {site} पर बनी रहेगी।"),
        _ERASED: (
            "आपने जिस टिप्पणी की शिकायत की थी, वह अब नहीं है",
            "आपने जिस टिप्पणी की शिकायत की थी, वह निर्णय होने से पहले ही {site} से मिटा दी गई।",
        ),
        _WARNED: (
            "कृपया केवल उसी की शिकायत करें जो गैरकानूनी हो या नियमों के खिलाफ़ हो",
            "{site} की टिप्पणियों के बारे में आपकी कई शिकायतें बेबुनियाद थीं। अगर ऐसा चलता रहा, तो आपकी शिकायतें और आपत्तियाँ कुछ समय तक नहीं ली जाएँगी।\n{link}",
        ),
        _SUSPENDED: (
            "{until} तक आपकी शिकायतें नहीं ली जाएँगी",
            "चेतावनी के बाद भी {site} की टिप्पणियों के बारे में आपकी कई शिकायतें बेबुनियाद थीं। {until} तक आपकी शिकायतें और आपत्तियाँ नहीं ली जाएँगी।\n{link}",
        ),
        _COMPLAINT_RECEIVED: (
            "आपकी आपत्ति मिल गई है",
            "{site} के एक निर्णय पर आपकी आपत्ति हमें मिल गई है। कोई दूसरा व्यक्ति निर्णय लेगा। इस पर क्या हुआ, यह आप यहाँ देख सकते हैं:\n{link}",
        ),
        _COMPLAINT_UPHELD: (
            "आपकी आपत्ति पर निर्णय बदल गया है",
            "आपकी आपत्ति ऐसे व्यक्ति ने देखी है, जिसने पहले यह निर्णय नहीं लिया था। {site} का निर्णय पलट दिया गया है।",
        ),
        _COMPLAINT_DENIED: (
            "निर्णय कायम है",
            "आपकी आपत्ति ऐसे व्यक्ति ने देखी है, जिसने पहले यह निर्णय नहीं लिया था। {site} का निर्णय कायम है।",
        ),
        _REOPENED: (
            "आपकी शिकायत पर निर्णय वापस ले लिया गया है",
            "आपकी शिकायत पर निर्णय वापस ले लिया गया है। कोई व्यक्ति इसे फिर से देखेगा। इस पर क्या हुआ, यह आप यहाँ देख सकते हैं:\n{link}",
        ),
        _COMPLAINT_REOPENED: (
            "आपकी आपत्ति पर निर्णय वापस ले लिया गया है",
            "आपकी आपत्ति पर निर्णय वापस ले लिया गया है। कोई ऐसा व्यक्ति इसे फिर से देखेगा, जिसने पहले निर्णय नहीं लिया था। इस पर क्या हुआ, यह आप यहाँ देख सकते हैं:\n{link}",
        ),
    },
}
#: Pieces of these texts.
_PHRASES: dict[str, dict[str, str]] = {
    "en": {
        "greeting": "Hello {name},",
        "further": "You can turn to a certified out-of-court dispute settlement body, or to a court.",
        "operator": "If you do not agree, write to the operator of {site}. You can also turn to a certified out-of-court dispute settlement body, or to a court.",
        "person": "A person",
        "host": "The operator of {site}",
        "redress": (
            "If you do not agree, you can complain on this page for six months; another person then decides:\n{link}\n"
            "You can also turn to a certified out-of-court dispute settlement body, or to a court."
        ),
    },
    "de": {
        "greeting": "Guten Tag {name},",
        "further": "Sie können sich an eine zugelassene Stelle für außergerichtliche Streitbeilegung oder an ein Gericht wenden.",
        "operator": "Wenn Sie anderer Meinung sind, schreiben Sie dem Betreiber von {site}. Sie können sich auch an eine zugelassene Stelle für außergerichtliche Streitbeilegung oder an ein Gericht wenden.",
        "person": "Ein Mensch",
        "host": "Der Betreiber von {site}",
        "redress": (
            "Wenn Sie anderer Meinung sind, können Sie sich sechs Monate lang auf dieser Seite beschweren; dann entscheidet jemand anderes:\n{link}\n"
            "Sie können sich auch an eine zugelassene Stelle für außergerichtliche Streitbeilegung oder an ein Gericht wenden."
        ),
    },
    "ar": {
        "greeting": "مرحبًا {name}،",
        "further": "يمكنك اللجوء إلى هيئة معتمدة لتسوية النزاعات خارج المحكمة أو إلى محكمة.",
        "operator": "إن لم توافق، فاكتب إلى مشغّل {site}. ويمكنك أيضًا اللجوء إلى هيئة معتمدة لتسوية النزاعات خارج المحكمة أو إلى محكمة.",
        "person": "شخص",
        "host": "مشغّل {site}",
        "redress": (
            "إن لم توافق، يمكنك الاعتراض في هذه الصفحة خلال ستة أشهر، ويقرر حينها شخص آخر:\n{link}\n"
            "ويمكنك أيضًا اللجوء إلى هيئة معتمدة لتسوية النزاعات خارج المحكمة أو إلى محكمة."
        ),
    },
    "hi": {
        "greeting": "नमस्ते {name},",
        "further": "आप अदालत के बाहर विवाद सुलझाने वाली किसी प्रमाणित संस्था या अदालत के पास जा सकते हैं।",
        "operator": "अगर आप सहमत नहीं हैं, तो {site} के संचालक को लिखें। आप अदालत के बाहर विवाद सुलझाने वाली किसी प्रमाणित संस्था या अदालत के पास भी जा सकते हैं।",
        "person": "एक व्यक्ति",
        "host": "{site} के संचालक",
        "redress": "अगर आप सहमत नहीं हैं, तो छह महीने तक इस पेज पर आपत्ति कर सकते हैं; फिर कोई दूसरा व्यक्ति निर्णय लेगा:\n{link}\nआप अदालत के बाहर विवाद सुलझाने वाली किसी प्रमाणित संस्था या अदालत के पास भी जा सकते हैं।",
    },
}


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to a reader. `to` is empty if they left no e-mail address."""

    to: str
    subject: str
    text: str


def report_mail(
    event: str,
    *,
    language: str,
    site: str,
    name: str,
    email: str,
    link: str,
    note: str = "",
    by_host: bool = False,
    until: str = "",
) -> Mail:
    """The mail about one event of a report: `received`, `reopened`, the state that it was decided to, or that its reporter was `warned`
    or `suspended` (`until` that day)."""
    phrases = in_language(_PHRASES, language)
    who = phrases["host" if by_host else "person"].format(site=site)
    facts = {"site": site, "link": link, "until": until, "who": who}
    redress = {_UPHELD: "redress", _DISMISSED: "redress", _WARNED: "operator", _SUSPENDED: "operator"}.get(event)
    further = phrases[redress].format(**facts) if redress else ""
    return _mail(event, language, facts, name=name, email=email, parts=(note, further))


def complaint_mail(event: str, *, language: str, site: str, name: str, email: str, link: str, note: str = "") -> Mail:
    """The mail about one event of a complaint: `received`, `reopened`, or the state that it was decided to (`upheld`, `denied`)."""
    event = f"complaint_{event}"
    further = "" if event in (_COMPLAINT_RECEIVED, _COMPLAINT_REOPENED) else in_language(_PHRASES, language)["further"]
    return _mail(event, language, {"site": site, "link": link}, name=name, email=email, parts=(note, further))


def _mail(event: str, language: str, facts: dict[str, str], *, name: str, email: str, parts: tuple[str, ...]) -> Mail:
    """A mail with the text of an event and these parts after it."""
    subject, body = in_language(_MAILS, language)[event]
    subject, body = subject.format(**facts), body.format(**facts)
    greeting = in_language(_PHRASES, language)["greeting"].format(name=name) if name else ""
    text = (greeting, body if greeting else body[:1].upper() + body[1:], *parts)
    return Mail(email, subject, "\n\n".join(part for part in text if part))
