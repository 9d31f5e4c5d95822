"""Other profanity checkers, if installed, for comparison. Each is one function that says whether it flags a text."""

from collections.abc import Callable
from contextlib import suppress
from importlib import import_module

Flags = Callable[[str], bool]


def installed() -> dict[str, Flags]:
    """The installed peers, by name."""
    found: dict[str, Flags] = {}
    for name, build in _KNOWN.items():
        with suppress(ImportError, AttributeError):
            found[name] = build()
    return found


def missing() -> list[str]:
    """The names of the peers that are not installed."""
    return [name for name in _KNOWN if name not in installed()]


def _better_profanity() -> Flags:
    from better_profanity import profanity

    profanity.load_censor_words()
    return lambda text: bool(profanity.contains_profanity(text))


def _alt() -> Flags:
    predict = import_module("profanity_check").predict
    return lambda text: bool(predict([text])[0])


def _glin() -> Flags:
    checker = import_module("glin_profanity").Filter()
    return lambda text: bool(checker.is_profane(text))


def _profanex() -> Flags:
    checker = import_module("profanex").Filter()
    return lambda text: bool(checker.contains(text))


def _pygarble() -> Flags:
    checker = import_module("pygarble").ProfanityDetector()
    return lambda text: bool(checker.detect(text))


_KNOWN: dict[str, Callable[[], Flags]] = {
    "better-profanity": _better_profanity,
    "alt-profanity-check": _alt,
    "glin-profanity": _glin,
    "profanex": _profanex,
    "pygarble": _pygarble,
}
