"""The model for attacks in other languages: what it knows, what it may do, and that each language is judged by itself."""

import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.policy.check_input import CheckInput
from service.domain.policy.judge import PolicyLimits, judge
from service.domain.policy.language_coverage import GROUP_ATTACKS, LEARNED, LISTED
from service.domain.policy.signals import Kind, Signal
from service.domain.states import State
from workers.checks import models, signals_of
from workers.checks.languages import attack_grammar
from workers.checks.languages.attacks import READ, attack_model, normal, packed, pieces, telling_words, unpacked
from workers.checks.languages.coarse_words import listed_languages
from workers.checks.model.linear import Linear
from workers.checks.prepared import Prepared

#: An attack and a calm sentence in each language, written for this test.
SENTENCES = {
    "de": ("Dieses verlogene Pack gehört eingesperrt, ihr widerlichen Volksverräter!", "Die Bücherei hat am Montag wieder geöffnet, das freut mich sehr."),
    "pt": ("Você é um lixo, seu idiota nojento, vai se ferrar.", "A biblioteca abre de novo na segunda-feira, que boa notícia para nós."),
    "tr": ("Sen ne kadar aşağılık bir yaratıksın, şerefsiz köpek.", "Kütüphane pazartesi günü yeniden açılıyor, çok sevindim."),
    "zh": ("你们这些垃圾人渣都是废物，恶心死了。", "图书馆星期一重新开放，我觉得很高兴。"),
    "hi-Latn": ("tum jaise kutte log is mulk ke ghaddar ho, lanat hai tum par", "library somwar ko phir se khul rahi hai, bahut acchi baat hai"),
}  # fmt: skip


def attack(text: str) -> Signal:
    (signal,) = (s for s in models.check(Prepared.of(CheckInput(text))) if s.kind is Kind.ABUSE_MODEL)
    return signal


@pytest.mark.parametrize("language", SENTENCES)
def test_an_attack_scores_higher_than_a_calm_sentence(language: str) -> None:
    hostile, calm = SENTENCES[language]
    assert attack(hostile).score > attack(calm).score
    assert attack(calm).score < 0.6


def test_it_never_rejects_and_is_never_half_of_a_rejection() -> None:
    for hostile, _ in SENTENCES.values():
        assert not attack(hostile).strong
        assert judge(signals_of(CheckInput(hostile)), PolicyLimits()).state is not State.REJECTED


def test_the_english_model_does_not_read_other_languages() -> None:
    assert attack("Er hat zu dick aufgetragen, und das ist nicht gut für die Sache.").score < 0.6
    assert attack("Pitää ottaa homo sapiens huomioon, mutta se ei ole niin helppoa.").score == 0.0


def test_what_the_policy_calls_covered_is_what_the_checks_know() -> None:
    assert attack_model().languages == LEARNED
    assert listed_languages() == LEARNED | LISTED
    assert {*attack_grammar.LANGUAGES, "ur-Latn"} == GROUP_ATTACKS


def test_the_card_names_data_licences_figures_and_limits() -> None:
    card = json.loads(files("workers.checks").joinpath("models/languages.card.json").read_text(encoding="utf-8"))
    assert all(each["licence"] for each in card["sets"])
    assert set(card["figures"]) == {"ar", "de", "fr", "hi-Latn", "ko", "pt", "tr", "zh"}
    assert "reject" in card["must_not"]


def test_the_same_model_gives_the_same_bytes_and_reads_back() -> None:
    shared, alone = Linear({"ab": (1.0, 0.5), "bcd": (-2.0, 1.0)}, 0.1), Linear({"ab": (3.0, 1.0)}, 0.0)
    scales = {"de": (1.0, 0.0), "fr": (1.0, 0.0)}
    stored = packed(shared, alone, scales)
    assert stored == packed(shared, alone, scales)
    model = unpacked(stored)
    assert model.probability("abcd", "fr") < 0.5 < model.probability("abcd", "de") < 1.0


@given(st.text(max_size=2_000), st.sampled_from(sorted(LEARNED)))
def test_no_text_breaks_it(text: str, language: str) -> None:
    assert 0.0 <= attack_model().probability(text, language) <= 1.0
    assert len(normal(text)) <= READ
    assert all(text[start:end].strip() for start, end in telling_words(attack_model(), text[:200], language))


def test_pieces_are_the_parts_of_a_text_that_are_short_enough() -> None:
    assert pieces("abc") == {"ab", "bc", "abc"}
