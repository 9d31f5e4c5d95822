"""The software bill of materials matches the lock file."""

import json
import subprocess

from bench.sbom import LOCK, TARGET, document, locked
from service.processes.broker import of_the_wheel


def test_the_list_of_parts_is_that_of_the_lock() -> None:
    """After a change of the lock: `make sbom`."""
    listed = {
        part["name"]: part["version"]
        for part in json.loads(TARGET.read_text(encoding="utf-8"))["components"]
        if part["type"] == "library"
    }
    assert listed == {name: version for name, (version, _) in locked(LOCK.read_text(encoding="utf-8")).items()}


def test_every_part_is_pinned_by_hash() -> None:
    for part in document(LOCK.read_text(encoding="utf-8"))["components"]:
        assert part["type"] != "library" or part["properties"], part["name"]


def test_word_lists_that_we_copied_parts_of_are_listed_with_their_licence() -> None:
    copied = {part["name"]: part["licenses"][0]["license"]["id"] for part in document("")["components"]}
    assert copied["naughty-words"] == "CC-BY-4.0"
    assert set(copied.values()) == {"CC-BY-4.0", "MIT"}


def test_the_redis_inside_a_wheel_is_listed_with_its_version_and_known_faults() -> None:
    made = json.loads(TARGET.read_text(encoding="utf-8"))
    (listed,) = [part for part in made["components"] if part["name"] == "redis" and part["type"] == "application"]
    assert {affected["ref"] for fault in made["vulnerabilities"] for affected in fault["affects"]} == {listed["bom-ref"]}
    assert "CVE-2025-49844" in {fault["id"] for fault in made["vulnerabilities"]}
    if binary := of_the_wheel():
        said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
        assert f" v={listed['version']} " in said, "REDIS in bench/sbom.py names another version"
