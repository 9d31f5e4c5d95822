"""Writes the pages of the API and its OpenAPI document into a folder, as a running Greenroom serves them."""

import sys
import tempfile
from pathlib import Path

from service.setting_sources import load
from service.store.db import migrate
from service.store.db.engine import Database
from service.web.app import create_app

#: Route -> file.
PAGES = {"/docs": "index.html", "/docs/errors": "errors.html", "/openapi.json": "openapi.json"}


def write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="greenroom-docs-") as home:
        settings = load({"GREENROOM_HOME": home, "GREENROOM_SECRET_KEY": "d" * 64})
        database = Database(settings.database)
        migrate.upgrade(database)
        client = create_app(settings).test_client()
        for route, name in PAGES.items():
            response = client.get(route)
            if response.status_code != 200:
                raise SystemExit(f"{route}: {response.status}")
            page = response.get_data(as_text=True)
            (folder / name).write_text(_with_files(page) if name.endswith("html") else page, encoding="utf-8")
        database.close()


def _with_files(page: str) -> str:
    """Links between the pages as links between files."""
    for route, name in sorted(PAGES.items(), key=lambda item: -len(item[0])):
        page = page.replace(f'href="{route}"', f'href="{name}"').replace(f'href="{route}#', f'href="{name}#')
    return page


if __name__ == "__main__":
    write(Path(sys.argv[1]))
