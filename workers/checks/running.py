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
    began, cpu = perf_counter(), thread_time()
    try:
        prepared = Prepared.of(reading)
    except Exception as error:
        return (_failed("folding", error),)
    signals: list[Signal] = []
    now = perf_counter()
    for name, check in (*checks.items(), *plugged_in().items()):
        # The system is asked for CPU seconds only once that much time went by at all: asking costs as much as some checks do.
        if now - began > BUDGET_OF_ALL and thread_time() - cpu > BUDGET_OF_ALL:
            signals.append(Signal(Kind.NOT_CHECKED, 1.0, f"there was no time left for the {name} check", check=name))
            continue
        try:
            signals += tuple(check(prepared))
        except Exception as error:
            signals.append(_failed(name, error))
        lap, now = now, perf_counter()
        if now - lap > BUDGET and thread_time() - cpu > BUDGET:
            rule = f"the {name} check took longer than {BUDGET:g} s"
            signals.append(Signal(Kind.CHECK_TIMED_OUT, 1.0, rule, check=name))
    return tuple(signals)


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
