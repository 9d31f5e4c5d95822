"""The terminal output of `greenroom up`: a greeting once the web process answers, the demo's progress, then the log."""

import http
import shlex
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import click

from service.commands.support.first_run import KEY_FILE, Installation
from service.commands.support.own_web import connection_to_web
from service.config import Settings

if TYPE_CHECKING:
    from service.processes.logfile import LogFile
    from service.processes.tree import ProcessTree

#: The start counts as failed if the web process died this many times before it answered any request.
_HOPELESS = 4
_DEMO = "demo"
#: Seconds between two looks at the log, and between two looks for the start of the web process or the end of the demo.
_LOG_EVERY, _START_EVERY = 1.0, 0.05


class NeverServed(Exception):
    """The web process died again and again before it answered a request."""


class StartUpWatch:
    """Waits until the web process answers, prints the greeting once, starts the demo if asked for, and then follows the log."""

    def __init__(
        self, settings: Settings, house: Installation, tree: "ProcessTree", log_file: "LogFile", *, began: float, demo: bool
    ) -> None:
        self._settings, self._house, self._tree, self._log_file = settings, house, tree, log_file
        self._began, self._demo = began, demo
        self._greeted = False

    def look(self) -> float:
        """Look once. Returns the seconds until the next look."""
        if not self._greeted:
            self._greet()
        elif self._tree.hosts(_DEMO):
            self._log_file.pass_over()
        else:
            self._log_file.show_new()
            return _LOG_EVERY
        return _START_EVERY

    def _greet(self) -> None:
        if _answers(self._settings):
            self._greeted = True
            click.echo(_greeting(self._settings, self._house, time.monotonic() - self._began))
            sys.stdout.flush()
            if self._demo:
                self._invite_demo()
        elif self._tree.deaths("web") >= _HOPELESS:
            raise NeverServed

    def _invite_demo(self) -> None:
        from service.commands import demo

        site = self._house.sites[0]
        self._tree.invite("listener", partial(demo.listen, site))
        self._tree.invite(_DEMO, partial(demo.post, site))


def _answers(settings: Settings) -> bool:
    connection = connection_to_web(settings, seconds=0.5)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _greeting(settings: Settings, house: Installation, seconds: float) -> str:
    parts = [f"Greenroom is ready at {settings.url} (after {seconds:.1f} s; data in {settings.home}; {_surroundings(settings)})"]
    if not house.first_start:
        parts.append(f"Found your data again: {house.comments:,} comments; sites: {', '.join(house.sites)}")
    if house.rests:
        parts.append("It rests after a restore: nothing is judged, and no webhook and no mail is sent until `greenroom resume`")
    if house.sign_in:
        parts.append(f"Sign in once, within {settings.link_valid / 3600:g} hours:\n\n  {house.sign_in}")
    else:
        parts.append(f"Sign in at {settings.url}/sign-in, or with a link from `greenroom user link EMAIL`")
    if house.key:
        parts.append(f"Send a comment to the site {house.sites[0]!r}:\n\n{_curl(settings)}")
    parts.append(f"Ctrl-C ends everything. The log follows; it is kept in {settings.home / 'greenroom.log'}.")
    return "\n" + "\n\n".join(parts) + "\n"


def _surroundings(settings: Settings) -> str:
    jobs = "Redis" if settings.has_broker else "no broker"
    return f"{'SQLite' if settings.on_sqlite else 'PostgreSQL'}, {jobs}"


def _curl(settings: Settings) -> str:
    """The command reads the key from its file: what is printed here may be kept, by journald or Docker."""
    key = f"$(cat {shlex.quote(str(settings.home / KEY_FILE))})"
    body = '{"thread": {"id": "hello"}, "author": {"name": "Ada"}, "text": "What a thoughtful article, thank you."}'
    return (
        f'  curl -s {settings.url}/v1/comments -H "Authorization: Bearer {key}" \\\n'
        f"    -H 'Content-Type: application/json' -H 'Prefer: wait=5' \\\n"
        f"    -d '{body}'"
    )
