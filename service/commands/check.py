"""`greenroom check`: the verdict on a text, without storing it."""

import json
import sys
from typing import TextIO

import click


@click.command()
@click.argument("text", required=False)
@click.option("--jsonl", type=click.File(encoding="utf-8"), help="Check each line of a file (`-`: standard input).")
@click.option("--verbose", is_flag=True, help="Also print as `findings` what any check said and what led to nothing.")
def check(text: str | None, jsonl: TextIO | None, *, verbose: bool) -> None:
    """Check TEXT, or a file of JSON lines. Nothing is stored, and nothing leaves this machine.

    Uses the default policy. A line may have `text`, `name`, `url`, `email`, `author`, `title` and `language`. Each line gives
    one line with `state`, `signals` and `reasons`.
    """
    from workers.checks.standalone import check_line, check_lines

    if (text is None) == (jsonl is None):
        raise click.UsageError("give either a TEXT or --jsonl FILE")
    if jsonl is None:
        click.echo(json.dumps(check_line(text or "", verbose=verbose), ensure_ascii=False, indent=2))
        return
    for line in check_lines(jsonl, verbose=verbose):
        sys.stdout.write(line + "\n")
