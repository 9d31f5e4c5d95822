"""Runs the checks. A check that fails or is too slow gives a signal that says so, and cannot stop the others."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import entry_points
from time import perf_counter, thread_time

from service.domain.policy.check_input import CheckInput
from service.domain.policy.signals import Kind, Signal, from_plugin
from workers.checks.prepared import Prepared

Check = Callable[[Prepared], Iterable[Signal]]

#: Maximum CPU seconds for one comment: BUDGET for each check, BUDGET_OF_ALL for all checks together.
BUDGET, BUDGET_OF_ALL = 0.5, 1.5
#: Comments per group: each check runs on the whole group before the next check does.
GROUP = 128
#: A group in which a text has more characters is prepared one by one, so that the time of each is counted.
LONG = 5_000
#: Steps of up to this many seconds are not counted: all short steps of a comment together are a small part of its budget.
SHORT = 0.01
ENTRY_POINTS = "greenroom.checks"


class _Findings:
    """The signals for one comment so far, and the CPU seconds spent on it."""

    __slots__ = ("prepared", "seconds", "signals")

    def __init__(self, prepared: Prepared | None = None) -> None:
        self.signals: list[Signal] = []
        self.seconds = 0.0
        self.prepared = prepared

    @classmethod
    def of(cls, reading: CheckInput) -> "_Findings":
        try:
            return cls(Prepared.of(reading))
        except Exception as error:
            heard = cls()
            heard.signals.append(_failed("folding", error))
            return heard


def run(reading: CheckInput, checks: Mapping[str, Check]) -> tuple[Signal, ...]:
    """The signals of all checks for one comment: ours first, then those of installed plug-ins."""
    return tuple(_run((reading,), checks)[0].signals)


def run_each(readings: Sequence[CheckInput], checks: Mapping[str, Check]) -> list[tuple[Signal, ...]]:
    """The signals of all checks for each of several comments.

    Each check runs on a group of comments, so that its tables stay in the CPU cache. That is a quarter cheaper than running all
    checks on one comment and then all checks on the next.
    """
    groups = (readings[at : at + GROUP] for at in range(0, len(readings), GROUP))
    return [tuple(heard.signals) for group in groups for heard in _run(group, checks)]


def _run(readings: Sequence[CheckInput], checks: Mapping[str, Check]) -> list[_Findings]:
    clock = _Clock()
    every = _prepared_together(readings) or _prepared_alone(readings, clock)
    now = perf_counter()
    ready = [(heard, heard.prepared) for heard in every if heard.prepared]
    for name, check in (*checks.items(), *plugged_in().items()):
        for heard, prepared in ready:
            if heard.seconds > BUDGET_OF_ALL:
                rule = f"there was no time left for the {name} check"
                heard.signals.append(Signal(Kind.NOT_CHECKED, 1.0, rule, check=name))
                continue
            try:
                signals = tuple(check(prepared))
            except Exception as error:
                signals = (_failed(name, error),)
            if signals:
                heard.signals += signals
            before, now = now, perf_counter()
            if now - before > SHORT:
                heard.seconds += (seconds := clock.cpu_seconds(now - before))
                if seconds > BUDGET:
                    rule = f"the {name} check took longer than {BUDGET:g} s"
                    heard.signals.append(Signal(Kind.CHECK_TIMED_OUT, 1.0, rule, check=name))
    return every


def _prepared_together(readings: Sequence[CheckInput]) -> list[_Findings]:
    """The prepared comments; none if one of them is long or cannot be prepared."""
    if any(len(reading.text) > LONG for reading in readings):
        return []
    try:
        return list(map(_Findings, Prepared.of_each(readings)))
    except Exception:
        return []


def _prepared_alone(readings: Sequence[CheckInput], clock: "_Clock") -> list[_Findings]:
    every: list[_Findings] = []
    now = perf_counter()
    for reading in readings:
        every.append(heard := _Findings.of(reading))
        before, now = now, perf_counter()
        if now - before > SHORT:
            heard.seconds = clock.cpu_seconds(now - before)
    return every


class _Clock:
    """Measures the CPU time of slow steps. `thread_time()` is called only after a step that was slow by wall time, because the call
    costs as much as some checks."""

    def __init__(self) -> None:
        self._cpu = thread_time()

    def cpu_seconds(self, wall: float) -> float:
        """CPU seconds of a step that has just ended after `wall` seconds."""
        # The CPU time includes the short steps since the last call of thread_time(). These take only milliseconds.
        cpu, self._cpu = self._cpu, thread_time()
        return min(wall, self._cpu - cpu)


def _failed(name: str, error: Exception) -> Signal:
    return Signal(Kind.CHECK_FAILED, 1.0, f"the {name} check failed: {type(error).__name__}", check=name)


@cache
def plugged_in() -> dict[str, Check]:
    """Checks of other packages, by entry point. A check that cannot be loaded gives each comment a failure signal."""
    points = sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name)
    return {point.name: _loaded(point.name, point.load) for point in points}


def _loaded(name: str, load: Callable[[], Check]) -> Check:
    try:
        check = load()
    except Exception as error:
        cause = error

        def broken(_: Prepared) -> Iterable[Signal]:
            return (_failed(name, cause),)

        return broken
    return lambda prepared: [from_plugin(signal, signal.check or name) for signal in check(prepared)]
