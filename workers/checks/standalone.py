"""For the command `greenroom check`: checks a text with the default policy and all offline checks. Nothing is stored."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from service.domain.policy.check_input import Author, CheckInput, Circumstances, Page
from service.domain.policy.judge import PolicyLimits, judge, scores
from service.domain.policy.reasons_json import as_reason, as_reasons
from service.domain.states import State
from workers.checks import signals_of
from workers.checks.deep.drain import read_deeply


def check_line(given: Mapping[str, Any] | str, rules: PolicyLimits | None = None, *, verbose: bool = False) -> dict[str, Any]:
    """The verdict on one comment: `state`, `signals` (a score 0..1 per family) and the `reasons`, most severe first.

    `verbose` adds `findings`: the signals of all checks, also those that did not lead to the verdict.
    """
    reading = CheckInput(text=given) if isinstance(given, str) else _reading(given)
    limits, cheap = rules or PolicyLimits(), signals_of(reading)
    [signals] = read_deeply([reading], [cheap], settled=lambda _: judge(cheap, limits).state is State.REJECTED)
    verdict = judge(signals, limits)
    told = {
        "state": verdict.state.value,
        "signals": {family.value: round(score, 6) for family, score in scores(signals).items()},
        "reasons": [as_reason(signal, signals) for signal in verdict.reasons],
    }
    return {**told, "findings": as_reasons(signals)} if verbose else told


def check_lines(lines: Iterable[str], *, verbose: bool = False) -> Iterator[str]:
    """One JSON line for each input line, in order. An unreadable line gives a line with an `error`."""
    for line in lines:
        yield json.dumps(_result(line, verbose=verbose), ensure_ascii=False)


def _result(line: str, *, verbose: bool) -> dict[str, Any]:
    try:
        given = json.loads(line)
        if not isinstance(given, str | dict):
            return {"error": "expected a JSON object with a text, or a JSON string"}
        return check_line(given, verbose=verbose)
    except (ValueError, RecursionError) as error:
        return {"error": f"not a comment: {error}"}


def _reading(given: Mapping[str, Any]) -> CheckInput:
    author = given.get("author")
    person: Mapping[str, Any] = author if isinstance(author, dict) else {"name": author}
    named = {key: _plain_name(given.get(key)) or _plain_name(person.get(key)) for key in ("name", "url", "email")}
    if "text" not in given:
        raise ValueError("a comment needs a text")
    return CheckInput(
        text=_plain_name(given["text"]),
        author=Author(name=named["name"], url=named["url"], email_domain=named["email"].rpartition("@")[2]),
        page=Page(title=_plain_name(given.get("title"))),
        circumstances=Circumstances(language=_plain_name(given.get("language"))),
    )


def _plain_name(value: Any) -> str:
    return "" if value is None else str(value)
