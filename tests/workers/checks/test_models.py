"""The shipped models: small, quick to load, and well ranked; a site model takes precedence."""

from random import Random
from time import thread_time

import pytest

from service.domain.policy.check_input import CheckInput
from service.domain.policy.judge import scores
from service.domain.policy.signals import Family, Kind
from workers.checks import models, signals_of
from workers.checks.model import model_file, style_features
from workers.checks.model.linear import GAINS, WEIGHTS, Linear, Scale, pack
from workers.checks.model.ngrams import MOST, Tokens
from workers.checks.model.site_model import packed, unpacked
from workers.checks.prepared import Prepared
from workers.training.site_model import Lesson, due, learn, prequential


def spam(text):
    return scores(signals_of(CheckInput(text)))[Family.SPAM]


def test_the_shipped_models_are_small_and_load_at_once():
    stored = model_file.files("workers.checks").joinpath(model_file.FILE).read_bytes()
    assert len(stored) < 1_000_000
    began = thread_time()
    model_file.unpacked(stored)
    assert thread_time() - began < 0.5


def test_spam_ranks_above_talk():
    assert spam("Check out my channel and subscribe, I give away free gift cards") > 0.9
    assert spam("I think the council got this right, for once.") < 0.3


def test_the_abuse_model_never_counts_towards_a_rejection():
    found = [s for s in signals_of(CheckInput("you stupid idiot, shut up you moron")) if s.kind is Kind.ABUSE_MODEL]
    assert found[0].score > 0.5 and not found[0].strong


@pytest.mark.parametrize(
    "text", ["Er hat zu dick aufgetragen und das ist nicht gut.", "Il a fait un bide au cinéma avec ce film."]
)
def test_the_abuse_model_holds_nothing_in_a_language_that_it_cannot_read(text):
    found = [s for s in signals_of(CheckInput(text)) if s.kind is Kind.ABUSE_MODEL]
    assert found[0].score < 0.5


def test_packing_keeps_what_a_model_says():
    model = Linear({"_buy": (2.0, 1.0), "_calm": (-1.0, 4.0), "abcd": (0.5, 2.0)}, -0.2, 1.5, 0.1)
    ready = model_file.unpacked(model_file.packed(model, model))
    for features, said in (
        ({"_buy"}, Tokens(["buy"], {"buy"})),
        ({"_calm", "abcd"}, Tokens(["calm"], {"abcde"})),
        (set(), Tokens([], set())),
    ):
        first, second = ready.probabilities(*ready.totals([said]), ())
        assert first == second
        assert abs(first - model.probability(model.margin(features))) < 0.02


@pytest.mark.parametrize(
    "text",
    [
        "Singing and ringing: visit www.spam.example at 2:30, you guys!",
        "no no no no, no no",
        "it's a 'so so' day-off ^_^ b$ so so $ $$$$ ^^^^ @abcd #free",
        "eins\u2003zwei\x1cdrei žluťoučký 我喜欢这部电影 😀😀😀😀",
        "x",
        " ",
    ],
)
def test_what_is_asked_of_a_comment_is_what_was_learned_of_one(text):
    prepared = Prepared.of(CheckInput(text))
    features = models.features(prepared)
    others = models.features(Prepared.of(CheckInput("What others say, no day off: it's 20 to 3 at www.ham.example")))
    known = sorted(features | others)
    model = Linear({feature: (1.0 if at % 3 else -0.6, 1.0) for at, feature in enumerate(known)}, 0.1)
    ready = model_file.unpacked(model_file.packed(model, model))
    first, second = ready.probabilities(*ready.totals([prepared.said]), models.style_features(prepared))
    assert first == second
    assert abs(first - model.probability(model.margin(features))) < 0.001


def test_the_most_features_that_a_text_can_have_keep_to_their_bits():
    scale = Scale(1.0, 1.0, 0.0, 1.0, 0.0)
    both = model_file.ShippedModels(
        [f"#{n}" for n in range(MOST)], [pack((WEIGHTS, GAINS), (-WEIGHTS, GAINS))] * MOST, [scale, scale]
    )
    first, second = both.probabilities(0, {f"#{n}" for n in range(MOST)})
    assert (first, second) == (scale.probability(WEIGHTS * MOST, GAINS * MOST), scale.probability(-WEIGHTS * MOST, GAINS * MOST))


def lessons(count):
    """A site that rejects every comment about marmalade, a word that the shipped model does not know."""
    chance = Random(5)
    words = ["council", "bus", "tax", "school", "river", "bridge", "garden", "paper", "street", "music"]
    made = []
    for _ in range(count):
        rejected = int(chance.random() < 0.5)
        text = " ".join(chance.sample(words, 5) + ["marmalade"] * rejected)
        made.append(Lesson(frozenset(models.features(Prepared.of(CheckInput(text)))), -2.0, rejected))
    return made


def test_a_site_model_learns_what_its_moderators_reject_and_is_believed_when_it_is_better():
    record = prequential(lessons(200))
    assert record.believed
    assert record.right > 0.95 > record.right_shipped


def test_a_site_model_that_learned_noise_is_not_believed():
    chance = Random(3)
    noise = [Lesson(lesson.features, 0.0, int(chance.random() < 0.5)) for lesson in lessons(200)]
    assert not prequential(noise).believed


def test_a_believed_site_model_speaks_in_place_of_the_shipped_one():
    model = learn(lessons(200))
    reading = CheckInput("a council garden full of marmalade", site_model=packed(model))
    kinds = {s.kind: s for s in signals_of(reading)}
    assert kinds[Kind.SPAM_SITE_MODEL].score > 0.5
    assert Kind.SPAM_MODEL not in kinds
    assert model.weighs("marmalade") > 0 > model.weighs("nothing") - 1


def test_the_same_decisions_make_the_same_model_and_undoing_one_unlearns_it():
    taught = lessons(60)
    assert packed(learn(taught)) == packed(learn(list(taught)))
    assert packed(learn(taught[:-1])) != packed(learn(taught))
    assert unpacked(packed(learn(taught))).bias == learn(taught).bias


def test_retraining_waits_for_enough_new_decisions():
    assert [due(10, 0), due(25, 0), due(110, 100), due(120, 100)] == [False, True, False, True]


def test_signs_and_letters_counted_as_bytes_are_those_that_are_counted_one_by_one():
    for char in map(chr, range(0x180)):
        text = f"Ab {char}."
        signs = sum(not (each.isalnum() or each.isspace()) for each in text)
        assert (style_features.signs_of(text), style_features.letters_of(text)) == (
            signs,
            (2 + char.isalpha(), 1 + char.isupper()),
        ), ascii(char)


def test_of_numbers_their_length_and_beginning_are_read_never_themselves():
    found = style_features.of_numbers(["87121", "09061701461"])
    assert {"#digits in one 5", "#digits in one 11", "#begins 87 5", "#begins 09 11", "#longest 11"} <= found
    assert not any("87121" in feature or "0906" in feature for feature in found)
    endless = style_features.of_numbers([str(n) for n in range(1000, 1200)])
    assert len(endless) <= 2 * style_features.NUMBERS + 2
