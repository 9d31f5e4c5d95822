"""The alert rules and the dashboard name metrics that Greenroom really has, and the alerts fire when they should."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from service.config import Settings
from service.web.app import create_app
from tests.support.servers import free_port
from workers.checking.check_pending import check_pending
from workers.resources.worker_resources import WorkerResources
from workers.webhooks.deliver import deliver

DEPLOY = Path(__file__).parents[3] / "deploy"
RULES = DEPLOY / "prometheus" / "greenroom.rules.yml"
DASHBOARD = DEPLOY / "grafana" / "greenroom.json"


TOKEN = "a-token-of-the-operator"


@pytest.fixture
def operator(settings: Settings) -> Iterator[FlaskClient]:
    app = create_app(replace(settings, metrics_token=TOKEN))
    yield app.test_client()
    app.extensions["greenroom"].close()


def _metrics(client: FlaskClient) -> dict[str, dict[str, float]]:
    """The samples by name, each by its labels."""
    found: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(
        client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).get_data(as_text=True)
    ):
        for sample in family.samples:
            found.setdefault(sample.name, {})[",".join(sample.labels.values())] = sample.value
    return found


def test_every_metric_of_an_alert_or_a_panel_is_there(operator: FlaskClient, settings: Settings, post) -> None:
    post()
    resources = WorkerResources.open(settings)
    resources.work(check_pending)
    resources.work(deliver)
    resources.close()
    operator.get("/livez")
    exprs = [rule["expr"] for rule in yaml.safe_load(RULES.read_text())["groups"][0]["rules"]]
    exprs += [target["expr"] for panel in json.loads(DASHBOARD.read_text())["panels"] for target in panel["targets"]]
    shown = _metrics(operator)
    used = {name for expr in exprs for name in re.findall(r"(?:greenroom|process)_\w+", expr)}
    assert len(used) > 15
    assert used <= set(shown), used - set(shown)


def test_the_workers_of_all_processes_are_counted_together(operator: FlaskClient, settings: Settings, post) -> None:
    for _ in range(2):
        post()
        other = WorkerResources.open(settings)
        other.work(check_pending)
        other.close()
    shown = _metrics(operator)
    # A counter writes when its first job has run, and then every few seconds.
    assert shown["greenroom_verdicts_total"] == {"approved": 2, "held": 0, "rejected": 0}
    assert shown["greenroom_checked_total"] == {"": 2}
    assert shown["greenroom_runs_total"] == {"checks": 2, "deliveries": 0, "sweep": 0}
    assert shown["greenroom_last_run_seconds"]["checks"] < 600
    assert shown["greenroom_database_up"] == {"": 1}


def test_metrics_without_a_database_say_so() -> None:
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    app = create_app(
        Settings(database_url=url.replace("postgresql", "postgresql+psycopg"), secret_key="s" * 64, metrics_token=TOKEN)
    )
    shown = _metrics(app.test_client())
    assert shown["greenroom_database_up"] == {"": 0}
    assert len(shown["greenroom_build_info"]) == 1
    app.extensions["greenroom"].close()


def test_promtool_finds_no_fault() -> None:
    if shutil.which("promtool") is None:
        pytest.skip("Prometheus is not on this machine")
    checked = subprocess.run(["promtool", "check", "rules", RULES], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_alert_says_what_to_do() -> None:
    for rule in yaml.safe_load(RULES.read_text())["groups"][0]["rules"]:
        assert rule["annotations"]["summary"], rule["alert"]
        assert rule["annotations"]["action"], rule["alert"]
