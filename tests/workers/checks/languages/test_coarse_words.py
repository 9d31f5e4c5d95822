"""Coarse words count in the language that the comment is in; the same letters in another language are innocent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.policy.check_input import CheckInput, Lists
from service.domain.policy.signals import Kind, Signal
from service.domain.text.comparable import comparable
from workers.checks import profanity, signals_of
from workers.checks.languages.coarse_words import UNSURE, listed_languages
from workers.checks.languages.coarse_words import coarse_words as words_of
from workers.checks.prepared import Prepared

#: A coarse sentence in each language, and a calm one with letters that only look alike.
SENTENCES = {
    "de": ("Was für ein Arschloch, und das nennt sich auch noch Stadtrat.", "Der Pfarrer von Assmannshausen ist auch nicht mehr der Jüngste."),
    "fr": ("Ce maire est un vrai connard et il le sait très bien.", "Le chianti et les salopettes sont en vente à Puteaux, c'est tout."),
    "es": ("Este alcalde es un gilipollas y todo el mundo lo sabe.", "Las personas conocidas del barrio no estaban en la reunión."),
    "it": ("Il sindaco è uno stronzo e non sono il solo che lo pensa.", "La piscina di Troia è chiusa perché non ci sono più soldi."),
    "pt": ("O prefeito é um filho da puta e todos sabem disso.", "O viaduto não foi feito porque a câmara não tem dinheiro."),
    "nl": ("Wat een klootzak is die wethouder, en hij weet het zelf ook.", "Wij moeten de regels niet negeren, hoera voor de piste."),
    "pl": ("To jest zwykły skurwysyn i wszyscy o tym wiedzą.", "Ciotka i pedagog nie są już w szkole, bo nie ma pieniędzy."),
    "ru": ("Этот мэр просто мудак, и все это знают.", "Мандарины и хачапури были очень вкусные, но их мало."),
    "tr": ("Bu başkan tam bir orospu çocuğu ve herkes bunu biliyor.", "Sıçan gibi sıçrayan çocuklar çok güzel oynuyordu."),
    "ar": ("هذا الرجل شرموط و كل الناس تعرف ذلك", "وصل الوفد مؤخرا إلى المدينة من أجل اللقاء"),
    "hi": ("यह आदमी चूतिया है और सब लोग यह जानते हैं।", "लंदन में गांडीव नाम का एक नाटक हो रहा है।"),
    "hi-Latn": ("yeh neta ek number ka madarchod hai aur sab log jaante hain", "hum log kal london ja rahe hain aur bahut khush hain"),
    "bn": ("এই লোকটা একটা খানকির ছেলে, সবাই জানে।", "চোদ্দ জন লোক গুদামের পাশে পোদ্দার বাবুর জন্য দাঁড়িয়ে আছে।"),
    "ta": ("அவன் ஒரு தேவடியா பையன் என்று எல்லோருக்கும் தெரியும்.", "இந்தப் பகுதிக்கு மழை எச்சரிக்கை விடுக்கப்பட்டுள்ளது."),
    "ur": ("یہ آدمی حرامی ہے اور سب لوگ یہ جانتے ہیں۔", "ہم لوگ کل لاہور جا رہے ہیں اور بہت خوش ہیں۔"),
    "zh": ("这个市长真是个傻逼，大家都知道。", "这个操作很简单，但是大家都很操心。"),
    "ko": ("저 시장은 진짜 개새끼라고 생각합니다.", "이 사건의 시발점을 보지 못했습니다."),
}  # fmt: skip
#: The languages whose coarse sentence has a word that the English lists have as a strong one.
STRONG_IN_ENGLISH_TOO = {"de", "fr", "es", "it", "pt"}


def found(text: str, **more: object) -> list[Signal]:
    return list(profanity.check(Prepared.of(CheckInput(text, **more))))


@pytest.mark.parametrize("language", SENTENCES)
def test_a_coarse_word_is_found_with_its_place(language: str) -> None:
    text = SENTENCES[language][0]
    (signal, *_) = found(text)
    kind = Kind.PROFANITY_STRONG if language in STRONG_IN_ENGLISH_TOO else Kind.PROFANITY_MILD
    assert (signal.kind, signal.strong) == (kind, kind is Kind.PROFANITY_STRONG)
    assert signal.score == (0.9 if signal.strong else 0.6)
    assert all(text[span.start : span.end] == span.text for span in signal.spans)


@pytest.mark.parametrize("language", SENTENCES)
def test_a_word_that_only_begins_alike_is_innocent(language: str) -> None:
    assert not found(SENTENCES[language][1])


@pytest.mark.parametrize(
    "calm",
    [
        "Toplantılar artık daha sık yapılıyor ve herkes memnun.",
        "Cumartesi günü cenazede hep birlikte amin dedik ve ağladık.",
        "Yağmurda dışarı çıkamadık, çocuklar çok sıkıldı ve trafik sıkıştı.",
        "Saksofon çalan kardeşim için babanı ve ananı da davet ettik.",
        "Le métro a du retard.",
        "Ich war nur ein Junge mit dreckigen Schuhen und ohne Geld.",
    ],
)
def test_an_ordinary_word_is_no_spelling_of_a_coarse_one(calm: str) -> None:
    assert not found(calm)


@pytest.mark.parametrize(
    "coarse", ["amina koyayim senin, bunu herkes biliyor zaten", "So ein Saudreck ist das, was die Stadt da baut."]
)
def test_a_coarse_word_is_found_without_accents_and_at_the_end_of_a_word(coarse: str) -> None:
    assert found(coarse)


def test_a_word_counts_in_its_own_language_only() -> None:
    assert not found("The old cul-de-sac by the river is where my aunt lives, and she likes it.")
    assert not found("I read that the Cons have won the seat, and that is what they wanted.")
    assert found("hurensohn!")
    assert not found("fart och slut")


@pytest.mark.parametrize(
    "text",
    [
        "Er hat zu dick aufgetragen, und das ist nicht gut für die Sache.",
        "Le train a du retard, mais ce n'est pas la faute de la ville.",
        "Det är slut nu, och jag tror att farten var för hög.",
        "Pitää ottaa homo sapiens huomioon, mutta se ei ole niin helppoa.",
    ],
)
def test_an_english_coarse_word_is_innocent_where_it_is_an_ordinary_word(text: str) -> None:
    assert not list(profanity.check(Prepared.of(CheckInput(text))))


@pytest.mark.parametrize("text", [
    "Was für ein Arschloch, und das nennt sich auch noch Stadtrat.", "Este alcalde es un hijo de puta y todo el mundo lo sabe.",
    "Ella es una puta y todo el mundo lo sabe.", "Was soll der Fuck, das ist doch nicht normal.",
])  # fmt: skip
def test_a_word_of_two_lists_gives_one_reason(text: str) -> None:
    assert len(found(text)) == 1


def test_allowed_words_of_the_site_allow() -> None:
    text = SENTENCES["de"][0]
    assert not found(text, lists=Lists(allowed_words=("Arschloch",)))


def test_an_allowed_word_does_not_allow_a_longer_coarse_phrase() -> None:
    (signal,) = found("Es una hija de puta y todo el mundo lo sabe.", lists=Lists(allowed_words=("puta",)))
    assert [span.text for span in signal.spans] == ["hija de puta"]


def test_endings_accents_and_repeated_letters_are_read() -> None:
    assert found("Estos gilipolllllas del ayuntamiento no saben lo que hacen.")
    assert found("El alcalde es un cabron y todo el mundo lo sabe.")
    assert found("Bunlar çok şerefsizler ve bunu herkes biliyor.")


@pytest.mark.parametrize(("text", "shown"), [
    ("Was für ein Mist\u00advieh, und das nennt sich auch noch Stadtrat.", "Mist\u00advieh"),
    ("Was für ein Mi<b>st</b>vieh, und das nennt sich auch noch Stadtrat.", "Mi<b>st</b>vieh"),
    ("Ce maire est un couil\u200blon et tout le monde le sait.", "couil\u200blon"),
    ("Bu adam bir s\u0327erefsiz ve bunu herkes biliyor, çok kötü.", "s\u0327erefsiz"),
    ("Этот мэр просто муда\u0301к, и все это знают уже давно.", "муда\u0301к"),
    ("这个市长真是个傻 逼，大家都知道。", "傻 逼"),
])  # fmt: skip
def test_what_a_reader_does_not_see_hides_no_word(text: str, shown: str) -> None:
    (signal,) = found(text)
    assert [span.text for span in signal.spans] == [shown]


@pytest.mark.parametrize("language", sorted(listed_languages()) + [UNSURE])
def test_every_entry_of_a_list_finds_itself(language: str) -> None:
    words = words_of(language)
    assert words
    phrases = [entry for listed in words.phrases.values() for _, entry, _ in listed]
    entries = [entry for entry, _ in (*words.whole.values(), *words.stems.values(), *words.anywhere)]
    assert [entry for entry in (*entries, *phrases) if not list(words.find(f" {comparable(entry.removeprefix('='))} "))] == []


@given(st.sampled_from(sorted(listed_languages()) + [UNSURE]), st.text(max_size=80))
def test_no_text_breaks_a_list(language: str, text: str) -> None:
    words = words_of(language)
    assert words
    assert all(0 <= find.start < find.end <= len(text) for find in words.find(text.lower()) if len(text.lower()) == len(text))


def test_no_word_of_a_list_rejects() -> None:
    signals = signals_of(CheckInput(SENTENCES["ru"][0]))
    assert Kind.PROFANITY_MILD in {s.kind for s in signals}
    assert not [s for s in signals if s.strong]


#: By language: a sentence that denies what a mild word says, one that says it, groups, and mild words. "Not only" denies nothing.
DENIED = {
    "de": (("Ich habe wirklich nie gesagt, dass {} {} sind.", "{} sind alles andere als {}, das weiß doch jeder hier."),
           ("Die {} sind nicht nur {}, das weiß doch jeder hier.", "Wir wissen es alle: {} sind {} und sonst nichts."),
           ("Gärtner", "Peruaner", "Nachbarn"), ("Abschaum", "Idioten")),
    "fr": (("Nous n'avons jamais dit que les {} sont {}.", "Il est évident que les {} sont tout sauf {}."),
           ("Les {} sont tous {} et c'est bien connu ici.", "Tout le monde sait que les {} sont {}."),
           ("voisins", "Péruviens", "jardiniers"), ("stupides", "abrutis")),
    "ar": (("أنا لم أقل إن {} {} ولن أقول ذلك.", "نعرف جميعا أن {} ليسوا {} في هذه المدينة."),
           ("أنا قلت إن {} {} وهذا كل شيء.", "نعرف جميعا أن {} {} في هذه المدينة."),
           ("الجيران", "الفلاحين"), ("حثالة",)),
}  # fmt: skip


@pytest.mark.parametrize("language", DENIED)
@given(st.data())
def test_a_mild_word_that_is_denied_is_not_reported(language: str, data: st.DataObject) -> None:
    denied, said, groups, words = DENIED[language]
    whom, what = data.draw(st.sampled_from(groups)), data.draw(st.sampled_from(words))
    assert not found(data.draw(st.sampled_from(denied)).format(whom, what))
    [signal] = found(data.draw(st.sampled_from(said)).format(whom, what))
    assert signal.score == 0.5


def test_a_coarse_word_counts_even_if_it_is_denied() -> None:
    assert [signal.score for signal in found("Ich habe nie gesagt, dass der Stadtrat ein Arschloch ist, das wissen alle.")] == [
        0.9
    ]
