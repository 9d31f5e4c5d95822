"""`greenroom check`: what would become of a text, without storing anything."""

import json
import sys
from typing import TextIO

import click


@click.command()
@click.argument("text", required=False)
@click.option("--jsonl", type=click.File(encoding="utf-8"), help="Check each line of a file (`-`: standard input).")
@click.option("--verbose", is_flag=True, help="Also print as `findings` what any check said and what led to nothing.")
def check(text: str | None, jsonl: TextIO | None, *, verbose: bool) -> None:
    """Check TEXT, or one JSON line a comment, under the default policy. Nothing is stored, nothing leaves the machine.

    A line may hold `text`, `name`, `url`, `email`, `author`, `title`, `language`; each gives a line of `state`, `signals`, `reasons`.
    """
    from workers.checks.standalone import check_line, check_lines

    if (text is None) == (jsonl is None):
        raise click.UsageError("give either a TEXT or --jsonl FILE")
    if jsonl is None:
        click.echo(json.dumps(check_line(text or "", verbose=verbose), ensure_ascii=False, indent=2))
        return
    for line in check_lines(jsonl, verbose=verbose):
        sys.stdout.write(line + "\n")
