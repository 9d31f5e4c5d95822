"""The software bill of materials matches the lock file."""

import json

from bench.sbom import LOCK, TARGET, document, locked


def test_the_list_of_parts_is_that_of_the_lock() -> None:
    """After a change of the lock: `make sbom`."""
    listed = {part["name"]: part["version"] for part in json.loads(TARGET.read_text(encoding="utf-8"))["components"]}
    assert listed == {name: version for name, (version, _) in locked(LOCK.read_text(encoding="utf-8")).items()}


def test_every_part_is_pinned_by_hash() -> None:
    for part in document(LOCK.read_text(encoding="utf-8"))["components"]:
        assert part["properties"], part["name"]
