"""Scripts other than Latin: how much of a text is written in such a script, and in which languages the text may be."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache

#: The languages of each script, the likeliest first. A script is named by the first word of its letters' Unicode names.
LANGUAGES = {
    script: tuple(codes.split())
    for script, codes in {
        "ARABIC": "ar fa ur ps ckb sd ug ks pa", "ARMENIAN": "hy", "BENGALI": "bn as mni", "BOPOMOFO": "zh", "CHEROKEE": "chr",
        "CJK": "zh ja yue", "CYRILLIC": "ru bg sr mk uk be kk ky mn tg tt ba ce cv os", "DEVANAGARI": "hi mr ne bho mai sa kok awa",
        "ETHIOPIC": "am ti", "GEORGIAN": "ka", "GREEK": "el", "GUJARATI": "gu", "GURMUKHI": "pa", "HANGUL": "ko", "HEBREW": "he yi",
        "HIRAGANA": "ja", "KANNADA": "kn", "KATAKANA": "ja", "KHMER": "km", "LAO": "lo", "MALAYALAM": "ml", "MONGOLIAN": "mn",
        "MYANMAR": "my", "ORIYA": "or", "SINHALA": "si", "SYRIAC": "syc", "TAMIL": "ta", "TELUGU": "te", "THAANA": "dv", "THAI": "th",
        "TIBETAN": "bo dz",
    }.items()
}  # fmt: skip
#: Letters and stop words that identify one language of a script. The more specific sets come first: Urdu comes before Persian,
#: because Urdu texts also have the letters of Persian.
_SIGNS = (
    ("CYRILLIC", "be", "ў", ""), ("CYRILLIC", "kk", "әңұһ", ""), ("CYRILLIC", "tg", "ӣӯҷҳ", ""), ("CYRILLIC", "mn", "өү", ""),
    ("CYRILLIC", "mk", "ѓќѕ", ""), ("CYRILLIC", "sr", "јљњђћ", ""), ("CYRILLIC", "uk", "іїєґ", ""), ("CYRILLIC", "ru", "ыэё", ""),
    ("ARABIC", "ps", "ټډړښڼۍې", ""), ("ARABIC", "ug", "ۇۈې", ""), ("ARABIC", "ckb", "ڕڵۆێ", ""), ("ARABIC", "ur", "ٹڈڑںےہھ", ""),
    ("ARABIC", "fa", "پچژگکی", ""), ("ARABIC", "ar", "ةيك", ""),
    ("CJK", "zh", "们这吗么说没对为这還嗎麼說沒們", ""), ("BENGALI", "as", "ৰৱ", ""), ("BENGALI", "bn", "র", ""), ("HEBREW", "yi", "װױײ", ""), ("HEBREW", "he", "", "של את לא זה על אני הוא"),
    ("DEVANAGARI", "mr", "ळ", "आहे आणि नाही आहेत मी"), ("DEVANAGARI", "ne", "", "छ छन् पनि छैन हुन्छ गर्न यो मा"),
    ("DEVANAGARI", "hi", "", "है हैं में नहीं और था थी मैं तुम क्या यह हो ये"),
    ("ETHIOPIC", "ti", "ቐኸ", ""), ("ETHIOPIC", "am", "", "ነው እና ላይ ውስጥ ነበር አይደለም ብዬ"),
)  # fmt: skip
#: Only a text with one of these characters is examined. Left out: Latin with its accents, punctuation, signs, most emoji.
_BEYOND = re.compile(
    "[\u0370-\u1cff\u1f00-\u1fff\u2c80-\u2dff\u3005-\u3007\u3021-\ud7ff\uf900-\ufdff\ufe70-\uffdc\U00010000-\U0001d3ff\U0001e000-\U0001efff\U00020000-\U0003ffff]"
)
_RUN = re.compile(rf"{_BEYOND.pattern}(?:[\u200c\u200d]?{_BEYOND.pattern})*")
#: Scripts whose letters are used as look-alikes of Latin letters inside English words.
_IMITATING = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "LISU", "COPTIC"})
_EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})
#: Scripts without spaces between words: two letters count as a word. In `_WORDS_OF_ONE` a single letter can be a word.
_UNSPACED = (_EAST_ASIAN - {"HANGUL"}) | {"THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN"}
_WORDS_OF_ONE = frozenset({"CJK", "HANGUL"})
_OTHER_NAMES = {"IDEOGRAPHIC": "CJK", "KANGXI": "CJK"}
#: First words of Unicode names that do not name another script: Latin, and general signs.
_NO_SCRIPT = frozenset({"LATIN", "MODIFIER", "COMBINING", "VARIATION", "MICRO", "FEMININE", "MASCULINE", "SQUARE", "TURNED"})
_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Script:
    """The non-Latin part of a text: the `name` of the script with the most letters, the numbers of letters and words in all such
    scripts, and the number of Latin letters."""

    name: str
    letters: int
    words: int
    latin: int

    @property
    def share(self) -> float:
        """The share of the text's letters, 0..1."""
        return self.letters / (self.letters + self.latin)


