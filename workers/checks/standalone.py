"""Checking a text by itself, for `greenroom check`: the default policy, all offline checks, nothing stored."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from service.domain.policy.check_input import Author, CheckInput, Circumstances, Page
from service.domain.policy.judge import PolicyLimits, judge, scores
from service.domain.policy.reasons_json import as_reason, as_reasons
from workers.checks import signals_of


def check_line(given: Mapping[str, Any] | str, rules: PolicyLimits | None = None, *, verbose: bool = False) -> dict[str, Any]:
    """The verdict on one comment: `state`, `signals` (a score 0..1 a family) and the `reasons` that led to it, gravest first.

    `verbose` adds as `findings` whatever any check said, also what led to nothing.
    """
    reading = CheckInput(text=given) if isinstance(given, str) else _reading(given)
    signals = signals_of(reading)
    verdict = judge(signals, rules or PolicyLimits())
    told = {
        "state": verdict.state.value,
        "signals": {family.value: round(score, 6) for family, score in scores(signals).items()},
        "reasons": [as_reason(signal, signals) for signal in verdict.reasons],
    }
    return {**told, "findings": as_reasons(signals)} if verbose else told


def check_lines(lines: Iterable[str], *, verbose: bool = False) -> Iterator[str]:
    """One JSON line out for each line in, in order; what cannot be read gives a line with an `error`."""
    for line in lines:
        yield json.dumps(_answer(line, verbose=verbose), ensure_ascii=False)


def _answer(line: str, *, verbose: bool) -> dict[str, Any]:
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
    named = {key: _word(given.get(key)) or _word(person.get(key)) for key in ("name", "url", "email")}
    if "text" not in given:
        raise ValueError("a comment needs a text")
    return CheckInput(
        text=_word(given["text"]),
        author=Author(name=named["name"], url=named["url"], email_domain=named["email"].rpartition("@")[2]),
        page=Page(title=_word(given.get("title"))),
        circumstances=Circumstances(language=_word(given.get("language"))),
    )


def _word(value: Any) -> str:
    return "" if value is None else str(value)
