"""Sentences about groups: every group stands in hate and in harmless sentences, and nothing of the twin is trained on."""

import json
from importlib.resources import files

import workers.training.deep
from workers.training.deep.sentences import made_sentences


def parts(name: str) -> dict[str, list]:
    return json.loads(files(workers.training.deep).joinpath(f"{name}.json").read_text(encoding="utf-8"))


def test_the_same_seed_gives_the_same_sentences() -> None:
    assert list(made_sentences(seed=5)) == list(made_sentences(seed=5))
    assert list(made_sentences(seed=5)) != list(made_sentences(seed=6))


def test_each_group_is_named_as_often_in_harmless_sentences_as_in_hate() -> None:
    made = list(made_sentences())
    for group in parts("sentences")["groups"]:
        plural = group.split("|")[0].casefold()
        labels = [each.hate for each in made if plural in each.text.casefold()]
        assert 0.3 < sum(label == 0 for label in labels) / len(labels) < 0.9, group


def test_the_twin_shares_no_group_and_no_template_with_the_training() -> None:
    trained, twin = parts("sentences"), parts("twin")
    assert not set(trained["groups"]) & set(twin["groups"])
    templates = {text for kind in trained["kinds"] for text in kind["said"]}
    assert not templates & {text for kind in twin["kinds"] for text in kind["said"]}
    texts = {each.text for each in made_sentences()}
    assert not texts & {each.text for each in made_sentences(name="twin")}


def test_every_sentence_is_filled_in() -> None:
    assert not [each.text for name in ("sentences", "twin") for each in made_sentences(name=name) if "{" in each.text]
