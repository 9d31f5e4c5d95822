"""`greenroom post`: how a line is read, and the results of sending a file."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from service.commands.demo import COMMENTS
from service.commands.support.import_lines import NoComment, NoWords, read_line
from service.domain.imports.source_comment import Omission
from tests.support.process_tree import GREENROOM, Up


@pytest.mark.parametrize(
    ("line", "body"),
    [
        ({"text": "Hello"}, {"thread": {"id": "file"}, "text": "Hello"}),
        ({"body": "Hello", "thread": "t1", "title": "T"}, {"thread": {"id": "t1", "title": "T"}, "text": "Hello"}),
        (
            {"text": "Hello", "name": "Ada", "email": "a@x.example", "url": "https://x.example", "label": 1},
            {"thread": {"id": "file"}, "text": "Hello", "author": {"name": "Ada", "email": "a@x.example", "url": "https://x.example"}},
        ),
        (
            {"text": "Hello", "thread": {"id": "t", "url": "https://x.example"}, "author": {"name": "Ada"}, "parent": 7, "id": 8},
            {"thread": {"id": "t", "url": "https://x.example"}, "text": "Hello", "author": {"name": "Ada"}, "parent": "7", "external_id": "8"},
        ),
        (
            {"comment_content": "Hello", "comment_author": "Ada", "comment_author_IP": "203.0.113.9", "comment_date_gmt": "2013-11-07T06:20:48"},
            {"thread": {"id": "file"}, "text": "Hello", "author": {"name": "Ada"},
             "context": {"ip": "203.0.113.9", "posted_at": "2013-11-07T06:20:48+00:00"}},
        ),
        ({"text": "Hello", "date": "long ago"}, {"thread": {"id": "file"}, "text": "Hello"}),
        ({"text": "Hello", "comment_parent": "0", "date": 1546423200},
         {"thread": {"id": "file"}, "text": "Hello", "context": {"posted_at": "2019-01-02T10:00:00+00:00"}}),
        ({"text": "Hello", "website": "www.ann.example", "email": "Ann <ann@x.example>", "ip": "203.0.113.5:4711", "status": "pending"},
         {"thread": {"id": "file"}, "text": "Hello", "author": {"url": "http://www.ann.example", "email": "ann@x.example"}, "context": {"ip": "203.0.113.5"}}),
    ],
)  # fmt: skip
def test_a_line_is_read_under_the_names_that_others_use(line: dict[str, Any], body: dict[str, Any]) -> None:
    assert read_line(json.dumps(line), thread="file").body == body


@pytest.mark.parametrize(
    ("line", "kind"),
    [("{", NoComment), ("[]", NoComment), ("{}", NoComment), ('{"text": " "}', NoWords), ("[" * 9999, NoComment)],
)
def test_a_line_that_holds_no_comment_is_told_apart(line: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        read_line(line, thread="file")


def test_a_field_that_cannot_be_used_is_left_out_and_named() -> None:
    line = {"text": "Old mill." * 2000, "url": "http://", "email": "none", "ip": "unknown", "date": "?", "permalink": "/relative"}
    read = read_line(json.dumps(line), thread="file")
    assert read.omissions == set(Omission) - {Omission.PARENT}
    assert read.body == {"thread": {"id": "file"}, "text": ("Old mill." * 2000)[:10_000]}


@pytest.mark.parametrize("decision", [{"state": "spam"}, {"comment_approved": 1}, {"isSpam": True}, {"deleted": True}])
def test_a_line_that_was_decided_is_not_judged_again(decision: dict[str, Any]) -> None:
    with pytest.raises(NoComment, match="decided already .*: `greenroom import` stores it so"):
        read_line(json.dumps({"text": "Cheap watches", **decision}), thread="file")


def test_a_file_is_posted_once_and_each_wrong_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    lines = [{"text": f"A calm word about page {n}.", "id": str(n), "parent": str(n - 1) if n else ""} for n in range(20)]
    lines += [{"text": "The same twice."}, {"text": "The same twice."}, {"text": "Cheap watches", "state": "spam"}, {"text": ""}]
    lines += [{"text": "Lost its parent", "parent": "nowhere"}, {"text": "Bad address", "email": "nobody"}]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines) + "no json\n")
    with Up(tmp_path / "home") as up:
        first, again = _post(up, file), _post(up, file)
        _, found = up.ask("GET", "/v1/comments?thread=mine&limit=100")
    assert sum(first["states"].values()) == sum(again["states"].values()) == 24
    assert "pending" not in first["states"]
    assert (first["replayed"], again["replayed"]) == (0, 24)
    assert first["empty"] == 1
    assert [problem["line"] for problem in first["problems"]] == [23, 27]
    assert "it was decided already (rejected)" in first["problems"][0]["problem"]
    assert first["omitted"] == again["omitted"] == {"parent": 1, "e-mail address": 1}
    assert len(found["comments"]) == 24
    in_order = sorted((c for c in found["comments"] if c["external_id"]), key=lambda c: (c["received_at"], c["id"]))
    assert [c["external_id"] for c in in_order] == [str(n) for n in range(20)]


def test_a_server_that_is_away_or_refuses_the_key_is_one_clear_line(tmp_path: Path) -> None:
    with Up(tmp_path / "home") as up:
        wrong = _run(up, COMMENTS, "--key", "grk_" + "0" * 48)
        other = _run(up, COMMENTS, site="nobody")
    assert "that is not a Greenroom key" in wrong.stderr
    assert "no site 'nobody'; `greenroom site add` makes one" in other.stderr


def test_the_demo_shows_something_everywhere(tmp_path: Path) -> None:
    with Up(tmp_path / "home", "--demo") as up:
        up.wait_to_print("comments stored")
        counted = up.output[up.output.index("comments stored") :].splitlines()[0]
        for state in ("approved", "held", "rejected"):
            assert state in counted
        _, endpoints = up.ask("GET", "/v1/endpoints")
        assert len(endpoints["endpoints"]) == 1


def _post(up: Up, file: Path) -> dict[str, Any]:
    return json.loads(_run(up, file, "--wait", "--json").stdout)


def _run(up: Up, file: Path, *flags: str, site: str = "demo") -> subprocess.CompletedProcess[str]:
    environ = {"GREENROOM_HOME": str(up.home), "PORT": str(up.port), "PATH": "/usr/bin:/bin"}
    command = [GREENROOM, "post", str(file), "--site", site, *flags]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=240, check=False)
