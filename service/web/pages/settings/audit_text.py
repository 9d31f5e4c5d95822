"""Translated texts for entries of the audit log: the event, the actor and the changes."""

import json
from collections.abc import Mapping

from service.domain.audit_events import ActorKind, AuditEvent
from service.store.db.column_types import AnyRow
from service.web.http.i18n import _


def event_names() -> dict[AuditEvent, str]:
    return {
        AuditEvent.SITE_MADE: _("created the site"),
        AuditEvent.SITE_DELETED: _("deleted the site"),
        AuditEvent.ORIGINS_SET: _("changed the addresses of the site's pages"),
        AuditEvent.SITE_EXPORTED: _("exported the site"),
        AuditEvent.SITE_IMPORTED: _("imported the site"),
        AuditEvent.COMMENTS_IMPORTED: _("imported comments of another system"),
        AuditEvent.PERSON_EXPORTED: _("exported the data of a person"),
        AuditEvent.COMMENTS_ERASED: _("deleted comments"),
        AuditEvent.AUTHORS_FORGOTTEN: _("anonymised authors"),
        AuditEvent.RETENTION_SET: _("changed the data retention"),
        AuditEvent.COMMENTS_ARCHIVED: _("moved old comments to an archive"),
        AuditEvent.COMMENTS_RESTORED: _("restored comments from an archive"),
        AuditEvent.BACKUP_WRITTEN: _("created a backup"),
        AuditEvent.BACKUP_RESTORED: _("restored a backup"),
        AuditEvent.INSTALLATION_RESUMED: _("let the restored copy judge and send again"),
        AuditEvent.SECRET_REPLACED: _("replaced the root secret"),
        AuditEvent.KEY_MADE: _("created an API key"),
        AuditEvent.KEY_REVOKED: _("revoked an API key"),
        AuditEvent.ENDPOINT_ADDED: _("added a webhook"),
        AuditEvent.ENDPOINT_CHANGED: _("changed a webhook"),
        AuditEvent.ENDPOINT_REMOVED: _("deleted a webhook"),
        AuditEvent.ENDPOINT_TESTED: _("tested a webhook"),
        AuditEvent.SECRET_ROTATED: _("rotated the secret of a webhook"),
        AuditEvent.DELIVERIES_REPLAYED: _("resent webhooks"),
        AuditEvent.RULES_SET: _("changed the moderation settings"),
        AuditEvent.REASONS_SET: _("changed the rejection reasons"),
        AuditEvent.REPORT_RULES_SET: _("changed the rules for reports"),
        AuditEvent.EVIDENCE_EXPORTED: _("exported the evidence of a comment"),
        AuditEvent.CUSTOM_RULE_SET: _("saved a custom rule"),
        AuditEvent.CUSTOM_RULE_REMOVED: _("deleted a custom rule"),
        AuditEvent.EXTERNAL_CHECK_SET: _("changed an external service"),
        AuditEvent.EXTERNAL_CHECK_REMOVED: _("deleted an external service"),
        AuditEvent.RISK_BUDGET_SET: _("changed the automation"),
        AuditEvent.RISK_BUDGET_CLEARED: _("reset the automation to the defaults"),
        AuditEvent.PRACTICE_SET: _("turned practice for new moderators on or off"),
        AuditEvent.THREAD_SET: _("opened or closed comments on an article"),
        AuditEvent.THREAD_MOVED: _("renamed an article, moved it or joined it with another"),
        AuditEvent.AUTHOR_JUDGED: _("banned, trusted or reviewed an author"),
        AuditEvent.AUTHOR_FORGIVEN: _("removed a ban, trust or review"),
        AuditEvent.AUTHOR_WARNED: _("warned an author"),
        AuditEvent.REPORTER_WARNED: _("warned a reporter"),
        AuditEvent.REPORTER_SUSPENDED: _("suspended a reporter"),
        AuditEvent.SUSPENSION_ENDED: _("ended the suspension of a reporter"),
        AuditEvent.MODERATOR_INVITED: _("invited a moderator"),
        AuditEvent.INVITATION_WITHDRAWN: _("withdrew an invitation"),
        AuditEvent.MODERATOR_DISABLED: _("disabled a moderator"),
        AuditEvent.ROLE_GIVEN: _("changed a role"),
        AuditEvent.ROLE_ACCEPTED: _("accepted a role"),
        AuditEvent.ROLE_TAKEN: _("removed a role"),
        AuditEvent.LINK_MADE: _("created a sign-in link"),
        AuditEvent.PASSWORD_SET: _("set a password"),
        AuditEvent.TWO_FACTOR_ON: _("turned on two-step verification"),
        AuditEvent.TWO_FACTOR_OFF: _("turned off two-step verification"),
        AuditEvent.TWO_FACTOR_RESET: _("reset two-step verification"),
        AuditEvent.FEED_MADE: _("made a private feed address"),
        AuditEvent.FEED_REVOKED: _("revoked a private feed address"),
        AuditEvent.PASSKEY_ADDED: _("added a passkey"),
        AuditEvent.PASSKEY_REMOVED: _("removed a passkey"),
        AuditEvent.RECOVERY_CODES_MADE: _("created new recovery codes"),
        AuditEvent.ACCOUNT_CONNECTED: _("connected single sign-on"),
        AuditEvent.ACCOUNT_DISCONNECTED: _("disconnected single sign-on"),
        AuditEvent.SIGNED_IN: _("signed in"),
        AuditEvent.SIGN_IN_FAILED: _("failed to sign in"),
        AuditEvent.SESSION_ENDED: _("ended a session"),
    }


def actor_name(row: AnyRow) -> str:
    """The name of an entry's actor."""
    names = {
        ActorKind.COMMAND: _("A command on the server"),
        ActorKind.NOBODY: _("Somebody who is not signed in"),
        ActorKind.GREENROOM: _("Greenroom"),
        ActorKind.KEY: _("The API key %(hint)s…", hint=row.hint or "?"),
    }
    entry = row.AuditEntry
    return str(row.name or row.email or names.get(entry.actor, entry.actor))


def facts(kept: Mapping[str, Mapping[str, object]]) -> list[tuple[str, str, str]]:
    """The changes of an entry as (name, before, after)."""
    before, after = kept.get("before", {}), kept.get("after", {})
    return [(name.replace("_", " "), _plain(before.get(name)), _plain(after.get(name))) for name in {**before, **after}]


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
