"""A site's external checks."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store.tables.external_checks import OutsideRow
from service.store.tables.sites import Site


def outside_of(session: Session, site_id: str) -> list[OutsideRow]:
    """Every outside check that a site set up, by name."""
    return list(session.scalars(select(OutsideRow).where(OutsideRow.site_id == site_id).order_by(OutsideRow.name)))


def asked_by(session: Session, site_ids: Collection[str]) -> dict[str, list[tuple[OutsideRow, str]]]:
    """The outside checks that these sites switched on, each with the site's first address. One small question a batch."""
    rows = session.execute(
        select(OutsideRow, Site.origins)
        .join(Site, Site.id == OutsideRow.site_id)
        .where(OutsideRow.site_id.in_(site_ids), OutsideRow.enabled.is_(True))
        .order_by(OutsideRow.site_id, OutsideRow.name)
    )
    found: defaultdict[str, list[tuple[OutsideRow, str]]] = defaultdict(list)
    for row, origins in rows:
        found[row.site_id].append((row, next(iter(origins), "")))
    return dict(found)
