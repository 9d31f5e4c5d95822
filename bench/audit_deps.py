"""Known faults of the pinned packages (`make audit-deps`): by pip-audit if it is installed and reaches its feed, else the newer versions."""

import json
import subprocess
import sys
from importlib.util import find_spec

from bench.sbom import LOCK, locked


def known_faults() -> list[tuple[str, str, str]] | None:
    """Name, version and faults of each pinned package with known faults. None if pip-audit is missing or learned nothing from its feed.

    Without its feed pip-audit skips every package and reports no fault. So a package counts as looked up only if it was not skipped.
    """
    if find_spec("pip_audit") is None:
        print("pip-audit is not installed (pip install pip-audit), so known faults cannot be looked up.")
        return None
    call = [
        sys.executable,
        "-m",
        "pip_audit",
        "--requirement",
        str(LOCK),
        "--require-hashes",
        "--disable-pip",
        "--format",
        "json",
    ]
    run = subprocess.run(call, capture_output=True, text=True)
    try:
        packages = json.loads(run.stdout)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        print(run.stderr.strip())
        return None
    looked_up = [package for package in packages if "skip_reason" not in package]
    print(f"pip-audit looked up {len(looked_up)} of {len(packages)} pinned packages.")
    if not looked_up:
        return None
    return [
        (package["name"], package["version"], ", ".join(fault["id"] for fault in package["vulns"]))
        for package in looked_up
        if package["vulns"]
    ]


def behind() -> list[tuple[str, str, str]]:
    """Name, pinned version and newest version of each pinned package that is not the newest on the package index."""
    call = [sys.executable, "-m", "pip", "list", "--outdated", "--format", "json"]
    rows = json.loads(subprocess.run(call, capture_output=True, text=True, check=True).stdout)
    pins = locked(LOCK.read_text(encoding="utf-8"))
    newest = {row["name"].lower().replace("_", "-"): row["latest_version"] for row in rows}
    return [(name, version, newest[name]) for name, (version, _) in sorted(pins.items()) if newest.get(name, version) != version]


def main() -> int:
    """Print the result. Returns the exit status: 1 if a pinned package has a known fault."""
    faults = known_faults()
    if faults is not None:
        print(f"{len(faults)} have known faults:" if faults else "None of them has a known fault.")
        _print(faults)
        return int(bool(faults))
    found = behind()
    print(
        f"{len(found)} of {len(locked(LOCK.read_text(encoding='utf-8')))} pinned packages have a newer version on the package index:"
    )
    _print(found)
    print("`make locks` pins the newest versions.")
    return 0


def _print(rows: list[tuple[str, str, str]]) -> None:
    for name, version, told in rows:
        print(f"  {name:<24} {version:<16} {told}")


if __name__ == "__main__":
    sys.exit(main())
