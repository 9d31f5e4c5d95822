"""How fast the checks are, and how large the shipped models."""

import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from time import thread_time

from service.domain.policy.check_input import CheckInput
from workers.checks import profanity, signals_of, signals_of_each
from workers.checks.model import model_file
from workers.checks.text.normalize import fold
from workers.training import peers
from workers.training.corpora import rows
from workers.training.judging import mean
from workers.training.metrics import Figure, figure


def shipped_models_figures(_: Path) -> Iterator[Figure]:
    """The size of the shipped models, their load time and their memory."""
    stored = files("workers.checks").joinpath(model_file.FILE).read_bytes()
    yield figure("shipped models, kB", round(len(stored) / 1000), "<= 1000", "as packed")
    times = []
    for _attempt in range(5):
        began = thread_time()
        model_file.unpacked(stored)
        times.append(thread_time() - began)
    yield figure("shipped models, ms to load", round(1000 * min(times), 1), "<= 100", "CPU time, best of 5")
    tracemalloc.start()
    ready = model_file.unpacked(stored)
    kept, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    how = f"{len(ready):,} features; while it loads at most {round(most / 1e6)}"
    yield figure("shipped models, MB of memory", round(kept / 1e6, 1), "<= 30", how)


def speed(folder: Path) -> Iterator[Figure]:
    """Comments per CPU second, the best of three runs: other load on the machine can only make a run slower."""
    texts = [str(row["text"]) for row in rows(folder, "civil_toxic_spans")[:2000]] or ["A calm comment about pensions."] * 2000
    how = f"CPU time, best of 3, {round(mean(map(len, texts)))} characters a comment"
    yield figure("profanity alone, comments a second", _rate(lambda t: profanity.finds(fold(t)), texts), ">= 20,000", how)
    yield figure("all checks, comments a second", _rate(lambda t: signals_of(CheckInput(t)), texts), ">= 4,000", how)
    yield figure("all checks in batches, comments a second", _rate_together(texts), ">= 4,000", f"as a worker checks; {how}")
    slow = sorted(1000 / _rate(lambda t: signals_of(CheckInput(t)), [text]) for text in texts[:500])
    yield figure("all checks, slowest 1 in 100, ms", slow[len(slow) * 99 // 100], "<= 2", how)
    long = " ".join(texts)[:40_000]
    yield figure("profanity in 40,000 characters, ms", 1000 / _rate(lambda t: profanity.finds(fold(t)), [long]), "<= 20", how)
    for name, flags in peers.installed().items():
        yield figure(f"{name}, comments a second", _rate(flags, texts[:60]), "", how)


def _rate(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """Texts per second of CPU time, one after another."""

    def one_by_one() -> None:
        for text in texts:
            work(text)

    return round(len(texts) / _seconds(one_by_one), 1)


def _rate_together(texts: Sequence[str]) -> float:
    """Texts per second of CPU time that all checks need for all of them."""
    return round(len(texts) / _seconds(lambda: signals_of_each(list(map(CheckInput, texts)))), 1)


def _seconds(work: Callable[[], object]) -> float:
    """The CPU seconds of a piece of work, the best of three runs."""
    times = []
    for _ in range(3):
        began = thread_time()
        work()
        times.append(thread_time() - began)
    return max(1e-9, min(times))


QUICK = (shipped_models_figures, speed)
