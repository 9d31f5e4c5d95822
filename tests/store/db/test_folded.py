"""Both databases fold a text to the same string as Python does."""

import pytest
from sqlalchemy import literal, select

from service.domain.text.folded import fold
from service.store.db.engine import Database
from service.store.db.folded import folded

SPELLINGS = [
    ("Ёлка", "ёлка"),
    ("ÉCOLE", "école"),
    ("cafe\u0301", "café"),
    ("CAFÉ", "cafe"),
    ("ﬁnd", "find"),
    ("ＦＵＬＬ", "full"),
    ("Straße", "STRASSE"),
    ("ΟΔΟΣ", "οδος"),
    ("Ωμέγα", "ωμεγα"),
    ("İstanbul", "istanbul"),
    ("한국", "한국"),
    ("हिन्दी", "हिन्दी"),
    ("كِتَاب", "كِتَاب"),
]


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_spellings_of_one_word_fold_to_one_string(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_a_vowel_sign_is_a_letter() -> None:
    assert fold("कि") != fold("का")
    assert fold("50%_") == "50%_"


def test_both_databases_fold_as_python_does(database: Database) -> None:
    words = [word for pair in SPELLINGS for word in pair]
    with database.reading() as session:
        assert [session.scalar(select(folded(literal(word)))) for word in words] == [fold(word) for word in words]
