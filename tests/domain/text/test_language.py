"""The language of a text is recognised if it is clear, and otherwise left open."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.policy.check_input import CheckInput, Circumstances
from service.domain.policy.language_coverage import NAMES
from service.domain.policy.signals import Kind
from service.domain.text import language as languages
from service.domain.text.language import language_of
from service.domain.text.small_words import LETTERS
from workers.checks import signals_of

SAID = {
    "en": "I think the council got this right, and that is what the people of this town have asked for.",
    "de": "Ich finde, dass der Stadtrat das nicht richtig gemacht hat, und die Leute haben auch Recht.",
    "fr": "Je pense que le conseil a eu raison dans cette affaire, mais il ne faut pas oublier les gens.",
    "es": "Creo que el ayuntamiento tiene razón en esto, pero no hay que olvidar a los vecinos del barrio.",
    "pt": "Acho que a câmara não tem razão nisso, mas você também não pode esquecer o que foi dito.",
    "it": "Penso che il consiglio abbia ragione, ma non si può dimenticare che la gente della città è stanca.",
    "nl": "Ik denk dat de gemeente gelijk heeft, maar het is niet zo dat er geen andere weg voor is.",
    "sv": "Jag tror att kommunen har rätt, men det är inte bara så att man kan göra så här med alla.",
    "fi": "Minä luulen että kunta on oikeassa, mutta se ei ole niin kun sanotaan ja hän oli myös siellä.",
    "pl": "Myślę, że rada ma rację, ale nie jest to tylko tak, jak się mówi, i już dla nas za późno.",
    "tr": "Bence belediye haklı ama bu çok da iyi bir şey değil, daha sonra her şey olan biten gibi.",
    "hu": "Azt hiszem, hogy a tanácsnak igaza van, de ez nem csak egy ilyen dolog, és már nagyon késő.",
    "ro": "Cred că primăria are dreptate, dar nu este pentru că au fost buni, și mai sunt multe de spus.",
    "cs": "Myslím, že rada má pravdu, ale není to jen tak, jak se to říká, a už jsou pryč od té doby.",
    "id": "Saya pikir pemerintah kota benar, tetapi ini tidak untuk mereka yang sudah ada di sana.",
    "ru": "Я думаю, что городской совет прав, но не всё так просто.",
    "uk": "Я думаю, що міська рада має рацію, але не все так просто, її рішення є дивним.",
    "el": "Νομίζω ότι το συμβούλιο έχει δίκιο.",
    "ar": "أعتقد أن المجلس على حق في هذا الأمر.",
    "he": "אני חושב שהמועצה צודקת בעניין הזה.",
    "hi": "मुझे लगता है कि परिषद सही है।",
    "ja": "市議会の判断は正しいと思います。",
    "zh": "我认为市议会在这件事上是对的。",
    "ko": "시의회의 결정이 옳다고 생각합니다.",
    "th": "ฉันคิดว่าสภาเมืองทำถูกแล้ว",
}


@pytest.mark.parametrize("language", SAID)
def test_a_plain_sentence_is_recognised(language: str) -> None:
    assert language_of(SAID[language]) == language


@pytest.mark.parametrize("text", ["", "ok", "haha lol", "https://example.com", "👍👍", "12345", "Zürich", "xqz vbn"])
def test_nothing_is_said_where_nothing_can_be_told(text: str) -> None:
    assert language_of(text) == ""


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    assert language_of(text) in {"", *NAMES}


def test_a_language_is_told_without_any_weight_where_the_host_does_not_say() -> None:
    taken = CheckInput(SAID["de"], languages=("de",))
    told = [s for s in signals_of(taken) if s.kind is Kind.SITE_LANGUAGE]
    assert [(s.score, s.rule) for s in told] == [(0.0, "written in de")]
    named = replace(taken, circumstances=Circumstances(language="en"))
    assert not [s for s in signals_of(named) if s.kind is Kind.SITE_LANGUAGE]


@given(st.lists(st.sampled_from(sorted(languages._OF_WORD)), max_size=12))
def test_all_languages_counted_at_once_are_those_counted_one_by_one(words: list[str]) -> None:
    signs = set(words) | {letter for letter in "".join(words) if letter in LETTERS}
    points = {language: sum(languages._points(sign) for sign in signs & of) for language, of in languages._SIGNS.items()}
    guess = languages.language_of_words(words)
    assert bool(guess.languages) == any(points.values())
    if guess.languages and guess.languages != ("ur-Latn",):
        if guess.languages != ("en",) or guess.words < languages.PLAINLY:
            assert points[guess.languages[0]] == max(points.values())
        assert guess.words == len(signs & languages._EVIDENCE[guess.languages[0]])
