"""Sentences about groups of people, hateful and harmless, made from the templates in `sentences.json` and `twin.json`.

A group's name must say nothing by itself. So every group stands in kind sentences, in news, in denied and in quoted hate as often
as in hate. Both files are our own work (CC0).
"""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

_GAP = re.compile(r"\{(\w+)\}")
#: The shares of sentences that get another sentence before or behind them, and that end without a full stop.
WITH_FILLER, BARE = 0.3, 0.4


@dataclass(frozen=True, slots=True)
class Sentence:
    """`attack` and `hate` are the labels of the two heads; None means that the sentence says nothing about this head."""

    text: str
    kind: str
    attack: int | None
    hate: int | None


def made_sentences(*, name: str = "sentences", seed: int = 21) -> Iterator[Sentence]:
    """Distinct sentences of every kind. The same seed gives the same sentences."""
    parts = json.loads(files(__package__).joinpath(f"{name}.json").read_text(encoding="utf-8"))
    chance = random.Random(seed)
    for kind in parts["kinds"]:
        yield from _of_kind(chance, parts, kind)


def _of_kind(chance: random.Random, parts: dict[str, Any], kind: dict[str, Any]) -> Iterator[Sentence]:
    seen: set[str] = set()
    said, count = kind["said"], kind["n"]
    # Templates without gaps give few different sentences, so the tries are bounded.
    for at in range(count * 3):
        text = _dressed(chance, parts["fillers"], _filled(chance, parts, said[at % len(said)]))
        if len(seen) < count and text not in seen:
            seen.add(text)
            yield Sentence(text, kind["kind"], kind["a"], kind["h"])


def _filled(chance: random.Random, parts: dict[str, Any], template: str) -> str:
    plural, single, bare = chance.choice(parts["groups"]).split("|")
    words = {"G": plural, "S": single, "N": bare}

    def word(gap: re.Match[str]) -> str:
        if gap[1] not in words:
            words[gap[1]] = chance.choice(parts["fills"][gap[1]])
        return words[gap[1]]

    return " ".join(_GAP.sub(word, template).split())


def _dressed(chance: random.Random, fillers: list[str], text: str) -> str:
    if chance.random() >= BARE:
        text = text[0].upper() + text[1:] + ("" if text[-1] in '?!"' else chance.choice(("", ".", ".", ".", "!", "!!")))
    if chance.random() >= WITH_FILLER:
        return text
    other = chance.choice(fillers)
    return f"{text if text[-1] in '.?!' else text + '.'} {other}" if chance.random() < 0.5 else f"{other} {text}"
