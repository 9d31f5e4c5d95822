"""Folds one character: look-alikes, fancy alphabets and accents become plain letters."""

import re
import unicodedata

#: Pairs of characters: first the character that a text has, then the letter that is meant. These are the Unicode confusables
#: (UTS 39) that occur in real disguises.
_PAIRS = (
    # Cyrillic small and capital letters, by their shape
    "аaбbвbгrдdеeёeкkмmнhоoпnрpсcтtуyхxцuшwщwъbьbяrиnіiїiјjѕsһhԁdԛqԝwѵvѡwғfҝkқkҡkүyұyҳxӏlԍgєeќkўyүyөoәeҫcңhҥhҽeӡ3з3"
    "ВBНHУYЗ3ИNЯRЦU"
    # Greek letters, by their shape. A capital may look like another Latin letter than its small letter does.
    "αaβbγyδdεeζzηnθoιiκkλlμuνvξeοoπnρpσoςsτtυuφoχxψyωwϝfϲcϳjϵeϱpϐbϑoΑaΒbΓrΔaΕeΖzΗhΘoΙiΚkΛaΜmΝnΞeΟoΡpΣeΤtΥyΧxΩoϜf"
    # Armenian, Cherokee, Lisu and others that imitate Latin
    "ոnսuօoհhցgզqքpյjւiԱuՕoՏsԼl"
    "ᎪaᏴbᏟcᎠdᎬeᎰfᏀgᎻhᎥiᎫjᏦkᏞlᎷmᏢpᎡrᏚsᎢtᏙvᎳwᎩyᏃzᏆt"
    "ꓐbꓚcꓓdꓰeꓝfꓖgꓧhꓲiꓙjꓗkꓡlꓟmꓠnꓳoꓑpꓣrꓢsꓔtꓴuꓦvꓪwꓫxꓬyꓜz"
    # signs that stand in for letters
    "¢c€e¥y£l©c®r†t‡t¡i⊂c⊃o∪u∩n∂d∫f√v∆a∑e¦|ǀ|ʌvɅvþpÞpðdÐdıiȷjſsƿpɡgɑaɩiɪiʏyᴀaᴇeꮯcꜰfꞮi₵c₦n₱p₮t฿bℓl℮e∨v∧a"
    # punctuation that common keyboards and word processors insert instead of the plain ASCII signs
    "‘'’'‚'‛'′'`'´'ʼ'“\"”\"„\"«\"»\"‐-‑-‒-–-—-―-−-…․•·"
)
_SIGNS = {"…": ".", "․": ".", "•": "*", "·": "."}
_MEANT = {**{_PAIRS[i]: _PAIRS[i + 1].lower() for i in range(0, _PAIRS.index("…"), 2)}, **_SIGNS}

_NAMED = re.compile(
    r"(?:LATIN (?:SMALL|CAPITAL) LETTER|LATIN LETTER SMALL CAPITAL|REGIONAL INDICATOR SYMBOL LETTER"
    r"|MODIFIER LETTER (?:SMALL|CAPITAL)) ([A-Z])(?: WITH .*)?$"
)
#: Marks that only decorate a letter, in scripts that have look-alikes. Marks that are part of the spelling (Arabic, Indic, Thai)
#: are not in this list.
_DECORATION = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]")
CYRILLIC = re.compile("[\u0400-\u052f]")
#: Cyrillic letters that do not look like Latin ones. A text with several of them is really written in Cyrillic, not disguised.
CYRILLIC_ONLY = re.compile("[бгджзийлптфцчшщыэюябў]", re.IGNORECASE)


def meant(char: str, *, lookalikes: bool = True) -> str:
    """The folded form of one code point: usually one lower-case letter, empty if invisible, itself if unknown."""
    if char.isascii():
        return char.lower()
    if lookalikes and char in _MEANT:
        return _MEANT[char]
    if _INVISIBLE.match(char) or _DECORATION.match(char) or unicodedata.category(char) == "Cf":
        return ""
    if named := _NAMED.search(unicodedata.name(char, "")):
        return named[1].lower()
    return _compatible(char, lookalikes=lookalikes)


def _compatible(char: str, *, lookalikes: bool) -> str:
    plain = unicodedata.normalize("NFKC", char)
    plain = _DECORATION.sub("", unicodedata.normalize("NFD", plain))
    plain = unicodedata.normalize("NFC", plain).lower()
    if lookalikes:
        plain = "".join(_MEANT.get(each, each) for each in plain)
    return " " if plain and not plain.strip() else plain
