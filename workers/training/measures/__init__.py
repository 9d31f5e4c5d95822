"""The measures of `greenroom evaluate`, one file per family. A new file here is found by itself.

A measure is a function that takes the folder of data sets and yields figures (`workers.training.metrics.figure`), or nothing if
the folder lacks its sets. A file lists its measures in `QUICK`, or in `SLOW` if they train models or take more than a minute.
"""

from collections.abc import Callable, Collection, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from workers.training.metrics import Figure

Measure = Callable[[Path], Iterator[Figure]]


def all_measures(only: Collection[str] = ()) -> list[tuple[str, Measure]]:
    """Each measure with the name of its family: the quick ones of all families first, then the slow ones.

    `only`: the names of the families to take; all if empty. The files of others are not imported.
    """
    names = [found.name for found in iter_modules(__path__) if not only or _called(found.name) in only]
    families = [(_called(name), import_module(f"{__name__}.{name}")) for name in names]
    return [(name, measure) for speed in ("QUICK", "SLOW") for name, family in families for measure in getattr(family, speed, ())]


def _called(module: str) -> str:
    return module.replace("_", " ")
