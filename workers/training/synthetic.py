"""Synthetic training sentences: template blog spam, calm sentences about people, calm links, and calm requests of readers."""

import json
import random
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from workers.checks.text.word_lists import word_list
from workers.training.corpora import Example


def blog_spam(count: int, *, seed: int = 7) -> Iterator[Example]:
    """`count` synthetic spam comments. The same seed gives the same comments."""
    chance = random.Random(seed)
    goods = word_list("goods")
    for _ in range(count):
        yield _example(chance, goods)


def calm_about_people() -> Iterator[Example]:
    """Plain sentences about people's identity, which no model may take for an attack: every template with every word."""
    parts = _parts()
    for sentence in parts["calm"]:
        for who in parts["who"]:
            yield Example(sentence.replace("{who}", who).capitalize() + ".", 0, "calm")


def calm_pointing(count: int, *, seed: int = 11) -> Iterator[Example]:
    """`count` short comments with a link to a site that readers often link to.

    Most of the spam data is from videos, where nearly every link is an advertisement; under an article a link mostly backs up
    an argument.
    """
    chance = random.Random(seed)
    parts = _parts()
    for _ in range(count):
        link = f"https://{chance.choice(('', 'www.'))}{chance.choice(_usual_hosts())}/{chance.choice(parts['path'])}"
        yield Example(chance.choice(parts["pointing"]).replace("{link}", link), 0, "calm")


#: The share of the comments of `calm_asking` that end with a link.
LINKING = 0.3


def calm_asking(count: int, *, seed: int = 13) -> Iterator[Example]:
    """`count` short comments in which readers use words such as subscribe, share, check, visit and offer.

    Under videos these words are mostly advertising; readers of a newspaper use them all the time.
    """
    chance = random.Random(seed)
    parts = _parts()
    for _ in range(count):
        sentence = _filled(chance, chance.choice(parts["asking"]), parts["asking fills"])
        ended = sentence if sentence[-1] == "?" or chance.random() < 0.2 else f"{sentence}."
        # Some comments get a link. Otherwise the model would learn that these words with a link are always spam.
        yield Example(f"{ended} {_link(chance)}" if chance.random() < LINKING else ended, 0, "calm")


def _link(chance: random.Random) -> str:
    parts = _parts()
    host = chance.choice(_usual_hosts() if chance.random() < 0.4 else parts["reader hosts"])
    return f"{chance.choice(('https://', 'http://', 'www.'))}{host}/{chance.choice(parts['path'])}"


def _usual_hosts() -> list[str]:
    return [host for host in word_list("usual_hosts") if not host.startswith("youtu")]


def _example(chance: random.Random, goods: tuple[str, ...]) -> Example:
    parts = _parts()
    product = chance.choice(goods)
    site = f"http://{chance.choice(('', 'www.'))}{chance.choice(parts['shop'])}-{product.replace(' ', '-')}.{chance.choice(parts['ending'])}"
    said = [chance.choice(parts["opening"])] if chance.random() < 0.5 else []
    said += [_filled(chance, each) for each in chance.sample(parts["praise"], chance.randint(1, 3))]
    if chance.random() < 0.25:
        said.append(_filled(chance, chance.choice(parts["question"])) + "?")
    advertises = chance.random() < 0.45
    if advertises:
        said.append(_filled(chance, chance.choice(parts["pitch"])).replace("{site}", site).replace("{goods}", product))
    name = product if chance.random() < 0.5 else chance.choice(parts["person"])
    return Example(
        ". ".join(each for each in said if each), 1, "templates", name, "" if advertises and chance.random() < 0.3 else site
    )


def _filled(chance: random.Random, sentence: str, fills: dict[str, list[str]] | None = None) -> str:
    for gap, words in (fills or _parts()["fills"]).items():
        while f"{{{gap}}}" in sentence:
            sentence = sentence.replace(f"{{{gap}}}", chance.choice(words), 1)
    return sentence[:1].upper() + sentence[1:] if chance.random() < 0.7 else sentence


@cache
def _parts() -> dict[str, Any]:
    """The sentence templates (openings, praise, questions, pitches) and the words for their gaps, from `templates.json`."""
    parts: dict[str, Any] = json.loads(files(__package__).joinpath("templates.json").read_text(encoding="utf-8"))
    return parts
