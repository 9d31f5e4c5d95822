"""Which language a text is written in, told by its script and by the small words that every sentence needs; empty where unsure."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from string import ascii_lowercase

from service.domain.text.scripts import languages_of, script_of

#: Characters that are looked at: a language shows itself in the first lines.
LOOKED_AT = 300
#: So many different small words, and so many times those of the next language, make one sure.
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
#: For each small word a one in the byte of every language that has it: the sum counts for all languages at once. None has 256.
_OF_WORD = {
    word: sum(1 << 8 * at for at, words in enumerate(_SMALL.values()) if word in words.split())
    for words_ in _SMALL.values()
    for word in words_.split()
}
_KNOWN = frozenset(_OF_WORD)
#: From this share of a text's letters on its script says the language.
MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class Told:
    """What small words tell: the languages that may be meant, the likeliest first, and how many different words of that one stand here."""

    languages: tuple[str, ...] = ()
    words: int = 0

    @property
    def sure(self) -> bool:
        return self.words >= FEWEST and len(self.languages) == 1


def language_of(text: str) -> str:
    """The code of ISO 639, or empty where a text is too short or too mixed to tell."""
    seen = text[:LOOKED_AT].lower()
    if not seen.isascii() and (script := script_of(seen)) and script.share >= MOSTLY:
        return next(iter(languages_of(script, seen)), "")
    told = told_by(words_of(seen))
    return told.languages[0] if told.sure else ""


def told_by(words: Collection[str]) -> Told:
    """What the small words among these tell."""
    hits = sum(map(_OF_WORD.__getitem__, _KNOWN.intersection(words))).to_bytes(len(_LANGUAGES), "little")
    next_most, most = sorted(hits)[-2:]
    if not most:
        return Told()
    if most >= CLEARLY * next_most:
        return Told((_LANGUAGES[hits.index(most)],), most)
    near = [(-hit, at) for at, hit in enumerate(hits) if hit * CLEARLY > most]
    return Told(tuple([_LANGUAGES[at] for _, at in sorted(near)]), most)


def told_apart(language: str) -> bool:
    """Whether this language has small words here, so that a text in it is recognised."""
    return language in _SMALL


def words_of(seen: str) -> list[str]:
    """The words of a text in small letters: what `_WORD` finds, in a third of the time where nothing but ASCII stands."""
    return seen.encode().translate(_BLANKED).decode().split() if seen.isascii() else _WORD.findall(seen)
