"""Conditions: the rules that an editor writes for a site, stored with what else the site set of its own."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit
from service.domain.audit_events import AuditEvent
from service.domain.errors import Invalid, NotFound
from service.domain.policy.custom_rules import CustomRule, RuleSubject
from service.domain.policy.site_policy import KEY, as_json, custom_rules_of
from service.store.tables.comments import Thread
from service.store.tables.sites import Site

MOST, LONGEST, DIGITS = 50, 1_000, 6


def parse_rule(given: Mapping[str, Any]) -> CustomRule:
    """A rule from a form, or Invalid with the field that is wrong."""
    clean = {name: str(value).replace("\0", "").strip() for name, value in given.items()}
    rule = CustomRule.parse(clean)
    if len(rule.value) > (
        DIGITS if rule.value.isdecimal() and rule.about not in (RuleSubject.WORDS, RuleSubject.LANGUAGE) else LONGEST
    ):
        raise Invalid.field(
            "/value", "too_long", f"expected at most {LONGEST} characters, or a number of at most {DIGITS} digits"
        )
    if rule.about in (RuleSubject.WORDS, RuleSubject.LANGUAGE) and not any(word.strip() for word in rule.value.split(",")):
        raise Invalid.field("/value", "missing", "expected words, separated by commas")
    if rule.about is RuleSubject.WORDS and any(
        "*" in word and not word.replace("*", "").strip() for word in rule.value.split(",")
    ):
        raise Invalid.field("/value", "everything", "a word of nothing but * would match everything")
    return rule


def set_custom_rule(session: Session, site_id: str, rule: CustomRule) -> None:
    """Keep this rule in its mode; the same rule in another mode is replaced. New comments are judged by it."""
    site = _locked(session, site_id)
    earlier = custom_rules_of(site.policy)
    kept = list(earlier)
    if rule.thread and not _is_thread(session, site_id, rule.thread):
        raise Invalid.field("/thread", "unknown", f"no thread {rule.thread[:80]!r} on this site")
    names = [name_of(one) for one in kept]
    if name_of(rule) in names:
        kept[names.index(name_of(rule))] = rule
    elif len(kept) >= MOST:
        raise Invalid.field("/about", "too_many", f"expected at most {MOST} rules")
    else:
        kept.append(rule)
    _store(session, site, kept)
    before = {"mode": was.mode} if (was := next((r for r in earlier if name_of(r) == name_of(rule)), None)) else {}
    record_audit(session, AuditEvent.CONDITION_SET, site_id=site_id, about=name_of(rule), before=before, after=as_json(rule))


def remove_custom_rule(session: Session, site_id: str, name: str) -> None:
    """Forget the rule with this name. NotFound where there is none."""
    site = _locked(session, site_id)
    kept = [rule for rule in custom_rules_of(site.policy) if name_of(rule) != name]
    if len(kept) == len(custom_rules_of(site.policy)):
        raise NotFound("no such rule on this site")
    gone = next(rule for rule in custom_rules_of(site.policy) if name_of(rule) == name)
    _store(session, site, kept)
    record_audit(session, AuditEvent.CONDITION_REMOVED, site_id=site_id, about=name, before=as_json(gone))


def name_of(rule: CustomRule) -> str:
    """A short name for a rule, the same in every mode."""
    said = "\0".join((rule.about, rule.value, rule.thread))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def in_mode(rule: CustomRule, given: str) -> CustomRule:
    """The rule in another mode, or Invalid."""
    return replace(rule, mode=CustomRule.parse({"about": rule.about, "value": rule.value, "mode": given}).mode)


def _store(session: Session, site: Site, rules: list[CustomRule]) -> None:
    site.policy = {**(site.policy or {}), KEY: [as_json(rule) for rule in rules]}
    session.flush()


def _is_thread(session: Session, site_id: str, external_id: str) -> bool:
    found = select(Thread.id).where(Thread.site_id == site_id, Thread.external_id == external_id)
    return session.scalar(found) is not None


def _locked(session: Session, site_id: str) -> Site:
    site = session.scalar(select(Site).where(Site.id == site_id).with_for_update())
    if site is None:
        raise NotFound(f"no site {site_id!r}")
    return site
