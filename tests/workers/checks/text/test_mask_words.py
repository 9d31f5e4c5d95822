"""Masking hides every given word, keeps everything else, and does not reveal a word's length."""

from hypothesis import given
from hypothesis import strategies as st

from service.domain.policy.signals import Field, Span
from workers.checks.profanity import finds
from workers.checks.text.mask_words import censor
from workers.checks.text.normalize import fold


def test_a_disguised_word_is_masked_whole():
    text = "you b4st@rd, s h i t happens"
    assert censor(text, [span for _, _, span in finds(fold(text))]) == "you ****, **** happens"


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=5))
def test_what_is_outside_of_spans_stays_as_it_was(text, places):
    spans = [Span(min(a, b), max(a, b), text[min(a, b) : max(a, b)]) for a, b in places]
    kept = "".join(c for at, c in enumerate(text) if not any(s.start <= at < s.end for s in spans))
    masked = censor(text, spans, mask="\0")
    assert masked.replace("\0", "") == kept.replace("\0", "")


def test_spans_of_the_name_mask_nothing_in_the_text():
    assert censor("hello", [Span(0, 5, "hello", field=Field.AUTHOR_NAME)]) == "hello"
