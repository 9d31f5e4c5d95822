"""Administrative acts in words: what can be done beside deciding, and in whose name."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class AuditEvent(StrEnum):
    """What was done. The words are stable: they stand in the log for good."""

    SITE_MADE = "site_made"
    SITE_EXPORTED = "site_exported"
    SITE_IMPORTED = "site_imported"
    COMMENTS_ERASED = "comments_erased"
    AUTHORS_FORGOTTEN = "authors_forgotten"
    RETENTION_SET = "retention_set"
    COMMENTS_ARCHIVED = "comments_archived"
    COMMENTS_RESTORED = "comments_restored"
    BACKUP_WRITTEN = "backup_written"
    BACKUP_RESTORED = "backup_restored"

    KEY_MADE = "key_made"
    KEY_REVOKED = "key_revoked"
    ENDPOINT_ADDED = "endpoint_added"
    ENDPOINT_CHANGED = "endpoint_changed"
    ENDPOINT_REMOVED = "endpoint_removed"
    ENDPOINT_TESTED = "endpoint_tested"
    SECRET_ROTATED = "secret_rotated"  # noqa: S105 - a word for a deed
    DELIVERIES_REPLAYED = "deliveries_replayed"

    RULES_SET = "rules_set"
    REASONS_SET = "reasons_set"
    CONDITION_SET = "condition_set"
    CONDITION_REMOVED = "condition_removed"
    OUTSIDE_SET = "outside_set"
    OUTSIDE_REMOVED = "outside_removed"
    BUDGET_SET = "budget_set"
    BUDGET_CLEARED = "budget_cleared"
    PRACTICE_SET = "practice_set"
    THREAD_SET = "thread_set"
    AUTHOR_JUDGED = "author_judged"
    AUTHOR_FORGIVEN = "author_forgiven"

    MODERATOR_INVITED = "moderator_invited"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    MODERATOR_DISABLED = "moderator_disabled"
    ROLE_GIVEN = "role_given"
    ROLE_ACCEPTED = "role_accepted"
    ROLE_TAKEN = "role_taken"
    LINK_MADE = "link_made"
    PASSWORD_SET = "password_set"  # noqa: S105 - a word for a deed
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"
    SECOND_FACTOR_RESET = "second_factor_reset"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    ACCOUNT_CONNECTED = "account_connected"
    ACCOUNT_DISCONNECTED = "account_disconnected"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SESSION_ENDED = "session_ended"


class ActorKind(StrEnum):
    """In whose name something is done."""

    MODERATOR = "moderator"
    KEY = "key"
    COMMAND = "command"
    NOBODY = "nobody"
    GREENROOM = "greenroom"


@dataclass(frozen=True, slots=True)
class AuditActor:
    """Who acts: a moderator or a key by its id, whoever runs a command on the machine, nobody known, or Greenroom itself."""

    by: ActorKind = ActorKind.COMMAND
    id: UUID | None = None
    request_id: str = ""
