"""The software bill of materials matches the lock file."""

import json

from bench.sbom import LOCK, TARGET, document, locked


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


def test_every_part_is_listed_with_its_licence() -> None:
    parts = json.loads(TARGET.read_text(encoding="utf-8"))["components"]
    assert not [part["name"] for part in parts if "licenses" not in part]


def test_word_lists_that_we_copied_parts_of_are_listed_with_their_licence() -> None:
    copied = {part["name"]: part["licenses"][0]["license"]["id"] for part in document("")["components"]}
    assert copied["naughty-words"] == "CC-BY-4.0"
    assert set(copied.values()) == {"CC-BY-4.0", "MIT"}
