"""The fast JSON parser gives the same result as the strict one, or None."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import Invalid
from service.web.api.comment_request import CommentBody
from service.web.http.json_body import parse, parse_fast
from tests.web.http.test_hostile_input import NAUGHTY, STRANGE, WHOLE

_KINDS = {
    "ip": ["", "192.0.2.1", "2001:db8::1", "::ffff:1.2.3.4", "1.2.3.04", "fe80::1%eth0", "1.2.3"],
    "seconds_to_submit": [0, 3, 1.5, 1e9],
}
_VALUES = st.one_of(st.sampled_from([*NAUGHTY, *STRANGE]), st.text(max_size=20), st.integers(), st.floats(), st.booleans())


@st.composite
def bodies(draw: st.DrawFn) -> str:
    """The JSON of a comment with some fields missing, strange or duplicated, or with unusual white space."""

    def written(value: object, name: str = "") -> str:
        if isinstance(value, dict):
            pairs = [(key, part) for key, part in value.items() if draw(st.integers(0, 9))]
            if pairs and not draw(st.integers(0, 9)):
                pairs.append(draw(st.sampled_from(pairs)))
            if not draw(st.integers(0, 20)):
                pairs.append(("unknown", 1))
            colon = draw(st.sampled_from([":", ": ", " :", "\n\t :"]))
            return "{" + ", ".join(f"{json.dumps(key)}{colon}{written(part, key)}" for key, part in pairs) + "}"
        if name in _KINDS and draw(st.booleans()):
            value = draw(st.sampled_from(_KINDS[name]))
        elif not draw(st.integers(0, 15)):
            value = draw(_VALUES)
        return json.dumps(value, ensure_ascii=draw(st.booleans()))

    return written(WHOLE)


@given(bodies())
def test_what_is_read_at_once_is_read_as_ever(body: str) -> None:
    exact = body.encode("utf-8", "surrogatepass")
    value = parse_fast(CommentBody, exact)
    if value is not None:
        assert parse(CommentBody, exact) == value


def test_ordinary_bodies_are_read_at_once() -> None:
    for value in (WHOLE, {"thread": {"id": "a"}, "text": "Words."}, {**WHOLE, "text": "A “quote”: 'so', he said"}):
        for body in (
            json.dumps(value),
            json.dumps(value, indent=2),
            json.dumps(value, separators=(",", ":"), ensure_ascii=False),
        ):
            assert parse_fast(CommentBody, body.encode()) == parse(CommentBody, body.encode())


@pytest.mark.parametrize(
    "body",
    [
        b'{"thread": {"id": "a"}, "text": "b", "text": "c"}',
        b'{"thread": {"id": "a", "id": "b"}, "text": "c"}',
        b'{"thread": {"id": "a", "id" :"b"}, "text": "c"}',
        b'{"thread": {"id": "a"}, "text" \n: "b", "te\\u0078t": "c"}',
        b'{"text": "a", "thread": {"id": "a"}, "author": {"name": "x"}, "author": {"name": "y"}}',
        b'{"thread": {"id": "a"}, "text": "c", "mood": 1}',
        b'{"thread": {"id": "a"}, "text": "\xff"}',
        b'{"thread": {"id": "a"}, "text": "\\ud800"}',
        b'{"thread": {"id": "a"}, "text": "a", "context": {"seconds_to_submit": NaN}}',
    ],
)
def test_a_name_twice_and_other_faults_are_left_to_the_careful_way(body: bytes) -> None:
    assert parse_fast(CommentBody, body) is None
    with pytest.raises(Invalid):
        parse(CommentBody, body)


def test_a_text_that_looks_like_a_name_is_only_read_more_slowly() -> None:
    body = json.dumps({"thread": {"id": "a"}, "text": 'He wrote {"text": 1} there.'}).encode()
    assert parse_fast(CommentBody, body) is None
    assert parse(CommentBody, body).text == 'He wrote {"text": 1} there.'
