"""The settings page for reports: who mails the readers."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask

from service.actions.sites.sites_and_keys import add_site
from service.config import Settings
from service.domain.policy.site_policy import SitePolicy
from service.store.db.engine import Database
from service.store.tables.accounts import Role
from service.store.tables.sites import Site
from tests.support.sign_in import Browser, html_of, moderator, serving


def admin(app: Flask, database: Database) -> Browser:
    return Browser(app).signed_in(moderator(database, "ada@news.example", Role.ADMIN, site="news"))


def mails_readers(database: Database) -> bool:
    with database.reading() as session:
        return SitePolicy(session.get_one(Site, "news").policy).mails_readers


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_site_chooses_who_mails_its_readers_only_where_mail_is_set_up(settings: Settings, database: Database) -> None:
    with database.writing() as session:
        add_site(session, "news", origins=["https://news.example"], now=datetime.now(UTC))
    with serving(settings) as app:
        ada = admin(app, database)
        assert 'name="mails_readers"' not in html_of(ada.get("/settings/reports"))
        ada.post("/settings/reports", {"site": "news", "hold_from": "3"})
        assert mails_readers(database)
    with serving(replace(settings, mail_url="smtp://mail.example", mail_from="greenroom@news.example")) as app:
        ada = admin(app, database)
        assert 'name="mails_readers" value="on" checked' in html_of(ada.get("/settings/reports"))
        ada.post("/settings/reports", {"site": "news"})
        assert not mails_readers(database)
        assert 'name="mails_readers" value="on" aria' in html_of(ada.get("/settings/reports"))
