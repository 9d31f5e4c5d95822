"""The reasons on a card: one number for the whole comment, no score in a line."""

from collections.abc import Sequence

import pytest
from flask import Flask

from service.config import Settings
from service.web.pages.queue.reason_text import card_lines, reason_lines, risk_of
from tests.support.sign_in import serving


def reason(family: str, score: float, rule: str = "", code: str = "") -> dict[str, object]:
    return {"family": family, "code": code or family, "rule": rule, "score": score, "spans": []}


@pytest.mark.parametrize(
    ("reasons", "risk"),
    [
        ([reason("spam", 0.6)], "60%"),
        ([reason("spam", 0.5), reason("spam", 0.5)], "75%"),
        ([reason("spam", 0.5), reason("abuse", 0.6)], "80%"),
        ([reason("abuse", 1.0)], "99%"),
        ([reason("site", 1.0)], ""),
        ([], ""),
    ],
)
def test_the_risk_counts_all_findings_and_is_never_certain(reasons: Sequence[dict[str, object]], risk: str) -> None:
    assert risk_of(reasons) == risk


@pytest.mark.parametrize("language", ["en", "de", "ar", "hi"])
def test_a_card_has_no_score_in_its_lines(settings: Settings, language: str) -> None:
    told = [reason("spam", 0.97, "looks like spam (97%): BUY, NOW", "spam.model")]
    app: Flask
    with serving(settings) as app, app.test_request_context(headers={"Accept-Language": language}):
        (line,), (full,) = card_lines(told), reason_lines(told)
    assert "97" in full.rule
    assert "97" not in line.rule and line.score == ""
