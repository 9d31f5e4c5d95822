"""How an editor's rules stand in a site's policy, and how they are read from there."""

from collections.abc import Mapping
from typing import Any

from service.domain.errors import Invalid
from service.domain.policy.custom_rules import CustomRule

#: The name under which they stand.
KEY = "rules"


def custom_rules_of(policy: Mapping[str, Any] | None) -> tuple[CustomRule, ...]:
    """The rules of a site. One that this version cannot read does nothing, instead of stopping every comment."""
    found: list[CustomRule] = []
    for given in (policy or {}).get(KEY, ()):
        try:
            found.append(CustomRule.parse(given))
        except Invalid:
            continue
    return tuple(found)


def as_json(rule: CustomRule) -> dict[str, str]:
    """A rule as it is stored."""
    return {"about": rule.about.value, "value": rule.value, "mode": rule.mode.value, "thread": rule.thread}
