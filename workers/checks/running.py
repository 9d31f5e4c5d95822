"""Running the checks: every one speaks, one that breaks or is slow says so, and none can stop the others."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.metadata import entry_points
from time import perf_counter, thread_time

from service.domain.reading import Reading
from service.domain.signals import Kind, Signal
from workers.checks.prepared import Prepared

Check = Callable[[Prepared], Iterable[Signal]]

#: CPU seconds that one check, and all together, may take for one comment.
BUDGET, BUDGET_OF_ALL = 0.5, 1.5
ENTRY_POINTS = "greenroom.checks"


def run(reading: Reading, checks: Mapping[str, Check]) -> tuple[Signal, ...]:
    """The signals of all checks, ours first, then those of installed plug-ins."""
    clock = _Clock()
    try:
        prepared = Prepared.of(reading)
    except Exception as error:
        return (_failed("folding", error),)
    signals: list[Signal] = []
    for name, check in (*checks.items(), *plugged_in().items()):
        if clock.over(BUDGET_OF_ALL):
            signals.append(Signal(Kind.NOT_CHECKED, 1.0, f"there was no time left for the {name} check", check=name))
            continue
        signals.extend(_speak(name, check, prepared, clock))
    return tuple(signals)


def _speak(name: str, check: Check, prepared: Prepared, clock: "_Clock") -> Iterable[Signal]:
    clock.lap()
    try:
        signals = tuple(check(prepared))
    except Exception as error:
        return (_failed(name, error),)
    if clock.lap_over(BUDGET):
        rule = f"the {name} check took longer than {BUDGET:g} s"
        return (*signals, Signal(Kind.CHECK_TIMED_OUT, 1.0, rule, check=name))
    return signals


class _Clock:
    """CPU seconds since its start. The system is asked for them only once that much time went by at all: that seldom happens,
    and asking twice a check costs as much as some checks do."""

    def __init__(self) -> None:
        self._began = self._lap = perf_counter()
        self._cpu = thread_time()

    def lap(self) -> None:
        self._lap = perf_counter()

    def over(self, budget: float) -> bool:
        return perf_counter() - self._began > budget and thread_time() - self._cpu > budget

    def lap_over(self, budget: float) -> bool:
        return perf_counter() - self._lap > budget and self.over(budget)


def _failed(name: str, error: Exception) -> Signal:
    return Signal(Kind.CHECK_FAILED, 1.0, f"the {name} check failed: {type(error).__name__}", check=name)


@cache
def plugged_in() -> dict[str, Check]:
    """Checks of other packages, by entry point. One that cannot be loaded fails for each comment."""
    points = sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name)
    return {point.name: _loaded(point.name, point.load) for point in points}


def _loaded(name: str, load: Callable[[], Check]) -> Check:
    try:
        return load()
    except Exception as error:
        cause = error

        def broken(_: Prepared) -> Iterable[Signal]:
            return (_failed(name, cause),)

        return broken
