"""Translated texts for entries of the audit log: the event, the actor and the changes."""

import json
from collections.abc import Mapping

from service.domain.audit_events import ActorKind, AuditEvent
from service.store.db.column_types import AnyRow
from service.web.http.i18n import _


def event_names() -> dict[AuditEvent, str]:
    return {
        AuditEvent.SITE_MADE: _("made the site"),
        AuditEvent.SITE_EXPORTED: _("exported the site"),
        AuditEvent.SITE_IMPORTED: _("imported the site"),
        AuditEvent.COMMENTS_ERASED: _("erased comments"),
        AuditEvent.AUTHORS_FORGOTTEN: _("forgot who wrote comments"),
        AuditEvent.RETENTION_SET: _("changed how long things are kept"),
        AuditEvent.COMMENTS_ARCHIVED: _("moved old comments into an archive"),
        AuditEvent.COMMENTS_RESTORED: _("put comments back from an archive"),
        AuditEvent.BACKUP_WRITTEN: _("wrote a backup"),
        AuditEvent.BACKUP_RESTORED: _("restored a backup"),
        AuditEvent.KEY_MADE: _("made a key"),
        AuditEvent.KEY_REVOKED: _("revoked a key"),
        AuditEvent.ENDPOINT_ADDED: _("added an endpoint"),
        AuditEvent.ENDPOINT_CHANGED: _("changed an endpoint"),
        AuditEvent.ENDPOINT_REMOVED: _("removed an endpoint"),
        AuditEvent.ENDPOINT_TESTED: _("tested an endpoint"),
        AuditEvent.SECRET_ROTATED: _("rotated the secret of an endpoint"),
        AuditEvent.DELIVERIES_REPLAYED: _("had deliveries sent again"),
        AuditEvent.RULES_SET: _("changed the rules"),
        AuditEvent.REASONS_SET: _("changed the reasons"),
        AuditEvent.CUSTOM_RULE_SET: _("set a custom rule"),
        AuditEvent.CUSTOM_RULE_REMOVED: _("removed a custom rule"),
        AuditEvent.EXTERNAL_CHECK_SET: _("changed an external check"),
        AuditEvent.EXTERNAL_CHECK_REMOVED: _("removed an external check"),
        AuditEvent.RISK_BUDGET_SET: _("set the risk budget"),
        AuditEvent.RISK_BUDGET_CLEARED: _("cleared the risk budget"),
        AuditEvent.PRACTICE_SET: _("changed whether new moderators practise"),
        AuditEvent.THREAD_SET: _("opened or closed a thread"),
        AuditEvent.AUTHOR_JUDGED: _("banned or trusted an author"),
        AuditEvent.AUTHOR_FORGIVEN: _("took a ban or trust back"),
        AuditEvent.MODERATOR_INVITED: _("invited a moderator"),
        AuditEvent.INVITATION_WITHDRAWN: _("withdrew an invitation"),
        AuditEvent.MODERATOR_DISABLED: _("disabled a moderator"),
        AuditEvent.ROLE_GIVEN: _("gave a role"),
        AuditEvent.ROLE_ACCEPTED: _("accepted a role"),
        AuditEvent.ROLE_TAKEN: _("took a role"),
        AuditEvent.LINK_MADE: _("made a sign-in link"),
        AuditEvent.PASSWORD_SET: _("set a password"),
        AuditEvent.TWO_FACTOR_ON: _("turned the second factor on"),
        AuditEvent.TWO_FACTOR_OFF: _("turned the second factor off"),
        AuditEvent.TWO_FACTOR_RESET: _("reset a second factor"),
        AuditEvent.RECOVERY_CODES_MADE: _("made new recovery codes"),
        AuditEvent.ACCOUNT_CONNECTED: _("connected an account of the identity provider"),
        AuditEvent.ACCOUNT_DISCONNECTED: _("disconnected an account of the identity provider"),
        AuditEvent.SIGNED_IN: _("signed in"),
        AuditEvent.SIGN_IN_FAILED: _("failed to sign in"),
        AuditEvent.SESSION_ENDED: _("ended a session"),
    }


def actor_name(row: AnyRow) -> str:
    """The name of an entry's actor."""
    names = {
        ActorKind.COMMAND: _("A command on the machine"),
        ActorKind.NOBODY: _("Somebody not signed in"),
        ActorKind.GREENROOM: _("Greenroom itself"),
        ActorKind.KEY: _("The key %(hint)s…", hint=row.hint or "?"),
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
