"""Reads the comments of a batch with the transformer, after the cheap checks and within a budget of time."""

import logging
from collections.abc import Callable, Sequence
from time import perf_counter

from service.domain.policy.check_input import CheckInput
from service.domain.policy.signals import Kind, Signal
from workers.checks.deep.findings import CHECK, is_read, with_findings
from workers.checks.deep.transformer import Transformer, shipped_transformer

log = logging.getLogger("greenroom.transformer")

#: Seconds that the transformer may take for one batch, if no setting says otherwise.
SECONDS = 2.0
#: The end of the note on a comment that should have been read and was not, where the site does not hold it for that.
JUDGED_WITHOUT = "so it was judged without"
Signals = tuple[Signal, ...]


def read_deeply(
    readings: Sequence[CheckInput],
    found: Sequence[Signals],
    *,
    settled: Callable[[int], bool],
    seconds: float = SECONDS,
    load: Callable[[], Transformer | None] = shipped_transformer,
) -> list[Signals]:
    """The signals of each comment, with those of the transformer where it reads the comment.

    `settled(at)` says whether the cheap checks have rejected the comment already: then it is not read. A comment that was not
    read although it should have been gets a signal that says so, and that holds it if the site wants this. Where the transformer
    is not installed, or `seconds` is 0, nothing changes.
    """
    results, began, missed = list(found), perf_counter(), 0
    asked = [at for at, reading in enumerate(readings) if seconds and is_read(reading) and not settled(at)]
    for at in asked:
        why = "there was no time to read it for hate against groups"
        try:
            if perf_counter() - began < seconds:
                if (model := load()) is None:
                    return results
                results[at] = with_findings(readings[at], found[at], model)
                continue
        except Exception as error:
            log.exception("transformer_failed")
            why = f"the check for hate against groups failed ({type(error).__name__})"
        results[at] = (*found[at], _not_read(readings[at], why))
        missed += 1
    took = round(perf_counter() - began, 3)
    log.info("transformer_read", extra={"read": len(asked) - missed, "missed": missed, "seconds": took})
    return results


def _not_read(reading: CheckInput, why: str) -> Signal:
    if reading.unread_waits:
        return Signal(Kind.NOT_READ, 1.0, f"{why}, so a person decides", check=CHECK)
    return Signal(Kind.NOT_READ, 0.0, f"{why}, {JUDGED_WITHOUT}", check=CHECK)
