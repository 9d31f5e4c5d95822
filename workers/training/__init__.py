"""Training and evaluation of the shipped models. The only part of Greenroom that needs scikit-learn."""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

MODELS = Path(__file__).parent.parent / "checks" / "models"


def train(data_dir: Path, out: Path = MODELS) -> dict[str, object]:
    """Rebuild the shipped models from the data sets in `data_dir`. Returns their card. The same sets give the same bytes."""
    from workers.training.card import shipped
    from workers.training.corpora import find
    from workers.training.languages import SET, train_languages

    card = shipped(data_dir, out)
    if find(data_dir, f"{SET}.jsonl"):
        card["languages"] = train_languages(data_dir, out)
    return card


def train_deep(data_dir: Path, out: Path = MODELS, told: Callable[[str], None] = lambda _: None) -> dict[str, object]:
    """Rebuild the transformer from the data sets in `data_dir`. Needs PyTorch and onnx. Returns its card."""
    from workers.training.deep.train import train_transformer

    return train_transformer(data_dir, out, told)


def evaluate(
    data_dir: Path, told: Callable[[str], None] = lambda _: None, *, families: Collection[str] = ()
) -> Iterator[dict[str, object]]:
    """Yield each figure as soon as it is measured: `family`, `what`, `figure`, `goal`, `reached` and `how`.

    Measures every goal for which `data_dir` has the data sets, or only the goals of some families. `told` is called with progress
    messages.
    """
    from workers.training.evaluation import all_figures

    return all_figures(data_dir, told, families=families)
