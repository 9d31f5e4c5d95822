"""Command-line flags made from the settings: `--web-threads 8` sets `GREENROOM_WEB_THREADS=8`, and replaces a value that was set
before."""

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from service.config import names
from service.setting_sources import PREFIX

Command = TypeVar("Command", bound=Callable[..., Any])


def setting_flags(command: Command) -> Command:
    """Add one flag per setting to a command. A secret's flag names a file, because other users can read command lines."""
    return flags_of(*names())(command)


def flags_of(*settings: str) -> Callable[[Command], Command]:
    """Add the flags of these settings to a command that uses no others."""

    def add(command: Command) -> Command:
        for name in reversed(settings):
            command = _flag(name)(command)
        return command

    return add


def _flag(name: str) -> Callable[[Command], Command]:
    declared = names()[name]
    secret, default = declared.metadata["secret"], declared.default
    shown = "" if default in ("", ()) else f" [default: {default}]"
    return click.option(
        f"--{name.replace('_', '-')}{'-file' if secret else ''}",
        f"{name}_file" if secret else name,
        metavar="PATH" if secret else "VALUE",
        help=f"File that holds: {declared.metadata['doc']}" if secret else declared.metadata["doc"] + shown,
        expose_value=False,
        callback=_into_environment,
    )


def _into_environment(_: click.Context, option: click.Parameter, value: str | None) -> None:
    """Store the value in the environment, where this process and its children read their settings."""
    if value is not None and option.name:
        os.environ[PREFIX + option.name.upper()] = value
