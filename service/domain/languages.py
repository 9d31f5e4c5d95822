"""Which language a text is written in, told by its script and by the small words that every sentence needs; empty where unsure."""

import re
from collections import Counter
from string import ascii_lowercase

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
#: Scripts that, nearly alone, say the language, by ranges of code points.
_SCRIPTS = (
    ("ja", 0x3040, 0x30FF), ("ko", 0xAC00, 0xD7AF), ("zh", 0x4E00, 0x9FFF), ("el", 0x0370, 0x03FF), ("he", 0x0590, 0x05FF),
    ("ar", 0x0600, 0x06FF), ("hi", 0x0900, 0x097F), ("th", 0x0E00, 0x0E7F), ("ru", 0x0400, 0x04FF),
)  # fmt: skip
#: Letters that tell languages of one script apart.
_TELLING = (("ru", "uk", "іїєґ"), ("ar", "fa", "پچژگ"))


def language_of(text: str) -> str:
    """The two letters of ISO 639-1, or empty where a text is too short or too mixed to tell."""
    seen = text[:LOOKED_AT].lower()
    if not seen.isascii() and (found := _by_script(seen)):
        return found
    hits = sum(map(_OF_WORD.__getitem__, _KNOWN.intersection(_words(seen)))).to_bytes(len(_LANGUAGES), "little")
    next_most, most = sorted(hits)[-2:]
    return _LANGUAGES[hits.index(most)] if most >= max(FEWEST, CLEARLY * next_most) else ""


def _words(seen: str) -> list[str]:
    """What `_WORD` finds, in a third of the time where nothing but ASCII stands."""
    return seen.encode().translate(_BLANKED).decode().split() if seen.isascii() else _WORD.findall(seen)


def _by_script(seen: str) -> str:
    letters = [ord(char) for char in seen if char.isalpha()]
    foreign = [code for code in letters if code >= 0x370]
    if len(foreign) * 2 < len(letters) or not foreign:
        return ""
    counts = Counter(language for code in foreign for language, low, high in _SCRIPTS if low <= code <= high)
    if not counts:
        return ""
    # Japanese mixes its syllables with Chinese characters: some of them are enough.
    language = "ja" if counts["ja"] * 5 >= len(foreign) else counts.most_common(1)[0][0]
    for base, other, marks in _TELLING:
        if language == base and any(mark in seen for mark in marks):
            return other
    return language
