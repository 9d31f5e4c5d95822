"""Runs `greenroom archive` and `greenroom verify`, and reads the files of an archive."""

import gzip
import json
from pathlib import Path

from tests.commands.conftest import Greenroom


def said(folder: Path) -> str:
    return "".join(gzip.decompress(path.read_bytes()).decode() for path in folder.glob("*.jsonl.gz"))


def run_archive(greenroom: Greenroom, folder: Path, *more: str) -> dict:
    done = greenroom("archive", "--older-than", "365d", "--to", str(folder), "--json", *more)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def keeps_its_promises(greenroom: Greenroom) -> list[str]:
    audited = greenroom("verify", "--json")
    assert audited.exit_code == 0, audited.output
    return [finding["rule"] for finding in json.loads(audited.stdout)["findings"] if finding["ok"] is None]
