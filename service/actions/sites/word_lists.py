"""The word lists of a site: replace one, or add lines to it."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from service.actions.audit_log import record_audit
from service.domain.audit_events import AuditEvent
from service.domain.errors import Invalid
from service.domain.policy.check_input import WordList
from service.domain.policy.list_entries import MOST, ParsedLines, RefusedLine, parsed_lines
from service.domain.policy.site_policy import LISTS, SitePolicy
from service.store.sites.sites import locked_site
from service.store.sites.word_lists import digest_of, lists_of
from service.store.tables.sites import Site
from service.store.tables.word_lists import WordListRow


def set_list(session: Session, site_id: str, name: str, lines: Sequence[str], *, add: bool = False) -> ParsedLines:
    """Replace a list of a site by these lines, or add them to it (`add`). Lines that cannot be entries are left out and returned.
    Raises Invalid if there is no such list, or if it would have too many entries."""
    if name not in LISTS:
        raise Invalid.field("/list", "unknown", f"expected one of {', '.join(LISTS)}, got {name!r}")
    site = locked_site(session, site_id)
    before = lists_of(session, site)[name]
    parsed = parsed_lines(name, lines)
    entries = parsed_lines(name, [*before, *parsed.entries]).entries if add else parsed.entries
    if len(entries) > MOST:
        raise Invalid.field(f"/{name}", "too_many", f"expected at most {MOST} entries, got {len(entries)}")
    if entries != before:
        _store(session, site, name, entries)
        _record(session, site_id, name, before, entries)
    return ParsedLines(entries, parsed.refused)


def refuse_lines(name: str, refused: Sequence[RefusedLine]) -> None:
    """Raises Invalid with the reason of the first line that cannot be an entry, if there is one."""
    if refused:
        raise Invalid.field(f"/{name}", "useless", refused[0].reason)


def _store(session: Session, site: Site, name: str, entries: Sequence[str]) -> None:
    digests = {key: digest for key, digest in SitePolicy(site.policy).list_digests.items() if key != name}
    session.merge(WordListRow(site_id=site.id, name=name, digest=digest_of(entries), entries=list(entries)))
    site.policy = SitePolicy(site.policy).changed(lists=digests | ({name: digest_of(entries)} if entries else {}))
    session.flush()


def _record(session: Session, site_id: str, name: str, before: WordList, entries: Sequence[str]) -> None:
    had, has = set(before), set(entries)
    removed, added = [entry for entry in before if entry not in has], [entry for entry in entries if entry not in had]
    record_audit(session, AuditEvent.RULES_SET, site_id=site_id, before={name: removed}, after={name: added})
