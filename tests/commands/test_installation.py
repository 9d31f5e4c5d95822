"""A restored copy rests until it is told to go on, and no process runs with a foreign root secret."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner

from service.cli import main
from service.commands.support import context
from service.commands.support.first_run import open_installation
from service.commands.support.greeting import _greeting
from service.commands.support.root_secret import demand_own_secret
from service.config import BadSetting, Settings
from service.domain.states import State
from service.setting_sources import load
from service.store.db.engine import Database
from service.store.lifecycle.installation import Fact
from service.store.tables.comments import Comment
from service.store.tables.installation import InstallationFact
from tests.commands.conftest import Greenroom
from tests.support.factories import draft, site, submitted
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources


@pytest.fixture
def pending(database: Database) -> UUID:
    with database.writing() as session:
        site(session)
        return submitted(session, draft("A calm word that waits."), now=datetime.now(UTC) - timedelta(minutes=10))[0]


def _state_after_work(url: str, settings: Settings, comment_id: UUID) -> State:
    resources = WorkerResources.open(load({"DATABASE_URL": url, "GREENROOM_SECRET_KEY": settings.secret}))
    resources.work(check_pending)
    with resources.database.reading() as session:
        state = session.get_one(Comment, comment_id).state
    resources.close()
    return state


def test_a_restored_copy_judges_nothing_until_it_is_told_to(
    pending: UUID, greenroom: Greenroom, settings: Settings, tmp_path: Path
) -> None:
    copy, other = str(tmp_path / "copy.gz"), f"sqlite:///{tmp_path / 'other.db'}"
    assert greenroom("backup", copy).exit_code == 0
    restored = greenroom("restore", copy, on=other)
    assert "nothing is judged, no webhook and no mail is sent until `greenroom resume`" in restored.output
    assert _state_after_work(other, settings, pending) == State.PENDING
    examined = greenroom("doctor", on=other).output
    assert "nothing is judged" in examined
    assert "does a worker or a sweep run?" not in examined
    resumed = greenroom("resume", "--yes", on=other)
    assert "1 comments wait to be judged, and 0 webhooks to be sent." in resumed.output
    assert _state_after_work(other, settings, pending) == State.APPROVED
    assert greenroom("resume", on=other).output == "nothing rests here\n"
    assert "installation_resumed" in greenroom("audit-log", "--json", on=other).output


def test_the_start_of_a_restored_copy_says_that_it_rests(database: Database, settings: Settings) -> None:
    assert "greenroom resume" not in _greeting(settings, open_installation(settings, database), 1.0)
    with database.writing() as session:
        session.add(InstallationFact(name=Fact.RESTING_SINCE, value="2026-01-01"))
    assert "until `greenroom resume`" in _greeting(settings, open_installation(settings, database), 1.0)


def test_what_takes_the_place_of_a_lost_one_goes_on_at_once(
    pending: UUID, greenroom: Greenroom, settings: Settings, tmp_path: Path
) -> None:
    copy, other = str(tmp_path / "copy.gz"), f"sqlite:///{tmp_path / 'other.db'}"
    greenroom("backup", copy)
    assert greenroom("restore", copy, "--resume", on=other).exit_code == 0
    assert _state_after_work(other, settings, pending) == State.APPROVED


def test_a_foreign_root_secret_is_refused_until_it_is_accepted(database: Database, settings: Settings) -> None:
    demand_own_secret(settings)
    demand_own_secret(settings)
    foreign = load({"DATABASE_URL": settings.database, "GREENROOM_SECRET_KEY": "f" * 64})
    with pytest.raises(BadSetting, match="expected the root secret that this installation was made with"):
        demand_own_secret(foreign)
    environ = {"DATABASE_URL": settings.database, "GREENROOM_SECRET_KEY": "f" * 64}
    context.settings.cache_clear()
    context.database.cache_clear()
    context.new_database.cache_clear()
    replaced = CliRunner().invoke(main, ["secret", "replace", "--yes"], env=environ)
    context.new_database().close()
    context.settings.cache_clear()
    context.database.cache_clear()
    context.new_database.cache_clear()
    assert replaced.output.endswith("\nreplaced\n")
    demand_own_secret(foreign)
    with pytest.raises(BadSetting):
        demand_own_secret(settings)
