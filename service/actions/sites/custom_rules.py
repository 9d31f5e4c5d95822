"""Custom rules: rules that an editor writes for a site, stored in the site's policy."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit
from service.domain.audit_events import AuditEvent
from service.domain.errors import Invalid, NotFound
from service.domain.policy.custom_rules import NUMBERS, SPOKEN, Condition, CustomRule, RuleSubject
from service.domain.policy.language_names import language_codes
from service.domain.policy.site_policy import SitePolicy, as_json
from service.store.sites.sites import locked_site
from service.store.tables.comments import Thread
from service.store.tables.sites import Site

MOST, LONGEST, DIGITS = 50, 1_000, 6
MOST_CONDITIONS = 4


def parse_rule(given: Mapping[str, Any]) -> CustomRule:
    """A rule from a form. Raises Invalid with the field that is wrong."""
    first, *rest = [_checked(condition) for condition in CustomRule.parse(given).conditions]
    rule = replace(CustomRule.parse(given), about=first.about, value=first.value, also=tuple(rest))
    if len(rule.also) >= MOST_CONDITIONS:
        raise Invalid.field("/also", "too_many", f"expected at most {MOST_CONDITIONS} conditions")
    if len(set(rule.conditions)) < len(rule.conditions):
        raise Invalid.field("/also", "double", "two conditions of this rule are the same")
    return rule


def _checked(condition: Condition) -> Condition:
    """A condition that can work. Languages become codes. Raises Invalid, which names the choices."""
    value = condition.value
    if len(value) > (DIGITS if condition.about in NUMBERS else LONGEST):
        raise Invalid.field(
            "/value", "too_long", f"expected at most {LONGEST} characters, or a number of at most {DIGITS} digits"
        )
    words = [word.strip() for word in value.split(",") if word.strip()]
    if condition.about in (RuleSubject.WORDS, *SPOKEN) and not words:
        raise Invalid.field("/value", "missing", "expected words, separated by commas")
    if condition.about is RuleSubject.WORDS and any("*" in word and not word.replace("*", "").strip() for word in words):
        raise Invalid.field("/value", "everything", "a word of nothing but * would match everything")
    if condition.about in SPOKEN:
        return replace(condition, value=", ".join(language_codes(words)))
    return condition


def set_custom_rule(session: Session, site_id: str, rule: CustomRule) -> None:
    """Store this rule with its mode. It replaces the same rule with another mode, and applies to new comments.

    Raises NotFound for an unknown site, or Invalid for an unknown thread or too many rules.
    """
    site = locked_site(session, site_id)
    earlier = SitePolicy(site.policy).custom_rules
    rules = list(earlier)
    if rule.thread and not _is_thread(session, site_id, rule.thread):
        raise Invalid.field("/thread", "unknown", f"no thread {rule.thread[:80]!r} on this site")
    names = [name_of(one) for one in rules]
    if name_of(rule) in names:
        rules[names.index(name_of(rule))] = rule
    elif len(rules) >= MOST:
        raise Invalid.field("/about", "too_many", f"expected at most {MOST} rules")
    else:
        rules.append(rule)
    _store(session, site, rules)
    before = {"mode": was.mode} if (was := next((r for r in earlier if name_of(r) == name_of(rule)), None)) else {}
    record_audit(session, AuditEvent.CUSTOM_RULE_SET, site_id=site_id, target=name_of(rule), before=before, after=as_json(rule))


def remove_custom_rule(session: Session, site_id: str, name: str) -> None:
    """Remove the rule with this name. Raises NotFound if there is none."""
    site = locked_site(session, site_id)
    kept = [rule for rule in SitePolicy(site.policy).custom_rules if name_of(rule) != name]
    if len(kept) == len(SitePolicy(site.policy).custom_rules):
        raise NotFound("no such rule on this site")
    gone = next(rule for rule in SitePolicy(site.policy).custom_rules if name_of(rule) == name)
    _store(session, site, kept)
    record_audit(session, AuditEvent.CUSTOM_RULE_REMOVED, site_id=site_id, target=name, before=as_json(gone))


def name_of(rule: CustomRule) -> str:
    """A short name for a rule, the same in every mode."""
    conditions = [part for condition in rule.conditions for part in (condition.about, condition.value)]
    content = "\0".join((*conditions, rule.thread, rule.outcome, rule.until.isoformat() if rule.until else ""))
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def in_mode(rule: CustomRule, given: str) -> CustomRule:
    """The rule in another mode. Raises Invalid for an unknown mode."""
    return replace(rule, mode=CustomRule.parse({"about": RuleSubject.FIRST_COMMENT, "mode": given}).mode)


def _store(session: Session, site: Site, rules: list[CustomRule]) -> None:
    site.policy = SitePolicy(site.policy).changed(rules=[as_json(rule) for rule in rules])
    session.flush()


def _is_thread(session: Session, site_id: str, external_id: str) -> bool:
    query = select(Thread.id).where(Thread.site_id == site_id, Thread.external_id == external_id)
    return session.scalar(query) is not None
