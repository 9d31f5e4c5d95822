"""`greenroom train` and `greenroom evaluate`: train and measure the shipped models."""

import json
from pathlib import Path

import click

_FOLDER = click.option(
    "--data", "data_dir", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder of sets."
)


@click.command()
@_FOLDER
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Where the models go; by default into the package.")
def train(data_dir: Path, out: Path | None) -> None:
    """Train the shipped models from a folder of data sets, and print their card."""
    from workers import training

    card = training.train(data_dir, out) if out else training.train(data_dir)
    click.echo(json.dumps(card, indent=2))


@click.command()
@_FOLDER
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def evaluate(data_dir: Path, *, as_json: bool) -> None:
    """Measure the checks on a folder of data sets. Takes about ten minutes.

    Installed peers (other profanity checkers) are measured too. Needs `pip install greenroom[train]`; the peers are
    `greenroom[peers]`. Progress goes to standard error.
    """
    from workers import training
    from workers.training.peers import missing

    if absent := missing():
        click.echo(f"not installed, so not measured: {', '.join(absent)}", err=True)
    for figure in training.evaluate(data_dir, told=lambda words: click.echo(words, err=True)):
        click.echo(json.dumps(figure) if as_json else _line(figure))


def _line(figure: dict[str, object]) -> str:
    word = {True: "reached", False: "MISSED", None: ""}[figure["reached"]]  # type: ignore[index]
    return f"{figure['what']:<56} {figure['figure']!s:>10}  {figure['goal']:>9}  {word:<7}  {figure['how']}"
