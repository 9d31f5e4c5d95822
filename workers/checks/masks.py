"""Words with letters left out for signs (`f*ck`, `b****`, `sh%t`): which strong word is meant."""

from collections import defaultdict
from functools import cache

from workers.checks.listed import listed

#: Read as these when almost nothing but stars is left; the order is the order of preference.
_MOSTLY_STARS = dict(line.split("=") for line in listed("stars"))


def unmask(masked: str) -> str:
    """The strong word that `masked` stands for (`*` a letter each), or nothing."""
    core = masked.rstrip("*") + "*" * min(len(masked) - len(masked.rstrip("*")), 8)
    if "*" not in core:
        return ""
    if core in _MOSTLY_STARS:
        return _MOSTLY_STARS[core]
    if core[0] == "*" and len(core) < 5:
        return ""
    known = len(core) - core.count("*")
    if len(core) < 4 or known < 2 or known * 2 < len(core):
        return _ends_only(core)
    return next((word for word in _by_length().get(len(core), ()) if _fits(word, core)), "")


def _ends_only(core: str) -> str:
    """`b******t`: the first and last letter stand, everything between is masked."""
    if len(core) < 4 or core[0] == "*" or core[-1] == "*":
        return ""
    return next((word for word in _by_length().get(len(core), ()) if _fits(word, core)), "")


def _fits(word: str, masked: str) -> bool:
    return all(seen in ("*", letter) for seen, letter in zip(masked, word, strict=True))


@cache
def _by_length() -> dict[int, tuple[str, ...]]:
    lengths: defaultdict[int, list[str]] = defaultdict(list)
    for word in listed("disguised"):
        lengths[len(word)].append(word)
    return {length: tuple(words) for length, words in lengths.items()}
