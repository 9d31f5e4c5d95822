"""The deployment files match the code: every command exists, every queue has a worker, every lock has hashes."""

import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from service.cli import main
from service.config import Settings, names
from service.jobs.names import ROUTES, Job, Route
from service.processes import roles
from service.setting_sources import PREFIX

ROOT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if service.get("image") == "greenroom"}
PROCFILE: dict[str, str] = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())


STEPS = [step.removeprefix("exec ") for line in PROCFILE.values() for step in line.split(" && ")]


@pytest.mark.parametrize(
    "command", [*STEPS, *(service["command"] for service in OURS.values())], ids=lambda command: str(command)
)
def test_every_command_exists_and_takes_its_flags(command: str) -> None:
    program, *words = shlex.split(command)
    assert program == "greenroom"
    context, found = click.Context(main), main
    while isinstance(found, click.Group):
        found = found.get_command(context, words.pop(0))
        assert found, command
    found.make_context("greenroom", list(words), resilient_parsing=True)
    known = {flag for parameter in found.params for flag in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_the_database_of_compose_logs_no_values() -> None:
    assert "log_error_verbosity=terse" in COMPOSE["services"]["postgres"]["command"]


def test_every_process_of_the_procfile_runs_in_compose_too() -> None:
    assert set(PROCFILE) <= set(OURS)


def test_every_process_of_the_procfile_goes_on_until_it_is_ended() -> None:
    # honcho and foreman end all processes with the first that ends, and know no `release`.
    assert {line.rpartition("exec ")[2] for line in PROCFILE.values()} == {f"greenroom {name}" for name in PROCFILE}


def test_scaled_web_processes_of_compose_have_ports_of_their_own() -> None:
    (port,) = COMPOSE["services"]["web"]["ports"]
    assert re.fullmatch(r"\$\{PORT:-8000-8009\}:8000", port)


def test_every_service_of_compose_has_a_limit_of_memory_and_processes() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["mem_limit"], name
        assert service["pids_limit"], name


def test_every_route_has_a_worker_and_every_job_a_route(monkeypatch: pytest.MonkeyPatch) -> None:
    served = []
    monkeypatch.setattr(roles, "_celery", lambda settings, role, route, **_: served.append((role, route)))
    roles._checks(Settings(), None)
    roles._courier(Settings())
    assert {route for _, route in served} == set(Route)
    assert set(ROUTES) == set(Job)
    assert set(ROUTES.values()) == set(Route)


def test_every_variable_is_a_setting() -> None:
    used = {name for service in COMPOSE["services"].values() for name in service.get("environment", {})}
    used |= set(re.findall(r"GREENROOM_\w+", (ROOT / "Dockerfile").read_text()))
    for name in used:
        if name.startswith(PREFIX):
            assert name.removeprefix(PREFIX).lower().removesuffix("_file") in names(), name


def test_secrets_come_from_files_and_volumes_are_declared() -> None:
    for name, service in COMPOSE["services"].items():
        for variable, value in service.get("environment", {}).items():
            assert not re.search("PASSWORD$|SECRET_KEY$|DATABASE_URL$", variable), f"{name}: {variable}={value}"
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
        for volume in service.get("volumes", []):
            assert volume.partition(":")[0] in COMPOSE["volumes"]
        if service.get("restart") != "no":
            assert service["healthcheck"]["test"], name


def test_redis_keeps_what_it_has_and_evicts_nothing() -> None:
    command = COMPOSE["services"]["redis"]["command"]
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_the_image_is_pinned_small_and_not_root() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes -r locks/run.txt" in dockerfile
    last = dockerfile[dockerfile.rindex("FROM ") :]
    assert "USER greenroom" in last
    assert "HEALTHCHECK" in last
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE):
        for name in source.split():
            assert (ROOT / name).exists(), name


def test_every_image_of_others_is_pinned_by_its_digest() -> None:
    images = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    images += [service["image"] for service in COMPOSE["services"].values() if service["image"] != "greenroom"]
    assert len(images) == 4
    for image in images:
        assert re.fullmatch(r"[a-z]+:\d+\.\d+[\w.-]*@sha256:[0-9a-f]{64}", image), image
    assert images[0] == images[1]


@pytest.mark.parametrize("lock", sorted((ROOT / "locks").glob("*.txt")), ids=lambda lock: lock.name)
def test_every_dependency_is_pinned_by_hash(lock: Path) -> None:
    entries = re.split(r"\n(?=\S)", lock.read_text().strip())
    assert len(entries) > 20
    for entry in entries:
        assert re.match(r"[\w.\-\[\]]+==", entry), entry
        assert "--hash=sha256:" in entry, entry
