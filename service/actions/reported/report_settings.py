"""A site's settings for reports: when they hold a comment, who mails their readers, its trusted flaggers, and the ground of each rejection reason."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from service.actions.audit_log import record_change
from service.domain.audit_events import AuditEvent
from service.domain.errors import Invalid
from service.domain.policy.site_policy import SitePolicy
from service.domain.reported.kinds import Ground
from service.domain.reported.weights import LEAST_TO_HOLD, MOST_TO_HOLD
from service.domain.security.pseudonyms import Pseudonymizer
from service.store.sites.sites import locked_site

MOST_FLAGGERS, LONGEST = 100, 2_000


def set_report_rules(
    session: Session,
    site_id: str,
    *,
    hold_from: int,
    keep: Sequence[str],
    name: str = "",
    email: str = "",
    mails_readers: bool | None = None,
    mails_authors: bool | None = None,
    pseudonyms: Pseudonymizer,
) -> None:
    """Set the weight of reports that holds a published comment (zero for never), whether Greenroom mails readers itself, and
    authors who ask for it (None leaves it as it is), and the trusted flaggers: those to keep, by name, and perhaps a new one. Raises Invalid."""
    if hold_from and not LEAST_TO_HOLD <= hold_from <= MOST_TO_HOLD:
        raise Invalid.field("/hold_from", "range", f"expected {LEAST_TO_HOLD} to {MOST_TO_HOLD}, or nothing, got {hold_from}")
    site = locked_site(session, site_id)
    policy = SitePolicy(site.policy)
    flaggers = {key: known for key, known in policy.trusted_flaggers.items() if known in keep}
    if bool(name.strip()) != ("@" in email):
        raise Invalid.field("/email", "required", "expected the name and the e-mail address of a trusted flagger, or neither")
    if name.strip():
        flaggers[pseudonyms.author(external_id="", email=email)] = " ".join(name.split())[:200]
    if len(flaggers) > MOST_FLAGGERS:
        raise Invalid.field("/email", "too_many", f"expected at most {MOST_FLAGGERS} trusted flaggers")
    mails = policy.mails_readers if mails_readers is None else mails_readers
    to_authors = policy.mails_authors if mails_authors is None else mails_authors
    before = {
        "reports_hold_from": policy.reports_hold_from,
        "mails_readers": policy.mails_readers,
        "mails_authors": policy.mails_authors,
        "trusted_flaggers": sorted(policy.trusted_flaggers.values()),
    }
    after = {
        "reports_hold_from": hold_from,
        "mails_readers": mails,
        "mails_authors": to_authors,
        "trusted_flaggers": sorted(flaggers.values()),
    }
    site.policy = policy.changed(
        reports_hold_from=hold_from, mails_readers=mails, mails_authors=to_authors, trusted_flaggers=flaggers
    )
    session.flush()
    record_change(session, AuditEvent.REPORT_RULES_SET, before, after, site_id=site_id)


def set_grounds(session: Session, site_id: str, grounds: Mapping[str, Mapping[str, Any]]) -> None:
    """Set what a statement of reasons says for each rejection reason: `ground`, `law` and `texts` by language. Raises Invalid."""
    after = {code: _ground(entry) for code, entry in grounds.items()}
    site = locked_site(session, site_id)
    policy = SitePolicy(site.policy)
    before = dict(policy.stored.get("grounds") or {})
    site.policy = policy.changed(grounds=after)
    session.flush()
    record_change(session, AuditEvent.REASONS_SET, before, after, site_id=site_id)


def _ground(entry: Mapping[str, Any]) -> dict[str, Any]:
    if entry.get("ground") not in list(Ground):
        raise Invalid.field("/ground", "unknown", f"expected one of {', '.join(Ground)}")
    texts = {language: text.strip()[:LONGEST] for language, text in entry.get("texts", {}).items() if text.strip()}
    return {"ground": entry["ground"], "law": " ".join(str(entry.get("law", "")).split())[:500], "texts": texts}
