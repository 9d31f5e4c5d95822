"""Texts that differ in a word count as near-duplicates, others do not, and the index has bounded memory."""

from hypothesis import given
from hypothesis import strategies as st

from service.domain.text import near_duplicates
from service.domain.text.near_duplicates import BANDS, MAX_DISTANCE, NearDuplicateIndex, bands, hamming_distance, simhash

PITCH = (
    "Hello friends, my name is {} and I earned four thousand last month from home with this simple system, "
    "write to me on the chat below and I will show you every step of the way for free today"
)


def test_texts_that_differ_in_a_name_are_alike():
    assert hamming_distance(simhash(PITCH.format("Maria")), simhash(PITCH.format("Ahmed"))) <= MAX_DISTANCE


def test_other_texts_are_not_alike():
    calm = "I think the council got this right for once, although the buses still come late on Sundays in our part of town."
    assert hamming_distance(simhash(PITCH.format("Maria")), simhash(calm)) > 2 * MAX_DISTANCE


def test_alike_texts_share_a_band():
    one = simhash(PITCH.format("Maria"))
    for flipped in (0b1111111, 0b1000000010000000100000001000000010000000100000001):
        assert set(bands(one)) & set(bands(one ^ flipped))
    assert len(bands(one)) == BANDS


def test_only_the_latest_of_a_site_are_remembered():
    lately = NearDuplicateIndex(most=3, sites=2)
    lately.add("a", [1, 1, 1, 1], at=10.0)
    assert lately.like("a", 1, since=0.0) == 3
    assert lately.like("a", 1, since=11.0) == 0
    assert lately.like("b", 1, since=0.0) == 0
    lately.add("b", [2], at=10.0)
    lately.add("c", [3], at=10.0)
    assert lately.like("a", 1, since=0.0) == 0


@given(st.lists(st.integers(0, 2**64 - 1) | st.sampled_from([0, 1, 2**64 - 1, 0xFF00FF]), max_size=70))
def test_bits_counted_all_at_once_are_those_counted_one_by_one(numbers):
    most = [at for at in range(64) if 2 * sum(number >> at & 1 for number in numbers) > len(numbers)]
    assert near_duplicates._in_most(numbers) == sum(1 << at for at in most)
