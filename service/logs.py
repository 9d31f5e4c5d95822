"""Logs: one JSON object per line, a constant event name, facts as fields. Never a comment's text, a name or an address."""

import json
import linecache
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TextIO

from service.error_facts import error_facts

#: The ids of the requests that this thread works for. They are added to each log line, in the web process and in the workers.
request_ids: ContextVar[tuple[str, ...]] = ContextVar("request_ids", default=())

#: The standard attributes of a log record. All other attributes are facts from `extra`.
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
#: Prefix of our loggers' names. The logger `greenroom` without a dot is Flask's.
_OURS = "greenroom."
#: Control characters as visible escapes, so that nothing logged can start a line of its own.
_VISIBLE = {code: f"\\u{code:04x}" for code in (*range(32), *range(127, 160), 0x2028, 0x2029)}


def configure(process: str, *, level: str = "info", style: str = "auto", stream: TextIO | None = None) -> None:
    """Send everything that this process logs to one stream. `style` is json, text, or auto: text on a terminal."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    as_text = style == "text" or (style == "auto" and stream.isatty())
    handler.setFormatter(TextLines(process) if as_text else JsonLines(process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("greenroom").setLevel(level.upper())
    # Otherwise loggers without a handler would print messages of libraries to stderr, and `logging` would print the arguments of
    # a line that it cannot write.
    logging.lastResort, logging.raiseExceptions = handler, False


class JsonLines(logging.Formatter):
    """One JSON object per record."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(facts_of(record, self._process), default=str, ensure_ascii=False).translate(_VISIBLE)


class TextLines(JsonLines):
    """The same facts for a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return readable(facts_of(record, self._process))


def facts_of(record: logging.LogRecord, process: str) -> dict[str, Any]:
    """The fields of a log line. Of an error it has only the type and the traceback lines. A library's message has no arguments,
    because they may be personal data."""
    facts: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "process": process,
    }
    if record.name.startswith(_OURS):
        facts["event"] = record.getMessage()
        facts |= {name: value for name, value in vars(record).items() if name not in _PLAIN}
    else:
        facts |= {"event": _template(record), "logger": record.name, "place": f"{record.pathname}:{record.lineno}"}
    if requests := request_ids.get():
        facts["requests"] = list(requests)
    if record.exc_info and record.exc_info[1]:
        facts |= error_facts(record.exc_info[1], record.exc_info[2])
    return facts


def _template(record: logging.LogRecord) -> str:
    """A library's message without its arguments, if the library's source code contains this message literally. Any other message
    may contain personal data, and is replaced."""
    text = str(record.msg).strip()
    return text if text and text in _source(record.pathname) else "library_message"


@lru_cache(maxsize=32)
def _source(path: str) -> str:
    return "".join(linecache.getlines(path)).replace("\\\n", "")


def readable(facts: dict[str, Any]) -> str:
    """One line for a person: time, process, event, facts."""
    rest = {name: value for name, value in facts.items() if name not in ("at", "level", "process", "event")}
    level = facts.get("level", "")
    mark = f"{level}: " if level in ("warning", "error", "critical") else ""
    shown = " ".join(f"{name}={value}" for name, value in rest.items())
    line = f"{str(facts.get('at', ''))[11:19]} {facts.get('process', ''):8} {mark}{facts.get('event', '')} {shown}"
    return line.rstrip().translate(_VISIBLE)
