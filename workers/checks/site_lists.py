"""The site's own lists: blocked and held words and phrases, blocked authors and addresses."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from service.domain.policy.signals import Field, Kind, Signal, Span
from service.domain.text.wildcards import found_at
from workers.checks.prepared import Prepared
from workers.checks.text.disguises import Disguise, disguises
from workers.checks.text.matcher import Entry, Hit, Matcher, Where
from workers.checks.text.normalize import Folded, fold

CHECK = "site_lists"
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
#: Wildcards are matched against the first MOST_WORDS words only, so that no site's list can make the check slow.
MOST_WORDS, MOST_FINDS = 5_000, 20


def check(prepared: Prepared) -> Iterator[Signal]:
    """Every match gives a signal with score 1; the policy then rejects or holds the comment."""
    lists = prepared.reading.lists
    if lists.blocked_author:
        yield Signal(Kind.SITE_BLOCKED_AUTHOR, 1.0, "this author is banned on this site", strong=True, check=CHECK)
    if lists.blocked_address:
        yield Signal(Kind.SITE_BLOCKED_ADDRESS, 1.0, "this IP address is blocked on this site", strong=True, check=CHECK)
    if lists.blocked_network:
        yield Signal(Kind.SITE_BLOCKED_ADDRESS, 1.0, "this site blocks this network", strong=True, check=CHECK)
    if lists.blocked_email_domain:
        rule = f"this site blocks e-mail addresses at {lists.blocked_email_domain}"
        yield Signal(Kind.SITE_BLOCKED_EMAIL_DOMAIN, 1.0, rule, strong=True, check=CHECK)
    if lists.reviewed_author:
        yield Signal(Kind.SITE_REVIEWED_AUTHOR, 1.0, "a moderator sees every comment by this author first", check=CHECK)
    for listed, kind, sentence in (
        (lists.blocked_words, Kind.SITE_BLOCKED_WORD, "a blocked word of this site"),
        (lists.held_words, Kind.SITE_HELD_WORD, "a word that this site holds for review"),
    ):
        if listed and (spans := _spans(prepared, listed)):
            words = ", ".join(dict.fromkeys(span.read_as for span in spans))
            yield Signal(kind, 1.0, f"{sentence}: {words}", spans, strong=kind is Kind.SITE_BLOCKED_WORD, check=CHECK)


def _spans(prepared: Prepared, listed: tuple[str, ...]) -> tuple[Span, ...]:
    words = _compiled(listed)
    in_text = words.finds(prepared.text, prepared.disguised, Field.TEXT)
    return (*in_text, *words.finds(prepared.name, disguises(prepared.name.text), Field.AUTHOR_NAME))[:20]


class _Words:
    """One site's list, compiled. Plain words are found in one pass over the text; words with `*` are matched word by word."""

    def __init__(self, listed: tuple[str, ...]) -> None:
        folded = [(" ".join(fold(word).text.split()), word) for word in listed]
        self._plain = Matcher(Entry(text, word, 1, Where.WHOLE) for text, word in folded if text and "*" not in text)
        self._globs = tuple((tuple(text.split()), word) for text, word in folded if "*" in text)

    def finds(self, folded: Folded, disguised: Iterable[Disguise], field: Field) -> list[Span]:
        found = [(hit.start, hit.end, hit.entry.read_as) for hit in self._plain.find(folded.text)]
        seen: dict[tuple[str, ...], list[Hit]] = {}
        for one in disguised:
            if one.words not in seen:
                seen[one.words] = [hit for word in one.words for hit in self._plain.find(word)][:1]
            found.extend((one.start, one.end, hit.entry.read_as) for hit in seen[one.words])
        if self._globs:
            found.extend(islice(self._by_wildcard(folded.text), MOST_FINDS))
        unique = {place: word for *place_, word in found if (place := (place_[0], place_[1]))}
        return [folded.span(start, end, read_as=word, field=field) for (start, end), word in sorted(unique.items())[:MOST_FINDS]]

    def _by_wildcard(self, text: str) -> Iterator[tuple[int, int, str]]:
        words = [match for _, match in zip(range(MOST_WORDS), _WORD.finditer(text), strict=False)]
        said = [match[0] for match in words]
        for globs, word in self._globs:
            for at in found_at(said, globs):
                yield words[at].start(), words[at + len(globs) - 1].end(), word


@lru_cache(maxsize=512)
def _compiled(listed: tuple[str, ...]) -> _Words:
    return _Words(listed)
