"""Command-line flags made from the settings: `--web-threads 8` sets `GREENROOM_WEB_THREADS=8`, and replaces a value that was set
before."""

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from service.config import PREFIX, names

Command = TypeVar("Command", bound=Callable[..., Any])


def setting_flags(command: Command) -> Command:
    """Add one flag per setting to a command. A secret's flag names a file, because other users can read command lines."""
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
    """Store the value in the environment, where this process and its children read their settings."""
    if value is not None and option.name:
        os.environ[PREFIX + option.name.upper()] = value
