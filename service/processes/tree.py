"""The process tree of `greenroom up`: forks the processes, restarts those that died, and ends them all."""

import logging
import math
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from service.child_process import adopt_orphans, die_with_parent

log = logging.getLogger("greenroom.tree")

#: Seconds before a dead process is restarted. The pause grows after each death. If a process has lived for HEALTHY_AFTER seconds,
#: it starts with the first pause again.
BACK_OFF = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)
HEALTHY_AFTER = 60.0
#: Seconds that the processes have to shut down after SIGTERM.
GRACE = 8.0
_WATCHED = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD}


@dataclass(slots=True)
class Child:
    """One process of the tree. `guest`: this process writes to the terminal and is not restarted."""

    name: str
    be: Callable[[], None]
    guest: bool = False
    pid: int = 0
    started: float = 0.0
    deaths: int = 0
    due: float = field(default=0.0)


class ProcessTree:
    """A few processes that start and end together. Signals are blocked and handled one at a time (sigtimedwait), so they cause no
    races."""

    def __init__(self, children: Sequence[Child], *, output: int) -> None:
        self._children = list(children)
        self._output = output

    def keep(self, look: Callable[[], float]) -> None:
        """Start all processes and keep them alive until SIGTERM, SIGINT or SIGHUP. `look` is called again and again: it returns the
        seconds until its next call."""
        adopt_orphans()
        signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
        try:
            while True:
                self._start_due()
                taken = signal.sigtimedwait(_WATCHED, self._until_due(look()))
                if taken and taken.si_signo != signal.SIGCHLD:
                    return
                self._note_death()
        finally:
            self._end()
            look()

    def invite(self, name: str, be: Callable[[], None]) -> None:
        """Start one more process, once."""
        self._children.append(Child(name, be, guest=True))

    def hosts(self, name: str) -> bool:
        """Whether this process is still in the tree. A guest is removed when it ends."""
        return any(child.name == name for child in self._children)

    def deaths(self, name: str) -> int:
        return sum(child.deaths for child in self._children if child.name == name)

    def _start_due(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if not child.pid and child.due <= now:
                child.pid, child.started = self._fork(child), now

    def _until_due(self, most: float) -> float:
        """Seconds until a dead process is started again, at most `most`."""
        due = [child.due for child in self._children if not child.pid]
        return max(0.0, min(most, min(due, default=math.inf) - time.monotonic()))

    def _fork(self, child: Child) -> int:
        parent = os.getpid()
        if pid := os.fork():
            return pid
        code = 1
        try:
            # A new session: Ctrl-C then reaches only the tree, which ends its processes in order.
            os.setsid()
            die_with_parent(parent)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _WATCHED)
            if not child.guest:
                # Logs go to stderr. Celery prints messages to stdout when it ends; drop them.
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
                os.dup2(self._output, 2)
            child.be()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException:  # Whatever it is, the fork must end here and not go on as a second tree.
            log.exception("process_failed", extra={"broke": child.name})
        finally:
            sys.stderr.flush()
            os._exit(code)

    def _note_death(self) -> None:
        for pid, status in _dead():
            for child in [child for child in self._children if child.pid == pid]:
                if child.guest:
                    self._children.remove(child)
                else:
                    self._plan_again(child, os.waitstatus_to_exitcode(status))

    def _plan_again(self, child: Child, code: int) -> None:
        now = time.monotonic()
        if now - child.started > HEALTHY_AFTER:
            child.deaths = 0
        pause = BACK_OFF[min(child.deaths, len(BACK_OFF) - 1)]
        child.pid, child.deaths, child.due = 0, child.deaths + 1, now + pause
        log.error("process_died", extra={"died": child.name, "code": code, "again_in": pause})

    def _end(self) -> None:
        """Send SIGTERM, wait, and kill what is left. A second Ctrl-C kills at once."""
        until = time.monotonic() + GRACE
        children = [child for child in self._children if child.pid]
        for child in children:
            os.kill(child.pid, signal.SIGTERM)
        while (left := [child for child in children if child.pid]) and time.monotonic() < until:
            taken = signal.sigtimedwait(_WATCHED, 0.1)
            if taken and taken.si_signo != signal.SIGCHLD:
                break
            self._note_ended()
        for child in left:
            os.killpg(child.pid, signal.SIGKILL)
            os.waitpid(child.pid, 0)
            child.pid = 0

    def _note_ended(self) -> None:
        ended = {pid for pid, _ in _dead()}
        for child in self._children:
            if child.pid in ended:
                child.pid = 0


def _dead() -> list[tuple[int, int]]:
    """The pid and status of each ended child that was not yet waited for, adopted orphans included."""
    found: list[tuple[int, int]] = []
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if not pid:
            return found
        found.append((pid, status))
