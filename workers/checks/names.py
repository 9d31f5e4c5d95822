"""The author's name: the test name, and names that are addresses or advertisements."""

import re
from collections.abc import Iterator

from service.domain.signals import Field, Kind, Signal
from workers.checks.listed import listed
from workers.checks.prepared import Prepared

CHECK = "names"
#: Whoever integrates Greenroom can see a rejection without writing spam: this name is always spam, as it is at Akismet.
TEST_NAME = "viagra-test-123"
_ADDRESS = re.compile(
    r"https?://|www\.|\b[a-z0-9-]{2,63}\.(?:com|net|org|info|biz|ru|co|io|xyz|shop|online|site|top|me|tv|us|uk)\b|@[a-z0-9-]+\."
)
_SHOP_TALK = frozenset(listed("shop_talk"))
LONGEST = 60


def check(prepared: Prepared) -> Iterator[Signal]:
    """Says so when a name is no name."""
    name = prepared.name
    if not name.text:
        return
    whole = name.span(0, len(name.text), field=Field.AUTHOR_NAME)
    if name.text.strip() == TEST_NAME:
        yield Signal(
            Kind.SPAM_TEST,
            1.0,
            f"the name {TEST_NAME} is spam by definition, for tests",
            (whole,),
            strong=True,
            check=CHECK,
        )
        return
    words = set(re.findall(r"[a-z]+", name.text[:LONGEST]))
    if _ADDRESS.search(name.text):
        yield Signal(Kind.SPAM_NAME, 0.7, f"the name is an address: {whole.text}", (whole,), strong=True, check=CHECK)
    elif len(words & _SHOP_TALK) >= 2 or len(name.text) > LONGEST:
        yield Signal(
            Kind.SPAM_NAME,
            0.6,
            f"the name reads like an advertisement: {whole.text[:LONGEST]}",
            (whole,),
            strong=True,
            check=CHECK,
        )
