"""Evaluation: measures each goal for which the folder has the data sets, on examples that the model has not seen.

Held out: one video at a time (YouTube), one fold at a time (SMS), one fold (talk pages, social media), or a whole set that was
never used for fitting or tuning (news). No measured text is in the training set; the normalised texts are compared.
"""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from time import monotonic

from workers.training.measures import all_measures
from workers.training.metrics import Figure


def all_figures(
    folder: Path, told: Callable[[str], None] = lambda _: None, *, families: Collection[str] = ()
) -> Iterator[Figure]:
    """All figures, quick ones first. Figures that need new training take minutes. `told` is called with progress messages.

    `families`: only the measures of these families; all if empty.
    """
    began, measures = monotonic(), all_measures(families)
    for at, (family, measure) in enumerate(measures, 1):
        told(f"{monotonic() - began:4.0f} s  {at} of {len(measures)}: {family}, {measure.__name__.replace('_', ' ')} ...")
        yield from ({"family": family, **figure} for figure in measure(folder))
    told(f"{monotonic() - began:4.0f} s  done")
