"""Language detection, by the script of a text and by its stop words (the small words that every sentence needs)."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from string import ascii_lowercase

from service.domain.text.scripts import languages_of, script_of

#: Only this many characters are read: the first lines are enough to detect a language.
LOOKED_AT = 300
#: A guess is sure if the text has at least FEWEST different stop words of a language, and at least CLEARLY times as many as of
#: the next language.
FEWEST, CLEARLY = 2, 1.5
_WORD = re.compile(r"[^\W\d_]+")
_BLANKED = bytes(code if chr(code) in ascii_lowercase else 32 for code in range(256))
_SMALL = {
    "en": "the and of to is that it was for with are this have you not but they his from what there which would been were your can when will who their about an be as at",
    "de": "der die das und ist nicht ich sie ein eine mit auf für auch dass von den dem wie noch nur wird sind aber oder wenn bei wir haben hat zu es im kein schon",
    "fr": "le la les des et est une que qui dans pour pas sur avec plus ce il elle nous vous mais ou sont cette au aux du je ne se été très c'est être comme",
    "es": "el los las y que en un una por con para no es lo como más pero sus se al del ya muy este esta todo también hay cuando porque ser son está qué",
    "pt": "o os as e que em um uma por com para não é como mais mas seus se ao do da dos das já muito este esta também foi quando porque ser são está você isso",
    "it": "il gli di e che è un una per con non sono come più ma della delle del nel alla anche questo questa ho si lo ci molto perché quando essere stato",
    "nl": "de het een en van is dat niet ik je zijn op te met voor ook maar aan er wordt dit naar bij nog wel geen hebben heeft als uit over deze",
    "sv": "och att det som en är av för inte på jag med den till har om ett var men från eller vi de så kan när också bara vara mycket",
    "da": "og at det som en er af for ikke på jeg med den til har om et var men fra eller vi de så kan når også bare være meget hvad",
    "no": "og at det som en er av for ikke på jeg med den til har om et var men fra eller vi de så kan når også bare være mye hva etter bli",
    "fi": "ja on ei se että hän oli mutta niin kun mitä myös kuin ovat tai joka minä sitä nyt vain ole olla tämä jos sen",
    "pl": "i w nie na się że to jest z do jak ale co za tak od po czy przez już tylko są może jego dla był które bardzo",
    "cs": "a se v na je že to s z do jak ale co za tak od po by už jen jsou může jeho pro byl které velmi není ve jsem",
    "tr": "ve bir bu da de için ile çok ne ama daha gibi olarak var ben o kadar değil mi sonra her şey olan en ki",
    "hu": "a az és hogy nem is egy van ez meg de csak mint már volt ki el még vagy azt lesz nagyon ha minden kell",
    "ro": "și în de la cu nu este pe care un o să mai din că a fost pentru sunt ca dar sau foarte acest această dacă",
    "id": "yang dan di ini itu dengan untuk tidak dari dalam akan pada juga saya ke karena ada mereka sudah bisa atau kami adalah oleh",
}
_LANGUAGES = tuple(_SMALL)
#: Each stop word is mapped to a long number that has one byte for each language. The byte is 1 if the language has this stop
#: word. The sum of these numbers counts the stop words of all languages at once. No language has 256 stop words, so no byte
#: overflows.
_OF_WORD = {
    word: sum(1 << 8 * at for at, words in enumerate(_SMALL.values()) if word in words.split())
    for words_ in _SMALL.values()
    for word in words_.split()
}
_KNOWN = frozenset(_OF_WORD)
#: If at least this share of a text's letters is not Latin, the script of these letters determines the language.
MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class LanguageGuess:
    """A guess from stop words: the possible languages, the likeliest first, and the number of different stop words of the
    likeliest language in the text."""

    languages: tuple[str, ...] = ()
    words: int = 0

    @property
    def sure(self) -> bool:
        return self.words >= FEWEST and len(self.languages) == 1


def language_of(text: str) -> str:
    """The ISO 639 code of the language; empty if the text is too short or too mixed to detect it."""
    seen = text[:LOOKED_AT].lower()
    if not seen.isascii() and (script := script_of(seen)) and script.share >= MOSTLY:
        return next(iter(languages_of(script, seen)), "")
    guess = language_of_words(words_of(seen))
    return guess.languages[0] if guess.sure else ""


def language_of_words(words: Collection[str]) -> LanguageGuess:
    """A guess from the stop words among these words."""
    hits = sum(map(_OF_WORD.__getitem__, _KNOWN.intersection(words))).to_bytes(len(_LANGUAGES), "little")
    next_most, most = sorted(hits)[-2:]
    if not most:
        return LanguageGuess()
    if most >= CLEARLY * next_most:
        return LanguageGuess((_LANGUAGES[hits.index(most)],), most)
    near = [(-hit, at) for at, hit in enumerate(hits) if hit * CLEARLY > most]
    return LanguageGuess(tuple([_LANGUAGES[at] for _, at in sorted(near)]), most)


def is_distinguished(language: str) -> bool:
    """Whether we have stop words of this language, so that a text in it is detected."""
    return language in _SMALL


def words_of(seen: str) -> list[str]:
    """The words of a lower-case text. For an ASCII text the result is the same as with `_WORD`, in a third of the time."""
    return seen.encode().translate(_BLANKED).decode().split() if seen.isascii() else _WORD.findall(seen)
