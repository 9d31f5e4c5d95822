"""Making and measuring the shipped models. The only part of Greenroom that needs scikit-learn."""

from collections.abc import Callable, Iterator
from pathlib import Path

MODELS = Path(__file__).parent.parent / "checks" / "models"


def train(data_dir: Path, out: Path = MODELS) -> dict[str, object]:
    """Rebuild the shipped models from the sets in `data_dir`, the same bytes for the same sets, and answer with their card."""
    from workers.training.card import shipped

    return shipped(data_dir, out)


def evaluate(data_dir: Path, told: Callable[[str], None] = lambda _: None) -> Iterator[dict[str, object]]:
    """Every figure of the goals that the sets in `data_dir` allow, as it is known: `what`, `figure`, `goal`, `reached` and `how`.

    `told` hears what is under way.
    """
    from workers.training.evaluate import all_figures

    return all_figures(data_dir, told)
