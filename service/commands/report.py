"""`greenroom report dsa`: writes the yearly transparency report of a site as CSV files."""

from pathlib import Path

import click

from service.clock import utcnow
from service.commands.support.context import database
from service.store.reports.transparency import transparency
from service.store.reports.transparency_csv import report_files
from service.store.tables.sites import Site


@click.group()
def report() -> None:
    """Reports about a site."""


@report.command()
@click.argument("site_id", metavar="SITE")
@click.option("--year", type=click.IntRange(2000, 2999), required=True, help="The year, like 2026.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Folder for the files.")
def dsa(site_id: str, year: int, out: Path) -> None:
    """Write the transparency report of SITE in the form of Implementing Regulation (EU) 2024/2835: one CSV file for each part.

    Check the figures before you publish them.

    \b
    Example:
      greenroom report dsa news --year 2026 --out reports/2026
    """
    with database().reading() as session:
        site = session.get(Site, site_id)
        if site is None:
            raise click.ClickException(f"no site {site_id!r}")
        files = report_files(transparency(session, site, year), published=utcnow().date())
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (out / name).write_text(content, encoding="utf-8", newline="")
        click.echo(out / name)
