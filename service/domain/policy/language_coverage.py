"""Languages: which languages our checks cover, which other languages a site accepts unchecked, and their names."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum

from service.domain.errors import Invalid

#: The languages with a model for attacks, and a list of coarse words.
LEARNED = frozenset({"ar", "de", "fr", "hi-Latn", "ko", "pt", "tr", "ur-Latn", "zh"})
#: The languages with a list of coarse words only.
LISTED = frozenset(
    {
        "bn", "cs", "da", "el", "es", "fa", "fi", "fil", "gu", "he", "hi", "hu", "id", "it", "ja", "kn", "ml", "mr", "nl", "no", "or", "pa",
        "pl", "ro", "ru", "sv", "ta", "te", "th", "uk", "ur",
    }
)  # fmt: skip
#: The languages in which plain attacks on a group of people are found by their grammar.
GROUP_ATTACKS = frozenset({"en", "de", "es", "fr", "hi-Latn", "it", "nl", "pt", "ur-Latn"})
#: The languages that the checks cover. A comment in any other waits for a moderator, unless its site accepts that language.
COVERED = frozenset({"en"}) | LEARNED


class Level(StrEnum):
    """How well a language is covered."""

    FULL = "words and models"
    LEARNED = "words and a model for attacks"
    LISTED = "coarse words only"
    NONE = "nothing"


def level_of(language: str) -> Level:
    """How well the checks cover a language."""
    if language == "en":
        return Level.FULL
    return Level.LEARNED if language in LEARNED else Level.LISTED if language in LISTED else Level.NONE


#: The key in a site's policy for languages that it accepts unchecked, and the value for all languages.
KEY, ALL = "languages", "*"
#: Ways to write "all languages".
_ALL = frozenset({ALL, "all", "any"})
_NAMES = """
aa Afar | ab Abkhazian | ae Avestan | af Afrikaans | ak Akan | am Amharic | an Aragonese | ar Arabic | as Assamese | ast
Asturian | av Avaric | awa Awadhi | ay Aymara | az Azerbaijani | ba Bashkir | be Belarusian | bg Bulgarian | bho Bhojpuri | bi
Bislama | bm Bambara | bn Bengali | bo Tibetan | br Breton | bs Bosnian | ca Catalan | ce Chechen | ceb Cebuano | ch Chamorro
| chr Cherokee | ckb Central Kurdish | co Corsican | cr Cree | cs Czech | cu Church Slavic | cv Chuvash | cy Welsh | da Danish
| de German | dv Divehi | dz Dzongkha | ee Ewe | el Greek | en English | eo Esperanto | es Spanish | et Estonian | eu Basque |
fa Persian | ff Fula | fi Finnish | fil Filipino | fj Fijian | fo Faroese | fr French | fy Western Frisian | ga Irish | gd
Scottish Gaelic | gl Galician | gn Guarani | gsw Swiss German | gu Gujarati | gv Manx | ha Hausa | haw Hawaiian | he Hebrew |
hi Hindi | hi-Latn Hinglish | hil Hiligaynon | ho Hiri Motu | hr Croatian | ht Haitian Creole | hu Hungarian | hy Armenian | hz Herero | ia
Interlingua | id Indonesian | ie Interlingue | ig Igbo | ii Sichuan Yi | ik Inupiaq | ilo Iloko | io Ido | is Icelandic | it
Italian | iu Inuktitut | ja Japanese | jv Javanese | ka Georgian | kg Kongo | ki Kikuyu | kj Kuanyama | kk Kazakh | kl
Kalaallisut | km Khmer | kn Kannada | ko Korean | kok Konkani | kr Kanuri | ks Kashmiri | ku Kurdish | kv Komi | kw Cornish |
ky Kyrgyz | la Latin | lb Luxembourgish | lg Ganda | li Limburgish | ln Lingala | lo Lao | lt Lithuanian | lu Luba-Katanga |
lv Latvian | mai Maithili | mg Malagasy | mh Marshallese | mi Maori | mk Macedonian | ml Malayalam | mn Mongolian | mni
Manipuri | mr Marathi | ms Malay | mt Maltese | my Burmese | na Nauru | nd North Ndebele | nds Low German | ne Nepali | ng
Ndonga | nl Dutch | no Norwegian | nr South Ndebele | nv Navajo | ny Nyanja | oc Occitan | oj Ojibwa | om Oromo | or Odia | os
Ossetic | pa Punjabi | pi Pali | pl Polish | ps Pashto | pt Portuguese | qu Quechua | rm Romansh | rn Rundi | ro Romanian | ru
Russian | rw Kinyarwanda | sa Sanskrit | sat Santali | sc Sardinian | sco Scots | sd Sindhi | se Northern Sami | sg Sango | si
Sinhala | sk Slovak | sl Slovenian | sm Samoan | sn Shona | so Somali | sq Albanian | sr Serbian | ss Swati | st Southern
Sotho | su Sundanese | sv Swedish | sw Swahili | syc Classical Syriac | ta Tamil | te Telugu | tg Tajik | th Thai | ti
Tigrinya | tk Turkmen | tn Tswana | to Tongan | tpi Tok Pisin | tr Turkish | ts Tsonga | tt Tatar | tw Twi | ty Tahitian | ug
Uyghur | uk Ukrainian | ur Urdu | ur-Latn Roman Urdu | uz Uzbek | ve Venda | vi Vietnamese | vo Volapük | wa Walloon | wo Wolof | xh Xhosa | yi
Yiddish | yo Yoruba | yue Cantonese | za Zhuang | zh Chinese | zu Zulu | zza Zaza
"""
#: The languages that a site can name: ISO 639-1, and some that have three letters only. Names as in Unicode's CLDR.
NAMES: Mapping[str, str] = dict(sorted(entry.strip().split(" ", 1) for entry in _NAMES.replace("\n", " ").split("|")))
#: Other codes for the same languages.
_SAME = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "ji": "yi", "tl": "fil", "mo": "ro", "cmn": "zh", "prs": "fa"}


#: Other spellings of Hinglish and Roman Urdu, which are told from Hindi and Urdu by their Latin letters.
_ROMAN = {"hinglish": "hi-Latn", "roman-hindi": "hi-Latn", "roman-urdu": "ur-Latn"}


def code_of(tag: str) -> str:
    """The language code of a tag like `en-GB`; empty for a language that we do not know. `hi-Latn` (Hinglish) and `ur-Latn` keep
    their script: they are languages of their own to the checks."""
    parts = tag.strip().lower().replace("_", "-").split("-")
    code = _SAME.get(parts[0], parts[0])
    if roman := _ROMAN.get("-".join(parts)):
        return roman
    if "latn" in parts and f"{code}-Latn" in NAMES:
        return f"{code}-Latn"
    return code if code in NAMES else ""


def covered(languages: Sequence[str], taken: Collection[str] = (), *, by_script: bool = False) -> bool:
    """Whether the checks cover a text in one of these languages (the likeliest first), or the site accepts it.

    `taken` is what the site says: codes of accepted languages, `-de` for a language whose comments wait although it is covered.
    If the text could be in several languages, all must be covered; of those that share a script, the likeliest one.
    """
    if not languages:
        return ALL in taken
    if f"-{languages[0]}" in taken:
        return False
    if ALL in taken or any(language in taken or language.partition("-")[0] in taken for language in languages):
        return True
    return "en" in languages or COVERED.issuperset(languages[:1] if by_script else languages)


def parsed(typed: str) -> list[str]:
    """Parse typed languages (`es, it, -de` or `*`) to codes; a minus holds a language. Raises Invalid, which names unknown ones."""
    words = typed.replace(",", " ").split()
    held = [word[1:] for word in words if word.startswith("-")]
    plain = [word for word in words if not word.startswith("-")]
    unknown = [word for word in plain if word.lower() not in _ALL and not code_of(word)]
    unknown += [f"-{word}" for word in held if not code_of(word)]
    if unknown:
        given = ", ".join(repr(word[:40]) for word in unknown[:5])
        detail = f"expected codes of languages (ISO 639) such as de, fr or zh, or * for all, not {given}"
        raise Invalid.field(f"/{KEY}", "unknown", detail)
    taken = [ALL] if any(word.lower() in _ALL for word in plain) else map(code_of, plain)
    return list(dict.fromkeys((*taken, *(f"-{code_of(word)}" for word in held))))


def named(languages: Iterable[str]) -> str:
    """Languages for a person to read: `German (de), French (fr)`."""
    return ", ".join(f"{NAMES.get(code, code)} ({code})" for code in languages)
