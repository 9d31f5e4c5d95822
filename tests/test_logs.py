"""Log lines: one per record, facts as fields, and no text that a person wrote."""

import io
import json
import logging

import pytest

from service import logs


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    stream = io.StringIO()
    logs.configure("web", style="json", stream=stream)
    logging.captureWarnings(capture=False)
    return stream


def test_a_line_is_json_with_its_facts(stream: io.StringIO) -> None:
    logging.getLogger("greenroom.web").info("comments_checked", extra={"settled": 3})
    line = json.loads(stream.getvalue())
    assert (line["process"], line["level"], line["event"], line["settled"]) == ("web", "info", "comments_checked", 3)
    assert line["at"].endswith("+00:00")


def test_nothing_that_is_logged_can_start_a_line(stream: io.StringIO) -> None:
    logging.getLogger("greenroom.web").warning("odd", extra={"user_agent": "x\r\n{}\x1b[31m\u2028\x85y"})
    assert len(stream.getvalue().splitlines()) == 1
    assert "\x1b" not in logs.readable(json.loads(stream.getvalue()))


def test_an_error_is_told_without_its_words(stream: io.StringIO) -> None:
    try:
        int("what somebody wrote")
    except ValueError:
        logging.getLogger("greenroom.web").exception("unexpected_error")
    line = json.loads(stream.getvalue())
    assert line["error"] == "ValueError"
    assert "test_logs.py" in line["passed"][0]
    assert "what somebody wrote" not in stream.getvalue()
