"""Custom rules in a site's policy: how they are stored and read."""

from collections.abc import Mapping
from typing import Any

from service.domain.errors import Invalid
from service.domain.policy.custom_rules import CustomRule

#: The key in a site's policy.
KEY = "rules"


def custom_rules_of(policy: Mapping[str, Any] | None) -> tuple[CustomRule, ...]:
    """The custom rules of a site. A rule that this version cannot parse is skipped, so that it does not block every comment."""
    rules: list[CustomRule] = []
    for given in (policy or {}).get(KEY, ()):
        try:
            rules.append(CustomRule.parse(given))
        except Invalid:
            continue
    return tuple(rules)


def as_json(rule: CustomRule) -> dict[str, str]:
    """A rule as it is stored."""
    return {"about": rule.about.value, "value": rule.value, "mode": rule.mode.value, "thread": rule.thread}
