"""How the checks judge an example, for the measures."""

from collections.abc import Iterable
from dataclasses import replace

from service.domain.policy.check_input import Author, CheckInput
from service.domain.policy.judge import PolicyLimits, judge
from service.domain.policy.signals import Signal
from service.domain.states import State
from workers.checks import profanity, signals_of
from workers.checks.text.lexicon import Tier
from workers.checks.text.normalize import fold
from workers.training.corpora import Example


def state_of(example: Example, *, languages: tuple[str, ...] = ()) -> State:
    """The state that all checks and the default policy give an example. `languages`: languages that the site takes unseen."""
    author = Author(name=example.name, url=example.url)
    return judge(signals_of(CheckInput(example.text, author=author, languages=languages)), PolicyLimits()).state


def reasons_of(example: Example) -> tuple[Signal, ...]:
    """The reasons of the verdict on an example, on a site that takes all languages."""
    return judge(signals_of(replace(check_input(example), languages=("*",))), PolicyLimits()).reasons


def check_input(example: Example) -> CheckInput:
    return CheckInput(example.text, author=Author(name=example.name, url=example.url))


def gravest(text: str) -> Tier:
    return Tier(max((word.tier for word in profanity.finds(fold(text))), default=0))


def mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0
