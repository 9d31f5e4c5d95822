"""The ground of each rejection reason of a site: the law or the rules, its legal text, and the message to the author by language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.domain.reported.kinds import Ground

#: The reason whose ground is the law unless the site says otherwise.
ILLEGAL = "illegal"
#: The reason of advertising that is sent in masses. No statement of reasons is owed for it (Article 17(2)).
SPAM = "spam"


@dataclass(frozen=True, slots=True)
class ReasonGround:
    """What a statement of reasons says for one rejection reason. `law` names the law or the rule; `texts` has one text a language."""

    ground: Ground = Ground.RULES
    law: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)


def ground_of(stored: Mapping[str, Any] | None, reason: str) -> ReasonGround:
    """The ground of a rejection reason, from what the site has stored, else the default."""
    entry = (stored or {}).get(reason)
    if not isinstance(entry, Mapping):
        return ReasonGround(Ground.LAW if reason == ILLEGAL else Ground.RULES)
    texts = entry.get("texts")
    return ReasonGround(
        Ground(entry.get("ground", Ground.RULES)), str(entry.get("law", "")), dict(texts) if isinstance(texts, Mapping) else {}
    )
