"""Queries on the external checks of sites."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store.tables.external_checks import ExternalCheckRow
from service.store.tables.sites import Site


def external_checks_of(session: Session, site_id: str) -> list[ExternalCheckRow]:
    """All external checks that a site set up, sorted by name."""
    return list(
        session.scalars(select(ExternalCheckRow).where(ExternalCheckRow.site_id == site_id).order_by(ExternalCheckRow.name))
    )


def enabled_external_checks(session: Session, site_ids: Collection[str]) -> dict[str, list[tuple[ExternalCheckRow, str]]]:
    """The enabled external checks of these sites, each with the site's first origin. One small query for each batch."""
    rows = session.execute(
        select(ExternalCheckRow, Site.origins)
        .join(Site, Site.id == ExternalCheckRow.site_id)
        .where(ExternalCheckRow.site_id.in_(site_ids), ExternalCheckRow.enabled.is_(True))
        .order_by(ExternalCheckRow.site_id, ExternalCheckRow.name)
    )
    checks: defaultdict[str, list[tuple[ExternalCheckRow, str]]] = defaultdict(list)
    for row, origins in rows:
        checks[row.site_id].append((row, next(iter(origins), "")))
    return dict(checks)
