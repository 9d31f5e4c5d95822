"""Running the checks: every one speaks, one that breaks or is slow says so, and none can stop the others."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import entry_points
from time import perf_counter, thread_time

from service.domain.policy.check_input import CheckInput
from service.domain.policy.signals import Kind, Signal, from_plugin
from workers.checks.prepared import Prepared

Check = Callable[[Prepared], Iterable[Signal]]

#: CPU seconds that one check, and all together, may take for one comment.
BUDGET, BUDGET_OF_ALL = 0.5, 1.5
#: Comments that each check reads before the next check does.
GROUP = 16
#: Seconds up to which a step is not looked into: what it takes on the wall is near enough to what it takes of the processor.
SHORT = 0.01
ENTRY_POINTS = "greenroom.checks"


class _Findings:
    """What was said of one comment so far, and the seconds that it took."""

    __slots__ = ("prepared", "seconds", "signals")

    def __init__(self, reading: CheckInput) -> None:
        self.signals: list[Signal] = []
        self.seconds = 0.0
        self.prepared: Prepared | None = None
        try:
            self.prepared = Prepared.of(reading)
        except Exception as error:
            self.signals.append(_failed("folding", error))


def run(reading: CheckInput, checks: Mapping[str, Check]) -> tuple[Signal, ...]:
    """The signals of all checks, ours first, then those of installed plug-ins."""
    return tuple(_run((reading,), checks)[0].signals)


def run_each(readings: Sequence[CheckInput], checks: Mapping[str, Check]) -> list[tuple[Signal, ...]]:
    """The signals of all checks for each of several comments. A check reads some of them in a row, while what it looks things
    up in is at hand in the processor: that is a tenth cheaper than all checks for one comment after the other."""
    groups = (readings[at : at + GROUP] for at in range(0, len(readings), GROUP))
    return [tuple(heard.signals) for group in groups for heard in _run(group, checks)]


def _run(readings: Sequence[CheckInput], checks: Mapping[str, Check]) -> list[_Findings]:
    clock = _Clock()
    every: list[_Findings] = []
    for reading in readings:
        every.append(heard := _Findings(reading))
        heard.seconds = clock.lap()
    ready = [(heard, heard.prepared) for heard in every if heard.prepared]
    for name, check in (*checks.items(), *plugged_in().items()):
        for heard, prepared in ready:
            if heard.seconds > BUDGET_OF_ALL:
                rule = f"there was no time left for the {name} check"
                heard.signals.append(Signal(Kind.NOT_CHECKED, 1.0, rule, check=name))
                continue
            try:
                heard.signals += tuple(check(prepared))
            except Exception as error:
                heard.signals.append(_failed(name, error))
            heard.seconds += (seconds := clock.lap())
            if seconds > BUDGET:
                rule = f"the {name} check took longer than {BUDGET:g} s"
                heard.signals.append(Signal(Kind.CHECK_TIMED_OUT, 1.0, rule, check=name))
    return every


class _Clock:
    """What each step takes of the processor. The system is asked for that only where a step took long on the wall: that seldom
    happens, and asking costs as much as some checks do."""

    def __init__(self) -> None:
        self._wall, self._cpu = perf_counter(), thread_time()

    def lap(self) -> float:
        """CPU seconds since the last lap."""
        before, self._wall = self._wall, (now := perf_counter())
        if now - before <= SHORT:
            return now - before
        # The short steps before this one are in it, too: milliseconds.
        cpu, self._cpu = self._cpu, thread_time()
        return min(now - before, self._cpu - cpu)


def _failed(name: str, error: Exception) -> Signal:
    return Signal(Kind.CHECK_FAILED, 1.0, f"the {name} check failed: {type(error).__name__}", check=name)


@cache
def plugged_in() -> dict[str, Check]:
    """Checks of other packages, by entry point. One that cannot be loaded fails for each comment."""
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
