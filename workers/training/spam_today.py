"""Synthetic spam as it is sent today, in a dozen languages, and calm comments on the same subjects.

The sentences are our own (CC0). Every fourth template of a kind is kept apart: training never sees it, and the measures use it.
"""

import json
import random
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from workers.training.corpora import Example

#: One template in this many is kept apart.
APART = 4
#: The kinds whose author has a website.
_WITH_WEBSITE = frozenset({"praise", "own site"})
_BOLD, _SANS, _WIDE, _CIRCLED, _SMALL = 0x1D400, 0x1D5D4, 0xFF21, 0x24B6, "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀsᴛᴜᴠᴡxʏᴢ"
_TITLES = ("mr", "mrs", "dr.", "prof")
_DIGIT_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def spam_today(count: int, *, seed: int = 17, apart: bool = False) -> Iterator[Example]:
    """`count` spam comments from the templates for training, or from those that are kept apart. The same seed gives the same."""
    yield from _examples("spam", 1, count, seed=seed, apart=apart)


def calm_today(count: int, *, seed: int = 19, apart: bool = False) -> Iterator[Example]:
    """`count` calm comments on the same subjects: about spam, telephones, money, thanks, sources, and in other languages."""
    yield from _examples("calm", 0, count, seed=seed, apart=apart)


def _examples(side: str, label: int, count: int, *, seed: int, apart: bool) -> Iterator[Example]:
    chance = random.Random(seed)
    kinds = _parts()[side]
    for at in range(count):
        kind = list(kinds)[at % len(kinds)]
        templates = [each for n, each in enumerate(kinds[kind]) if (n % APART == APART - 1) is apart]
        text = _filled(chance, chance.choice(templates))
        text = f"{text} {_pick(chance, 'tail')}" if not label and chance.random() < 0.2 else text
        name, url = _author(chance, kind, spam=bool(label))
        yield Example(_styled_up(chance, text, spam=bool(label)), label, f"today/{kind}", name, url)


def _author(chance: random.Random, kind: str, *, spam: bool) -> tuple[str, str]:
    """The name and the website of the author. Readers' websites carry their own name."""
    name = _fullname(chance) if chance.random() < 0.7 else _pick(chance, "person")
    if kind not in _WITH_WEBSITE or (kind == "praise" and not spam and chance.random() < 0.6):
        return ("" if chance.random() < 0.3 else name), ""
    if not spam:
        return name, _own_website(chance, name)
    keyword = chance.random() < 0.6
    website = f"https://{chance.choice(('', 'www.'))}{_shop(chance)}{chance.choice(('', '', '/services', '/offers', '/buy-now'))}"
    return (_filled(chance, "{keyword}") if keyword else name), website


def _own_website(chance: random.Random, name: str) -> str:
    plain = [part for part in name.lower().split() if part not in _TITLES]
    host = chance.choice(("".join(plain), "-".join(plain), plain[-1], plain[0] + plain[-1][0]))
    ending = chance.choice(("blog", "net", "de", "com", "org", "in", "me", "wordpress.com", "substack.com", "github.io", "co.uk"))
    return f"https://{chance.choice(('', 'www.'))}{host}.{ending}{chance.choice(('', '', '/about', '/notes'))}"


def _styled_up(chance: random.Random, text: str, *, spam: bool) -> str:
    if not spam:
        return text
    how = chance.random()
    if how < 0.06:
        return text.upper()
    if how < 0.12:
        return f"{chance.choice(('🔥', '💥', '‼️', '👉', '✅'))} {text} {chance.choice(('🔥', '💥', '‼️', '👈', '✅'))}"
    return text


def _filled(chance: random.Random, template: str) -> str:
    text, made = template, _makers()
    while "{" in text:
        start = text.index("{")
        gap = text[start + 1 : text.index("}", start)]
        value = made[gap](chance) if gap in made else _pick(chance, gap)
        text = f"{text[:start]}{value}{text[start + len(gap) + 2 :]}"
    return text


def _makers() -> dict[str, Callable[[random.Random], str]]:
    return {
        "fullname": _fullname,
        "handle": _handle,
        "phone": _phone,
        "mail": _mail,
        "site": _site,
        "casino": _casino,
        "tg": _telegram,
        "chat": _chat,
        "tube": _video_link,
    }


def _pick(chance: random.Random, slot: str) -> str:
    return str(chance.choice(_parts()["slots"][slot]))


def _fullname(chance: random.Random) -> str:
    title = chance.choice(("", "", "", *_TITLES)).title()
    return f"{title}{' ' * bool(title)}{_pick(chance, 'person')} {_pick(chance, 'family')}"


def _handle(chance: random.Random) -> str:
    stem = (
        _pick(chance, "person").lower()
        + chance.choice(("_", ".", "", ""))
        + chance.choice(("trades", "fx", "pro", "official", "hack", "vip", "coach", "99", "24", "solutions"))
    )
    how = chance.random()
    if how < 0.08:
        return "@ " + " ".join(stem[:9])
    return f"{'@' if how < 0.75 else ''}{stem}{chance.choice(('', '1', '77', str(chance.randint(100, 9999))))}"


