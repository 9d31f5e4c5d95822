"""English coarse words that are ordinary words of another language: `dick` is German for thick, `retard` French for delay."""

from workers.checks.languages.told import ENGLISH, Told

_WORDS = """
de: dick dicke hell kraut ass fag bum | fr: retard retards homo homos bite douche con tard fag pisse | nl: hoe dick douche slag homo kunt hell bum prick
sv: slut fart hos prick suck slag homo hell cock bum | da: slut fart hos prick slag fag homo tit | no: slut fart hos prick slag fag homo hell
fi: homo hella | es: negro negra negros negras homo puta | pt: negro negra negros negras homo nude | it: nude homo negro bimbo cum arse
ro: cum crap arse minge tit dick retard negru | hu: dick hell homo | tr: sperm homo git am | id: semen homo | ms: semen homo dang | vi: phuc dang
pl: homo fart dick | cs: homo fuk dick | hr: puta pula homo | ca: retard retards quim negre | sl: dick semen homo | fil: paki puti
hi-Latn: lund sun pa tu | ur-Latn: pa tu
"""
_OF: dict[str, frozenset[str]] = {
    code: frozenset(words.split())
    for code, _, words in (one.strip().partition(": ") for one in _WORDS.replace("\n", "|").split("|"))
}
#: Words of science and law that look alike in every language that borrows them.
_EVERYWHERE = frozenset({"homo", "anal", "penis", "vagina", "semen", "sperm", "porno", "prostitute", "anus"})


def is_innocent(word: str, told: Told) -> bool:
    """Whether a word of the English lists is an ordinary word of the language that the comment is in."""
    language = told.language
    if not language or language == ENGLISH:
        return False
    return word in _EVERYWHERE or word in _OF.get(language, ())
