"""Languages as an editor types them: a code or a name becomes a code."""

from collections.abc import Iterable
from difflib import get_close_matches

from service.domain.errors import Invalid
from service.domain.policy.language_coverage import NAMES, code_of

#: Names that people use beside the English ones, in the languages of the pages.
_OTHER_NAMES = {
    "deutsch": "de", "englisch": "en", "französisch": "fr", "arabisch": "ar", "spanisch": "es", "italienisch": "it",
    "türkisch": "tr", "russisch": "ru", "polnisch": "pl", "hindi": "hi", "ukrainisch": "uk", "persisch": "fa", "chinesisch": "zh",
    "الإنجليزية": "en", "العربية": "ar", "الألمانية": "de", "الفرنسية": "fr", "हिन्दी": "hi", "हिंदी": "hi", "अंग्रेज़ी": "en",
    "अंग्रेजी": "en", "जर्मन": "de", "फ़्रेंच": "fr", "फ्रेंच": "fr", "अरबी": "ar", "उर्दू": "ur", "मराठी": "mr",
    "बांग्ला": "bn", "बंगाली": "bn", "तमिल": "ta", "तेलुगु": "te", "गुजराती": "gu", "पंजाबी": "pa", "कन्नड़": "kn",
    "मलयालम": "ml", "नेपाली": "ne",
    "français": "fr", "español": "es", "italiano": "it", "português": "pt", "türkçe": "tr", "polski": "pl", "русский": "ru",
    "українська": "uk",
}  # fmt: skip
_BY_NAME = {**_OTHER_NAMES, **{name.casefold(): code for code, name in NAMES.items()}}
#: The choices that an error names if nothing is near to what was typed.
_USUAL = "en, de, fr, es, it, pt, nl, pl, ru, tr, ar, hi, zh"


def language_codes(words: Iterable[str]) -> list[str]:
    """The codes of these languages, each once. Raises Invalid, which names choices, for a word that is no language."""
    return list(dict.fromkeys(_code(word) for word in words))


def _code(word: str) -> str:
    code = _BY_NAME.get(word.casefold()) or code_of(word)
    if code:
        return code
    near = dict.fromkeys(_BY_NAME[name] for name in get_close_matches(word.casefold(), _BY_NAME, n=4, cutoff=0.7))
    choices = ", ".join(f"{code} ({NAMES[code]})" for code in near) or _USUAL
    raise Invalid.field("/value", "unknown", f"{word[:40]!r} is no language that we know; expected codes such as {choices}")
