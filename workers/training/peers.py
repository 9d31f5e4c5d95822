"""Other profanity checkers, if installed, for comparison. Each is one function that says whether it flags a text.

Peers from npm are found by `node`, in the present folder or in `NODE_PATH`.
"""

import json
import subprocess
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib import import_module
from shutil import which

Flags = Callable[[str], bool]


@cache
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


def _npm(expression: str) -> Flags:
    """A peer from npm: one node process that answers a line with 1 or 0. Raises ImportError if node or the package is missing.

    `expression`: JavaScript that gives a function from a text to a truth value.
    """
    node = which("node")
    if node is None:
        raise ImportError("node is not installed")
    answer = (
        "require('readline').createInterface({input: process.stdin}).on('line', (l) => console.log(f(JSON.parse(l)) ? 1 : 0))"
    )
    process = subprocess.Popen(
        [node, "-e", f"const f = {expression}; {answer}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    asked, answers = process.stdin, process.stdout
    if asked is None or answers is None:
        raise ImportError("node gives no answers")

    def flags(text: str) -> bool:
        asked.write(json.dumps(text) + "\n")
        asked.flush()
        return answers.readline().strip() == "1"

    with suppress(OSError):
        asked.write(json.dumps("calm") + "\n")
        asked.flush()
    if answers.readline().strip() not in ("0", "1"):
        raise ImportError("the package is not installed")
    return flags


def _obscenity() -> Flags:
    return _npm(
        "((o) => { const m = new o.RegExpMatcher({...o.englishDataset.build(), ...o.englishRecommendedTransformers});"
        " return (t) => m.hasMatch(t); })(require('obscenity'))"
    )


def _two_toad() -> Flags:
    return _npm("((p) => { const c = new p.Profanity(); return (t) => c.exists(t); })(require('@2toad/profanity'))")


_KNOWN: dict[str, Callable[[], Flags]] = {
    "better-profanity": _better_profanity,
    "alt-profanity-check": _alt,
    "glin-profanity": _glin,
    "profanex": _profanex,
    "pygarble": _pygarble,
    "obscenity (npm)": _obscenity,
    "2toad (npm)": _two_toad,
}
