"""Letters that are drawn with several signs (`|-|` for h, `|\\/|` for m): finds the coarse word that a token spells."""

from collections.abc import Collection, Sequence
from functools import cache

from workers.checks.text.word_lists import word_list

#: Fewer steps than this are no word; a token that needs more steps is not read.
FEWEST, MOST_STEPS = 3, 4_000


class _Node(dict[str, "_Node"]):
    """One node of the tree of words: the next letters, and the word that ends here."""

    word = ""


@cache
def _tree() -> _Node:
    root = _Node()
    for word in (*word_list("disguised"), *word_list("drawn")):
        node = root
        for letter in word:
            node = node.setdefault(letter, _Node())
        node.word = word
    return root


@cache
def _signs() -> dict[str, tuple[tuple[str, str], ...]]:
    """For each first character the signs that begin with it, each with its letter."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in word_list("signs"):
        letter, _, signs = line.partition(" ")
        for sign in signs.split():
            found.setdefault(sign[0], []).append((sign, letter))
    return {first: tuple(signs) for first, signs in found.items()}


def spelled_by_letters(options: Sequence[Collection[str]]) -> str:
    """The coarse word that is spelled if each letter may be one of several; an empty string if there is none."""
    nodes = [_tree()]
    for letters in options:
        nodes = [node[letter] for node in nodes for letter in letters if letter in node]
    return max((node.word for node in nodes), default="")


def spelled_by_signs(token: str) -> str:
    """The longest coarse word that the token spells with signs, or an empty string. Edges that spell nothing may stay over."""
    best = ""
    budget = MOST_STEPS
    for start in range(min(3, len(token))):
        states: list[tuple[int, _Node, int]] = [(start, _tree(), 0)]
        while states and budget:
            budget -= 1
            at, node, drawn = states.pop()
            if node.word and drawn >= 1 and len(node.word) > len(best) and not any(map(str.isalpha, token[at:])):
                best = node.word
            for sign, letter in _next(token, at):
                if letter in node:
                    states.append((at + len(sign), node[letter], drawn + (len(sign) > 1)))
        if best:
            return best
    return best


def _next(token: str, at: int) -> list[tuple[str, str]]:
    if at >= len(token):
        return []
    char = token[at]
    found = [(char, char)] if char.isalpha() else []
    return found + [(sign, letter) for sign, letter in _signs().get(char, ()) if token.startswith(sign, at)]