def _phone(chance: random.Random) -> str:
    digits = "".join(chance.choice("0123456789") for _ in range(10))
    form = chance.choice(
        ("+91 {a}{b} {c}", "+1 ({a}) {b}-{c}", "+44 {a}{b}{c}", "+234{a}{b}{c}", "0{a}{b}{c}", "{a}-{b}-{c}", "+62 {a} {b} {c}")
    )
    number = form.format(a=digits[:3], b=digits[3:6], c=digits[6:])
    how = chance.random()
    if how < 0.06:
        return " ".join(_DIGIT_WORDS[int(digit)] for digit in digits)
    if how < 0.11:
        return number.translate({ord("0") + n: 0xFF10 + n for n in range(10)})
    return number if how < 0.8 else f"{chance.choice(('☎', '📞', 'whatsapp', 'call'))} {number}"


def _mail(chance: random.Random) -> str:
    stem = f"{_pick(chance, 'person')}{chance.choice(('', '.', '_'))}{chance.choice(('finance', 'loans', 'recovery', 'help', 'service', '1988'))}".lower()
    at, dot = chance.choice((("@", "."), ("@", "."), ("@", "."), (" (at) ", " (dot) "), ("[at]", "[dot]")))
    return f"{stem}{at}{chance.choice(('gmail', 'outlook', 'proton', 'yahoo', 'mail'))}{dot}com"


def _shop(chance: random.Random) -> str:
    first = chance.choice(("best", "smart", "easy", "fast", "my", "pro", "the", "get", "true", "royal", "city", "prime", ""))
    goods = chance.choice(("loans", "bet", "roofing", "fit", "seo", "crypto", "cash", "shop", "travel", "dental", "law", "care", "home", "market", "pills", "jobs", "visa", "tech", "study", "solar", "date", "wear", "auto"))  # fmt: skip
    last = chance.choice(("", "pro", "world", "zone", "group", "deals", "24", "now", "experts", "online", "guru", "store", "4u"))
    ending = chance.choice(
        ("com", "net", "xyz", "shop", "online", "site", "top", "info", "in", "co", "biz", "org", "store", "click")
    )
    return f"{first}{chance.choice(('', '', '-')) if first else ''}{goods}{last}.{ending}"


def _site(chance: random.Random) -> str:
    shop, how = _shop(chance), chance.random()
    if how < 0.1:
        return shop.replace(".", chance.choice((" dot ", "(dot)", " . ", "[.]")))
    return (
        shop
        if how < 0.45
        else f"{chance.choice(('https://', 'http://', 'www.'))}{shop}{chance.choice(('', '/', '/go', '/join?ref=7'))}"
    )


def _telegram(chance: random.Random) -> str:
    stem = _handle(chance).replace("@", "").replace(" ", "")
    return chance.choice(
        (f"t.me/{stem}", f"telegram {stem}", f"Telegram: @{stem}", f"t . me / {stem}", f"tg @{stem}", f"https://t.me/{stem}")
    )


def _chat(chance: random.Random) -> str:
    return chance.choice(("WhatsApp", "Telegram", "Whats App", "whatsapp", "Instagram", "insta", "Signal", "Telegr@m", "W h a t s a p p", "IG", "Facebook", "Skype"))  # fmt: skip


def _video_link(chance: random.Random) -> str:
    stem = _pick(chance, "person").lower() + chance.choice(("tv", "vlogs", "talks", "news", "official"))
    return chance.choice((f"youtube.com/@{stem}", f"https://youtu.be/{stem[:8]}X1", f"@{stem}", f"👉 {stem}", ""))


def _casino(chance: random.Random) -> str:
    stem = chance.choice(("raja", "mega", "king", "dewa", "royal", "lucky", "naga", "gold", "max", "star", "tiger", "sultan", "viva", "zeus", "fortune", "bola", "jaya", "queen", "dragon", "panda"))  # fmt: skip
    name = (
        stem
        + chance.choice(("bet", "win", "toto", "slot", "play", "spin", "hoki", "club", ""))
        + chance.choice(("", "77", "88", "99", "4d", "138", "365", "303"))
    )
    return _restyled(chance, name)


def _restyled(chance: random.Random, name: str) -> str:
    """The name in styled letters, spaced out, with digits as letters, or as it is."""
    how = chance.randrange(9)
    if how < 3:
        return "".join(_styled(char, how) for char in name.upper())
    if how == 3:
        return "".join(_SMALL[ord(char) - 97] if "a" <= char <= "z" else char for char in name)
    if how == 4:
        return " ".join(name.upper())
    if how == 5:
        return name.upper().replace("O", "0", 1).replace("I", "1", 1)
    return (name.upper(), name.title(), name)[how - 6]


def _styled(char: str, how: int) -> str:
    if char.isdigit():
        return chr((0x1D7CE, 0x1D7EC, 0xFF10)[how] + int(char))
    return chr((_BOLD, _SANS, _WIDE)[how] + ord(char) - 65)


@cache
def _parts() -> dict[str, Any]:
    """The templates by side and kind, and the words for their gaps, from `spam_today.json`."""
    parts: dict[str, Any] = json.loads(files(__package__).joinpath("spam_today.json").read_text(encoding="utf-8"))
    return parts
