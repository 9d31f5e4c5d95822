"""Every page is registered: a module that adds a view to the blueprint is imported by the application."""

from pathlib import Path

from service.web import app, pages

FOLDER = Path(pages.__file__).parent


def test_every_module_with_a_page_is_in_the_list_of_pages() -> None:
    with_views = {file for file in FOLDER.rglob("*.py") if "\n@bp." in file.read_text() and file.stem != "blueprint"}
    names = {".".join(("service.web.pages", *file.relative_to(FOLDER).with_suffix("").parts)) for file in with_views}
    assert len(names) > 20
    missing = names - set(app.PAGES)
    assert not missing, f"add {', '.join(sorted(missing))} to PAGES in service/web/app.py; until then its pages answer 404"
