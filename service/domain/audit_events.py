"""The events and actors of the audit log. It records administrative events, but not decisions about comments."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class AuditEvent(StrEnum):
    """The event of an audit entry. The values are stable: entries in the log are never changed."""

    SITE_MADE = "site_made"
    SITE_DELETED = "site_deleted"
    ORIGINS_SET = "origins_set"
    SITE_EXPORTED = "site_exported"
    SITE_IMPORTED = "site_imported"
    COMMENTS_IMPORTED = "comments_imported"
    PERSON_EXPORTED = "person_exported"
    COMMENTS_ERASED = "comments_erased"
    AUTHORS_FORGOTTEN = "authors_forgotten"
    RETENTION_SET = "retention_set"
    COMMENTS_ARCHIVED = "comments_archived"
    COMMENTS_RESTORED = "comments_restored"
    BACKUP_WRITTEN = "backup_written"
    BACKUP_RESTORED = "backup_restored"
    INSTALLATION_RESUMED = "installation_resumed"
    SECRET_REPLACED = "secret_replaced"  # noqa: S105

    KEY_MADE = "key_made"
    KEY_REVOKED = "key_revoked"
    ENDPOINT_ADDED = "endpoint_added"
    ENDPOINT_CHANGED = "endpoint_changed"
    ENDPOINT_REMOVED = "endpoint_removed"
    ENDPOINT_TESTED = "endpoint_tested"
    SECRET_ROTATED = "secret_rotated"  # noqa: S105 - a word for a event
    DELIVERIES_REPLAYED = "deliveries_replayed"

    RULES_SET = "rules_set"
    REASONS_SET = "reasons_set"
    REPORT_RULES_SET = "report_rules_set"
    EVIDENCE_EXPORTED = "evidence_exported"
    CUSTOM_RULE_SET = "custom_rule_set"
    CUSTOM_RULE_REMOVED = "custom_rule_removed"
    EXTERNAL_CHECK_SET = "external_check_set"
    EXTERNAL_CHECK_REMOVED = "external_check_removed"
    RISK_BUDGET_SET = "risk_budget_set"
    RISK_BUDGET_CLEARED = "risk_budget_cleared"
    PRACTICE_SET = "practice_set"
    THREAD_SET = "thread_set"
    THREAD_MOVED = "thread_moved"
    AUTHOR_JUDGED = "author_judged"
    AUTHOR_FORGIVEN = "author_forgiven"
    AUTHOR_WARNED = "author_warned"
    REPORTER_WARNED = "reporter_warned"
    REPORTER_SUSPENDED = "reporter_suspended"
    SUSPENSION_ENDED = "suspension_ended"

    MODERATOR_INVITED = "moderator_invited"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    MODERATOR_DISABLED = "moderator_disabled"
    ROLE_GIVEN = "role_given"
    ROLE_ACCEPTED = "role_accepted"
    ROLE_TAKEN = "role_taken"
    LINK_MADE = "link_made"
    PASSWORD_SET = "password_set"  # noqa: S105 - a word for a event
    TWO_FACTOR_ON = "two_factor_on"
    TWO_FACTOR_OFF = "two_factor_off"
    TWO_FACTOR_RESET = "two_factor_reset"
    FEED_MADE = "feed_made"
    FEED_REVOKED = "feed_revoked"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    ACCOUNT_CONNECTED = "account_connected"
    ACCOUNT_DISCONNECTED = "account_disconnected"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SESSION_ENDED = "session_ended"


class ActorKind(StrEnum):
    """The kind of actor."""

    MODERATOR = "moderator"
    KEY = "key"
    COMMAND = "command"
    NOBODY = "nobody"
    GREENROOM = "greenroom"


@dataclass(frozen=True, slots=True)
class AuditActor:
    """The actor: a moderator or an API key with its id, a command on the machine, an unknown person, or Greenroom itself."""

    kind: ActorKind = ActorKind.COMMAND
    id: UUID | None = None
    request_id: str = ""
