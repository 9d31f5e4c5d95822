"""Style features of a comment: its length, links, capitals, punctuation and pronouns, as strings for the linear models."""

import re

from workers.checks.model.ngrams import HEAD, of_addresses, words_of
from workers.checks.model.spam_features import sold
from workers.checks.prepared import Prepared
from workers.checks.text.characters import CAPITALS, LETTERS, SIGNS, count
from workers.checks.text.find_links import USUAL, Link, is_within

_NUMBER = re.compile(r"[0-9]+")
_SIGN = re.compile(r"[^\w\s]|_")
_BEGINNINGS, _ENDS = frozenset("\"'(["), frozenset(".?!\")'")
#: For up to this many numbers, length and first digits are read: telephone numbers, prizes and short codes have typical forms.
NUMBERS = 40
_TIME = re.compile(r"\b[0-9]{1,2}:[0-9]{2}\b")
#: One sum counts both kinds of pronouns: each in the second person adds 1, each in the first person adds _THOUSAND. A text has
#: fewer words than _THOUSAND, so the two counts can be separated again.
_THOUSAND = 1 << 16
_WHO = {
    **dict.fromkeys(["you", "your", "u", "ur", "guys", "everyone", "everybody", "people", "yall"], 1),
    **dict.fromkeys(["i", "my", "me", "im", "i'm", "we", "our", "us"], _THOUSAND),
}
#: Words that are typical of requests to the reader.
_ASKED = frozenset(
    [
        "subscribe",
        "subscribed",
        "subscribers",
        "sub",
        "subs",
        "channel",
        "channels",
        "check",
        "visit",
        "click",
        "please",
        "plz",
        "pls",
        "follow",
        "like",
        "likes",
        "share",
        "vote",
        "free",
        "money",
        "video",
        "videos",
        "cover",
        "playlist",
        "watch",
        "page",
        "site",
        "website",
        "link",
        "thumbs",
        "thumb",
        "join",
        "help",
        "support",
        "add",
        "download",
        "win",
        "earn",
        "make",
        "facebook",
        "twitter",
    ]
)


def shape(prepared: Prepared) -> set[str]:
    """The form of a comment: its length, capitals, digits and lines, its links and their hosts, and the author's website."""
    reading, folded, links = prepared.reading, prepared.text, prepared.links
    text = reading.text[:HEAD]
    letters, capitals = letters_of(text)
    numbers = _NUMBER.findall(folded.text[:HEAD]) if prepared.digits else []
    found = {
        f"#length {len(reading.text).bit_length()}",
        f"#links {min(len(links), 4)}",
        f"#capitals {4 * capitals // (letters + 1)}",
        f"#exclamations {min(text.count('!'), 4)}",
        f"#numbers {min(len(numbers), 5)}",
        f"#lines {min(text.count(chr(10)), 3)}",
        f"#foreign {min(len(text.encode(errors='replace')) - len(text), 8) // 2}",
    }
    for link in links[:8]:
        found.update((f"#host {link.host}", f"#ending {link.host.rpartition('.')[2]}"))
        if link.marked_up or link.hidden:
            found.add("#dressed up")
    if reading.author.url:
        found.add("#website")
        found.update([f"#site {word}" for word in words_of(reading.author.url[:120])])
    if numbers:
        found |= of_numbers(numbers)
    found.update(of_addresses(folded), sold(prepared))
    return found


def of_numbers(numbers: list[str]) -> set[str]:
    """The lengths of the numbers, and the first two digits of long ones. Whole numbers are not used, for privacy."""
    lengths = [len(number) for number in numbers]
    found = {f"#longest {min(max(lengths), 12)}", f"#digits {min(sum(lengths), 40).bit_length()}"}
    for number, length in zip(numbers[:NUMBERS], lengths, strict=False):
        found.add(f"#digits in one {min(length, 12)}")
        if length >= 4:
            found.add(f"#begins {number[:2]} {min(length, 12)}")
    return found


def manner(prepared: Prepared) -> set[str]:
    """The manner of a comment: pronouns, requests, punctuation, neatness and repetition, also combined with its links.

    Combined, because a link does not mean the same everywhere: under news, neat comments use links to back up an argument;
    under videos hardly any comment does.
    """
    text, links, words = prepared.reading.text[:HEAD], prepared.links, prepared.said.words
    different = set(words)
    me, you = divmod(sum(filter(None, map(_WHO.get, words))), _THOUSAND)
    asked = len(_ASKED & different)
    neat, size, many, link = _neat(text), len(text).bit_length(), len(words).bit_length(), _kind(links)
    signs = signs_of(text)
    found = {
        f"#you {min(you, 3)}",
        f"#me {min(me, 3)}",
        f"#you {min(you, 1)} me {min(me, 1)}",
        f"#asked {min(asked, 6)}",
        f"#asked {min(asked, 4)} size {size}",
        f"#different {4 * len(different) // (len(words) + 1)}",
        f"#words {many}",
        f"#shouted {min(sum([len(word) > 2 for word in filter(str.isupper, text.split())]), 3)}",
        f"#questions {min(text.count('?'), 2)}",
        f"#signs {min(20 * signs // (len(text) + 1), 5)}",
        f"#neat {neat}",
        f"#neat {neat} size {size}",
        f"#{link}",
        f"#{link} neat {neat}",
        f"#{link} words {many}",
    }
    if links and _TIME.search(text):
        found.add("#link and time")
    return found


def letters_of(text: str) -> tuple[int, int]:
    """The numbers of letters and of capitals."""
    if text.isascii():
        return count(text, LETTERS), count(text, CAPITALS)
    return sum(map(str.isalpha, text)), sum(map(str.isupper, text))


def signs_of(text: str) -> int:
    """The number of characters that are neither letters, digits nor whitespace."""
    return count(text, SIGNS) if text.isascii() else len(_SIGN.findall(text))


def _kind(links: tuple[Link, ...]) -> str:
    if not links:
        return "no link"
    strange = any(not is_within(link.host, USUAL) for link in links[:8])
    return ("strange link" if strange else "usual link") + ("s" if len(links) > 1 else "")


def _neat(text: str) -> int:
    """0 to 2: one point if the text begins like a sentence, and one point if it ends like a sentence."""
    plain = text.strip()
    return (plain[:1].isupper() or plain[:1] in _BEGINNINGS) + (plain[-1:] in _ENDS)