def script_of(text: str) -> Script | None:
    """The scripts of a text other than Latin; None if the text is all Latin, or if its other letters are only signs and
    look-alikes of Latin letters."""
    if not _BEYOND.search(text):
        return None
    latin, words, letters = 0, 0, Counter[str]()
    for token in text.translate(_table()).split():
        others = token.replace("l", "")
        latin += len(token) - len(others)
        names = Counter(map(_table().scripts.__getitem__, others))
        name = max(names, key=names.__getitem__, default="")
        if not name or (len(others) == 1 and name not in _WORDS_OF_ONE) or not _is_word(others, token, names):
            continue
        letters.update(names)
        words += (len(others) + 1) // 2 if name in _UNSPACED else 1
    if not letters:
        return None
    # Japanese mixes kana with Chinese characters: if a fifth of the letters are kana, the text is Japanese.
    syllables = letters["HIRAGANA"] + letters["KATAKANA"]
    name = "HIRAGANA" if syllables * 5 >= letters.total() else letters.most_common(1)[0][0]
    return Script(name, letters.total(), words, latin)


def languages_of(script: Script, text: str) -> tuple[str, ...]:
    """The possible languages of a text in this script, the likeliest first. Only one if the language is certain; empty if we know
    no language of this script."""
    languages = LANGUAGES.get(script.name, ())
    if len(languages) > 1:
        seen = text.lower()
        words = set(re.split(r"[\s.,!?;:।]+", seen))
        for name, language, signs, small in _SIGNS:
            if name == script.name and (any(sign in seen for sign in signs) or words.intersection(small.split())):
                return (language,)
    return languages


def runs(text: str) -> list[tuple[int, int]]:
    """The parts of a text in other scripts, as `[start, end)` in code points."""
    return [(match.start(), match.end()) for match in _RUN.finditer(text)]


def _is_word(others: str, token: str, names: Counter[str]) -> bool:
    """Whether a token is a word of another script. It is no such word if it mixes Latin letters with a few look-alikes (a
    disguised word), or if it mixes letters of several scripts (an emoticon)."""
    if len(others) < len(token) and (len(others) * 2 <= len(token) or not _IMITATING.isdisjoint(names)):
        return False
    return len(names) == 1 or _EAST_ASIAN.issuperset(names)


class _Table(dict[int, str]):
    """A cache for `str.translate`: `l` for a Latin letter, one private character for each other script, an empty string for marks
    on a letter, a space for all else. Bounded, so that no text can fill the memory."""

    def __init__(self) -> None:
        super().__init__({code: "l" if chr(code).isalpha() else "" if chr(code) == "'" else " " for code in range(128)})
        self.scripts: dict[str, str] = {}
        self._signs: dict[str, str] = {}

    def __missing__(self, code: int) -> str:
        counts_as = self._looked_up(unicodedata.normalize("NFKC", chr(code)))
        if len(self) < _REMEMBERED:
            self[code] = counts_as
        return counts_as

    def _looked_up(self, char: str) -> str:
        letter = next((each for each in char if unicodedata.category(each)[0] in "LM"), "")
        if not letter:
            return "" if unicodedata.category(char[0]) == "Cf" else " "
        name = re.split(r"[ -]", unicodedata.name(letter, "LATIN"))[0]
        name = _OTHER_NAMES.get(name, name)
        if unicodedata.category(letter)[0] == "M" and name in _NO_SCRIPT:
            return ""
        if name in _NO_SCRIPT:
            return "l"
        sign = self._signs.setdefault(name, chr(0xE000 + len(self._signs)))
        self.scripts[sign] = name
        return sign


@cache
def _table() -> _Table:
    return _Table()
