"""Statements of reasons: what an author is told about a restriction of a comment or of themselves (Article 17 of Regulation (EU)
2022/2065)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.domain.policy.site_policy import SitePolicy
from service.domain.reported.grounds import SPAM, ReasonGround
from service.domain.reported.kinds import COMPLAINT_TIME, Ground
from service.domain.reported.statement_text import ban_text, statement_text
from service.domain.states import State

#: The families of reasons of the checks, by the rejection reason that they come closest to.
_REASON_OF_FAMILY = {"spam": SPAM, "profanity": "insult", "abuse": "insult", "privacy": "personal_data", "site": "rules"}


@dataclass(frozen=True, slots=True)
class Restriction:
    """One restriction of a comment: the change of its state and the facts of its event. `complaint_url` is the author's secret page."""

    from_state: State
    to_state: State
    at: datetime
    facts: Mapping[str, Any]
    site: str
    complaint_url: str

    @property
    def kind(self) -> str:
        """`removal`, `visibility` (hidden until a person has looked), or empty if the change restricts nothing."""
        if self.to_state is State.REJECTED:
            return "removal"
        return "visibility" if self.to_state is State.HELD and self.from_state is State.APPROVED else ""

    @property
    def by(self) -> str:
        return str(self.facts.get("by", ""))

    @property
    def codes(self) -> Sequence[str]:
        return [str(code) for code in self.facts.get("reasons", ())]

    @property
    def reason(self) -> str:
        """The rejection reason. For a decision of the checks it follows from their first finding."""
        reason = str(self.facts.get("reason", ""))
        return reason or _REASON_OF_FAMILY.get(next(iter(self.codes), "").partition(".")[0], "rules")

    @property
    def is_spam(self) -> bool:
        """Whether this is deceptive high-volume commercial content, for which no statement is owed (Article 17(2))."""
        return self.reason == SPAM

    @property
    def automated(self) -> dict[str, bool]:
        """Whether software found the comment, and whether it decided without a person."""
        decided = self.by in ("policy", "reports")
        found = self.by == "policy" or (self.from_state is State.HELD and not self.from_notice)
        return {"detection": found, "decision": decided}

    @property
    def from_notice(self) -> bool:
        """Whether readers' reports led to it."""
        return self.by == "reports" or bool(self.facts.get("notice"))


def statement(restriction: Restriction, policy: SitePolicy) -> dict[str, Any] | None:
    """The statement of reasons as JSON values; None if the change restricts nothing."""
    if not restriction.kind:
        return None
    ground = policy.ground(restriction.reason)
    labels = {one["code"]: one["label"] for one in policy.rejections}
    until = restriction.at + COMPLAINT_TIME
    return {
        "required": not restriction.is_spam,
        "exempt": "deceptive_high_volume_commercial_content" if restriction.is_spam else "",
        "restriction": restriction.kind,
        "since": restriction.at.isoformat(),
        "duration": "until_reviewed" if restriction.kind == "visibility" else "indefinite",
        "source": "notice" if restriction.from_notice else "own_initiative",
        "automated": restriction.automated,
        "ground": ground.ground.value,
        "reason": restriction.reason,
        "law": ground.law if ground.ground is Ground.LAW else "",
        "rule": "" if ground.ground is Ground.LAW else ground.law or labels.get(restriction.reason, ""),
        "findings": list(restriction.codes),
        "message": str(restriction.facts.get("note", "")),
        "redress": {
            "complaint_url": restriction.complaint_url,
            "complaint_until": until.isoformat(),
            "out_of_court": True,
            "court": True,
        },
        "text": _texts(restriction, ground, labels.get(restriction.reason, ""), until),
    }


@dataclass(frozen=True, slots=True)
class Ban:
    """The ban of an author: when it began and until when (None: for good), the rejection reason, and the name of the site.
    `complaint_url` is the author's secret page."""

    at: datetime
    until: datetime | None
    reason: str
    site: str
    complaint_url: str


def ban_statement(ban: Ban, policy: SitePolicy) -> dict[str, Any]:
    """The statement of reasons for a ban, which always a person decides."""
    reason = ban.reason or "rules"
    complaint_until = ban.at + COMPLAINT_TIME
    ground = policy.ground(reason)
    label = next((one["label"] for one in policy.rejections if one["code"] == reason), "")
    return {
        "required": reason != SPAM,
        "exempt": "deceptive_high_volume_commercial_content" if reason == SPAM else "",
        "restriction": "suspension" if ban.until else "termination",
        "since": ban.at.isoformat(),
        "duration": ban.until.isoformat() if ban.until else "indefinite",
        "source": "own_initiative",
        "automated": {"detection": False, "decision": False},
        "ground": ground.ground.value,
        "reason": reason,
        "law": ground.law if ground.ground is Ground.LAW else "",
        "rule": "" if ground.ground is Ground.LAW else ground.law or label,
        "findings": [],
        "message": "",
        "redress": {
            "complaint_url": ban.complaint_url,
            "complaint_until": complaint_until.isoformat(),
            "out_of_court": True,
            "court": True,
        },
        "text": ban_text(
            site=ban.site, ground=ground.ground, reason=reason, label=label, law=ground.law,
            until=f"{ban.until:%Y-%m-%d %H:%M} UTC" if ban.until else "",
            link=ban.complaint_url, complaint_until=f"{complaint_until:%Y-%m-%d}",
        ),
    }  # fmt: skip


def _texts(restriction: Restriction, ground: ReasonGround, label: str, until: datetime) -> dict[str, str]:
    return statement_text(
        kind=restriction.kind, site=restriction.site, ground=ground.ground, reason=restriction.reason, label=label, law=ground.law,
        own_texts=ground.texts, message=str(restriction.facts.get("note", "")), notice=restriction.from_notice,
        automated=restriction.automated, link=restriction.complaint_url, until=f"{until:%Y-%m-%d}",
    )  # fmt: skip
