"""Administrative acts as a person reads them: what was done, by whom, and what it changed."""

import json
from collections.abc import Mapping

from service.domain.audit_events import By, Deed
from service.store.db.column_types import AnyRow
from service.web.http.i18n import _


def deed_names() -> dict[Deed, str]:
    return {
        Deed.SITE_MADE: _("made the site"),
        Deed.SITE_EXPORTED: _("exported the site"),
        Deed.SITE_IMPORTED: _("imported the site"),
        Deed.COMMENTS_ERASED: _("erased comments"),
        Deed.AUTHORS_FORGOTTEN: _("forgot who wrote comments"),
        Deed.RETENTION_SET: _("changed how long things are kept"),
        Deed.COMMENTS_ARCHIVED: _("moved old comments into an archive"),
        Deed.COMMENTS_RESTORED: _("put comments back from an archive"),
        Deed.BACKUP_WRITTEN: _("wrote a backup"),
        Deed.BACKUP_RESTORED: _("restored a backup"),
        Deed.KEY_MADE: _("made a key"),
        Deed.KEY_REVOKED: _("revoked a key"),
        Deed.ENDPOINT_ADDED: _("added an endpoint"),
        Deed.ENDPOINT_CHANGED: _("changed an endpoint"),
        Deed.ENDPOINT_REMOVED: _("removed an endpoint"),
        Deed.ENDPOINT_TESTED: _("tested an endpoint"),
        Deed.SECRET_ROTATED: _("rotated the secret of an endpoint"),
        Deed.DELIVERIES_REPLAYED: _("had deliveries sent again"),
        Deed.RULES_SET: _("changed the rules"),
        Deed.REASONS_SET: _("changed the reasons"),
        Deed.CONDITION_SET: _("set a condition"),
        Deed.CONDITION_REMOVED: _("removed a condition"),
        Deed.OUTSIDE_SET: _("changed an outside check"),
        Deed.OUTSIDE_REMOVED: _("removed an outside check"),
        Deed.BUDGET_SET: _("set the risk budget"),
        Deed.BUDGET_CLEARED: _("cleared the risk budget"),
        Deed.PRACTICE_SET: _("changed whether new moderators practise"),
        Deed.THREAD_SET: _("opened or closed a thread"),
        Deed.AUTHOR_JUDGED: _("banned or trusted an author"),
        Deed.AUTHOR_FORGIVEN: _("took a ban or trust back"),
        Deed.MODERATOR_INVITED: _("invited a moderator"),
        Deed.INVITATION_WITHDRAWN: _("withdrew an invitation"),
        Deed.MODERATOR_DISABLED: _("disabled a moderator"),
        Deed.ROLE_GIVEN: _("gave a role"),
        Deed.ROLE_ACCEPTED: _("accepted a role"),
        Deed.ROLE_TAKEN: _("took a role"),
        Deed.LINK_MADE: _("made a sign-in link"),
        Deed.PASSWORD_SET: _("set a password"),
        Deed.SECOND_FACTOR_ON: _("turned the second factor on"),
        Deed.SECOND_FACTOR_OFF: _("turned the second factor off"),
        Deed.SECOND_FACTOR_RESET: _("reset a second factor"),
        Deed.RECOVERY_CODES_MADE: _("made new recovery codes"),
        Deed.ACCOUNT_CONNECTED: _("connected an account elsewhere"),
        Deed.ACCOUNT_DISCONNECTED: _("disconnected an account elsewhere"),
        Deed.SIGNED_IN: _("signed in"),
        Deed.SIGN_IN_FAILED: _("failed to sign in"),
        Deed.SESSION_ENDED: _("ended a session"),
    }


def who(row: AnyRow) -> str:
    """In whose name an act was done."""
    known = {
        By.COMMAND: _("A command on the machine"),
        By.NOBODY: _("Somebody not signed in"),
        By.GREENROOM: _("Greenroom itself"),
        By.KEY: _("The key %(hint)s…", hint=row.hint or "?"),
    }
    act = row.AdminAct
    return str(row.name or row.email or known.get(act.by, act.by))


def facts(kept: Mapping[str, Mapping[str, object]]) -> list[tuple[str, str, str]]:
    """Each thing that an act touched: its name, and what it was before and after."""
    before, after = kept.get("before", {}), kept.get("after", {})
    return [(name.replace("_", " "), _plain(before.get(name)), _plain(after.get(name))) for name in {**before, **after}]


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
