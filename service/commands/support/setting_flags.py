"""Flags made from the table of settings: `--web-threads 8` says the same as `GREENROOM_WEB_THREADS=8`, and wins over it."""

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from service.config import PREFIX, names

Command = TypeVar("Command", bound=Callable[..., Any])


def setting_flags(command: Command) -> Command:
    """Gives a command one flag a setting. A secret has a flag for the file that holds it: a command line is no secret."""
    for name, declared in reversed(names().items()):
        secret = declared.metadata["secret"]
        flag = f"--{name.replace('_', '-')}{'-file' if secret else ''}"
        command = click.option(
            flag,
            f"{name}_file" if secret else name,
            metavar="PATH" if secret else "VALUE",
            help=f"File that holds: {declared.metadata['doc']}" if secret else declared.metadata["doc"],
            expose_value=False,
            callback=_into_environment,
        )(command)
    return command


def _into_environment(_: click.Context, option: click.Parameter, value: str | None) -> None:
    """Where every process of ours reads its settings, also those that are started from here."""
    if value is not None and option.name:
        os.environ[PREFIX + option.name.upper()] = value
