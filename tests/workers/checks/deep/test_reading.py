"""Reading with the transformer that is shipped: whole, in windows, the same on every try, with the words that matter."""

import pytest

from workers.checks.deep.reading import MOST, quoted, read_text, telling_words
from workers.checks.deep.transformer import Transformer, lacking, shipped_transformer

pytestmark = pytest.mark.skipif(bool(lacking()), reason=lacking())


@pytest.fixture(scope="module")
def model() -> Transformer:
    loaded = shipped_transformer()
    assert loaded
    return loaded


HATE = "immigrants are vermin and should be thrown out of this country"
CALM = "the council meets again on thursday, and the minutes will be online by friday. "


def test_hate_scores_higher_than_a_calm_sentence_about_the_same_people(model: Transformer) -> None:
    calm = read_text(model, "immigrants have opened a bakery next to the school").hate
    assert model.calibration.hate(read_text(model, HATE).hate) > 0.5 > model.calibration.hate(calm)


def test_a_text_gets_the_same_score_whatever_was_read_before_it(model: Transformer) -> None:
    texts = [HATE, CALM * 9, "no", "", "\U0001f921", HATE + CALM]
    assert [read_text(model, text) for text in texts] == [read_text(model, text) for text in reversed(texts)][::-1]


def test_hate_at_the_end_of_a_long_comment_is_not_drowned(model: Transformer) -> None:
    reading = read_text(model, CALM * 8 + HATE)
    assert reading.read == reading.total
    assert model.calibration.hate(reading.hate) > 0.5


def test_a_very_long_text_is_read_to_its_256th_piece_and_no_further(model: Transformer) -> None:
    reading = read_text(model, CALM * 200)
    assert MOST * 0.7 < reading.read <= MOST < reading.total


def test_without_the_words_of_the_reason_the_score_is_low(model: Transformer) -> None:
    reading = read_text(model, HATE)
    words = telling_words(model, HATE, reading.hate_window, lambda logits: logits.hate, below=model.calibration.hate_limit)
    places = quoted(HATE, words)
    rest = HATE
    for start, end in reversed(places):
        rest = rest[:start] + rest[end:]
    assert 1 <= len(places) <= 4
    assert read_text(model, rest).hate < model.calibration.hate_limit
