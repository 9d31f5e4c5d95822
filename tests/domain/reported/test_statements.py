"""A statement of reasons says what, why, on which ground, found how, decided by whom, and what the author can do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.domain.policy.site_policy import SitePolicy
from service.domain.reported.statements import Ban, Restriction, ban_statement, statement
from service.domain.states import State

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
APPROVED, HELD, REJECTED = State.APPROVED, State.HELD, State.REJECTED


def said(
    facts: dict[str, Any], before: State = HELD, after: State = REJECTED, policy: dict[str, Any] | None = None
) -> dict[str, Any]:
    made = statement(Restriction(before, after, NOON, facts, "News", "https://g.example/complaint/x"), SitePolicy(policy))
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("facts", "before", "after", "source", "automated", "ground"),
    [
        ({"by": "moderator", "reason": "insult"}, HELD, REJECTED, "own_initiative", (True, False), "rules"),
        ({"by": "moderator", "reason": "illegal"}, APPROVED, REJECTED, "own_initiative", (False, False), "law"),
        ({"by": "moderator", "reason": "hate", "notice": True}, APPROVED, REJECTED, "notice", (False, False), "rules"),
        ({"by": "policy", "reasons": ["spam.beyond_doubt"]}, State.PENDING, REJECTED, "own_initiative", (True, True), "rules"),
        ({"by": "reports", "reason": "reported"}, APPROVED, HELD, "notice", (False, True), "rules"),
    ],
)
def test_a_statement_names_source_means_and_ground(
    facts: dict, before: State, after: State, source: str, automated: tuple[bool, bool], ground: str
) -> None:
    made = said(facts, before, after)
    assert (made["source"], tuple(made["automated"].values()), made["ground"]) == (source, automated, ground)
    assert made["redress"]["complaint_until"] == "2026-09-01T12:00:00+00:00"
    for text in made["text"].values():
        assert "News" in text
        assert "https://g.example/complaint/x" in text


def test_advertising_in_masses_is_marked_as_exempt() -> None:
    exempt = said({"by": "policy", "reasons": ["spam.beyond_doubt"]}, State.PENDING)
    assert (exempt["required"], exempt["exempt"]) == (False, "deceptive_high_volume_commercial_content")
    assert said({"by": "moderator", "reason": "advertising"})["required"]


def test_a_site_chooses_ground_law_and_text_of_each_reason() -> None:
    own = {"hate": {"ground": "law", "law": "Section 130 of the criminal code", "texts": {"de": "Das ist Volksverhetzung."}}}
    made = said({"by": "moderator", "reason": "hate", "note": "Line two."}, policy={"grounds": own})
    assert (made["ground"], made["law"], made["message"]) == ("law", "Section 130 of the criminal code", "Line two.")
    assert "Das ist Volksverhetzung." in made["text"]["de"]
    assert "It is against the law: hate or discrimination (Section 130 of the criminal code)." in made["text"]["en"]


@pytest.mark.parametrize(("before", "after"), [(HELD, APPROVED), (State.PENDING, HELD), (REJECTED, HELD)])
def test_a_change_that_restricts_nothing_has_no_statement(before: State, after: State) -> None:
    assert statement(Restriction(before, after, NOON, {"by": "moderator"}, "News", ""), SitePolicy(None)) is None


@pytest.mark.parametrize(
    ("days", "reason", "restriction", "ground", "sentence"),
    [
        (7, "insult", "suspension", "rules", "Sie können auf News bis 2026-03-08 12:00 UTC nicht kommentieren."),
        (None, "illegal", "termination", "law", "Sie können auf News nicht mehr kommentieren, ohne zeitliche Begrenzung."),
        (None, "", "termination", "rules", "Ihre Kommentare verstoßen gegen die Regeln der Website: die Regeln für Kommentare."),
    ],
)
def test_a_ban_has_a_statement(days: int | None, reason: str, restriction: str, ground: str, sentence: str) -> None:
    until = NOON + timedelta(days=days) if days else None
    made = ban_statement(Ban(NOON, until, reason, "News", "https://g.example/banned/x"), SitePolicy(None))
    assert (made["restriction"], made["ground"], made["required"]) == (restriction, ground, True)
    assert made["duration"] == (until.isoformat() if until else "indefinite")
    assert sentence in made["text"]["de"].splitlines()
    assert made["redress"]["complaint_url"] == "https://g.example/banned/x"
    assert all("https://g.example/banned/x" in text for text in made["text"].values())
    assert not any("{" in text for text in made["text"].values())
