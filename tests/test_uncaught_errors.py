"""Uncaught errors and library output: the log has their type and place, and never their text."""

import json
import subprocess
import sys

import pytest

_BEGIN = """
import asyncio, gc, logging, multiprocessing, sys, threading, traceback, warnings
from service import logs, uncaught_errors
logs.configure("web", style="json")
uncaught_errors.log_uncaught()
uncaught_errors.log_stderr()

def broken():
    # From 3.13 on Python knows the source of this code, and a text that stands in the source counts as a constant.
    raise ValueError("can" + "ary")
"""

#: Ways in which an error can leave a process: the code, and the error and event in the log.
WAYS = {
    "the main thread": ("broken()", "uncaught"),
    "another thread": ("t = threading.Thread(target=broken); t.start(); t.join()", "uncaught_in_thread"),
    "a finalizer": ("class C:\n    __del__ = lambda self: broken()\nC()", "unraisable"),
    "a task that nobody awaits": (
        "async def a(): broken()\nasync def b():\n    t = asyncio.create_task(a())\n    await asyncio.sleep(0)\nasyncio.run(b()); gc.collect()",
        "library_message",
    ),
    "a process of multiprocessing": (
        "p = multiprocessing.get_context('fork').Process(target=broken); p.start(); p.join()",
        "stderr_printed",
    ),
    "a process of billiard": ("import billiard\np = billiard.Process(target=broken); p.start(); p.join()", "stderr_printed"),
    "a printed traceback": ("try:\n    broken()\nexcept ValueError:\n    traceback.print_exc()", "stderr_printed"),
    "a library's logger": (
        "try:\n    broken()\nexcept ValueError as e:\n    logging.getLogger('celery.x').error(f'it said {e}', exc_info=True, extra={'data': str(e)})",
        "library_message",
    ),
    "Flask's logger": (
        "try:\n    broken()\nexcept ValueError as e:\n    logging.getLogger('greenroom').error(f'on /sign-in/{e}', exc_info=True)",
        "library_message",
    ),
    "a logger that stands alone": (
        "log = logging.getLogger('alone'); log.propagate = False\ntry:\n    broken()\nexcept ValueError as e:\n    log.error(e, exc_info=True)",
        "library_message",
    ),
}


def _lines(script: str) -> list[dict[str, object]]:
    """The output of a process that runs this code, as parsed log lines."""
    answer = subprocess.run([sys.executable, "-c", _BEGIN + script], capture_output=True, text=True, check=False, timeout=120)
    assert "canary" not in answer.stderr + answer.stdout
    return [json.loads(line) for line in answer.stderr.splitlines()]


@pytest.mark.parametrize("way", WAYS)
def test_an_error_leaves_its_type_and_not_its_message(way: str) -> None:
    script, event = WAYS[way]
    (line,) = [line for line in _lines(script) if "error" in line]
    assert (line["event"], line["error"]) == (event, "ValueError")
    assert line["passed"]


def test_a_warning_leaves_its_category_and_its_place() -> None:
    (line,) = _lines("warnings.warn('canary', ResourceWarning, stacklevel=1)\nwarnings.warn('canary', UserWarning)")
    assert (line["event"], line["category"]) == ("python_warning", "UserWarning")


def test_what_is_printed_leaves_a_note() -> None:
    (line,) = _lines("print('canary', file=sys.stderr)")
    assert (line["event"], line["characters"]) == ("stderr_printed", 6)


def test_a_line_that_cannot_be_formatted_prints_no_arguments() -> None:
    assert _lines("logging.getLogger('greenroom.web').error('%d', 'canary')") == []


def test_a_library_that_logs_a_constant_is_quoted_without_its_arguments() -> None:
    (line,) = _lines(
        "from celery.app import trace\nlogging.getLogger('celery.app.trace').setLevel('INFO')\n"
        "trace.info(trace.LOG_RETRY, {'name': 'a', 'id': 'b', 'exc': 'canary'})"
    )
    assert (line["logger"], line["event"]) == ("celery.app.trace", "Task %(name)s[%(id)s] retry: %(exc)s")
