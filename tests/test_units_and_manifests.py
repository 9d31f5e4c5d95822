"""The systemd units and the Kubernetes manifests fit the code, and their own checkers where the machine has them."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.cli import COMMANDS
from service.config import names
from service.setting_sources import CUSTOMARY, PREFIX

DEPLOY = Path(__file__).parent.parent / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
MANIFESTS = [
    manifest
    for file in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for manifest in yaml.safe_load_all(file.read_text())
    if file.name != "kustomization.yaml"
]
PODS: list[dict[str, Any]] = [each["spec"]["template"]["spec"] for each in MANIFESTS if "template" in each["spec"]]


def test_systemd_finds_no_fault_in_a_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not on this machine")
    for unit in UNITS:
        file = tmp_path / unit.name.replace("@", "@web")
        file.write_text(unit.read_text().replace("/opt/greenroom/bin/greenroom", shutil.which("true") or ""))
        verified = subprocess.run(["systemd-analyze", "verify", "--man=no", file], capture_output=True, text=True)
        assert (verified.returncode, verified.stdout + verified.stderr) == (0, ""), unit.name


def test_every_unit_is_sandboxed_and_starts_a_command_that_exists() -> None:
    for unit in UNITS:
        text = unit.read_text()
        (command,) = re.findall(r"^ExecStart=/opt/greenroom/bin/greenroom (\S+)$", text, re.MULTILINE)
        assert command in {*COMMANDS, "%i"}
        for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=", "DynamicUser=yes", "UMask=0077"):
            assert f"\n{line}\n" in text, f"{unit.name}: {line}"


def test_every_process_runs_in_kubernetes_without_rights_and_within_limits() -> None:
    commands = {tuple(container["command"][1:]) for pod in PODS for container in pod["containers"]}
    assert commands == {("web",), ("worker",), ("courier",), ("sweep",), ("beat",), ("db", "upgrade")}
    for pod in PODS:
        assert pod["securityContext"]["runAsNonRoot"] is True
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"]


def test_every_variable_of_kubernetes_is_a_setting() -> None:
    text = "".join(file.read_text() for file in (DEPLOY / "kubernetes").glob("*.yaml"))
    for name in set(re.findall(r"GREENROOM_[A-Z_]+", text)):
        assert name.removeprefix(PREFIX).lower().removesuffix("_file") in names(), name
    assert "REDIS_URL" in CUSTOMARY


def test_a_selector_finds_the_pods_that_it_means() -> None:
    labels = [each["spec"]["template"]["metadata"]["labels"] for each in MANIFESTS if each["kind"] == "Deployment"]
    for each in MANIFESTS:
        selector = each["spec"].get("selector", {})
        wanted = selector.get("matchLabels", selector)
        if wanted:
            assert [label for label in labels if wanted.items() <= label.items()], each["metadata"]["name"]
