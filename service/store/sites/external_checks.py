"""A site's external checks."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store.tables.external_checks import ExternalCheckRow
from service.store.tables.sites import Site


def external_checks_of(session: Session, site_id: str) -> list[ExternalCheckRow]:
    """Every outside check that a site set up, by name."""
    return list(
        session.scalars(select(ExternalCheckRow).where(ExternalCheckRow.site_id == site_id).order_by(ExternalCheckRow.name))
    )


def enabled_external_checks(session: Session, site_ids: Collection[str]) -> dict[str, list[tuple[ExternalCheckRow, str]]]:
    """The outside checks that these sites switched on, each with the site's first address. One small question a batch."""
    rows = session.execute(
        select(ExternalCheckRow, Site.origins)
        .join(Site, Site.id == ExternalCheckRow.site_id)
        .where(ExternalCheckRow.site_id.in_(site_ids), ExternalCheckRow.enabled.is_(True))
        .order_by(ExternalCheckRow.site_id, ExternalCheckRow.name)
    )
    found: defaultdict[str, list[tuple[ExternalCheckRow, str]]] = defaultdict(list)
    for row, origins in rows:
        found[row.site_id].append((row, next(iter(origins), "")))
    return dict(found)
