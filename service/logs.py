"""Logs: one JSON object a line, the event a constant, facts as fields. Never a comment's words, a name or an address."""

import json
import linecache
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TextIO

from service.error_facts import error_facts

#: The requests that this thread works for; every line that it logs names them, in the web process and in the workers.
request_ids: ContextVar[tuple[str, ...]] = ContextVar("request_ids", default=())

#: What every record carries anyway; whatever else it carries is a fact that somebody logged.
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
#: The names of our own loggers begin so. `greenroom` alone is the one that Flask makes for itself.
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
    # Loggers without a handler would print what libraries say; and where a line cannot be written, logging would print its arguments.
    logging.lastResort, logging.raiseExceptions = handler, False


class JsonLines(logging.Formatter):
    """One JSON object a record."""

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
    """What is written of a record: of an error its type and the lines it passed; of what a library says, nothing that may be data."""
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
    """The message of a library without its arguments, where it stands like this in its source; any other was made from data."""
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
