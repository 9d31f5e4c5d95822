"""`greenroom man` and `greenroom completion`: the help of all commands as a manual page, and completion for a shell."""

from collections.abc import Iterator
from importlib.metadata import version

import click
from click.shell_completion import get_completion_class


@click.command()
@click.pass_context
def man(ctx: click.Context) -> None:
    """Print the manual page, made from the help of every command.

    Example: greenroom man | man --local-file -
    """
    click.echo(
        "\n".join(_page(click.Context(ctx.find_root().command, info_name="greenroom", help_option_names=["-h", "--help"])))
    )


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what makes a shell complete commands and options.

    \b
    Examples:
      greenroom completion bash > ~/.local/share/bash-completion/completions/greenroom
      greenroom completion fish > ~/.config/fish/completions/greenroom.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - the choice above names only shells that click knows
    click.echo(kind(ctx.find_root().command, {}, "greenroom", "_GREENROOM_COMPLETE").source())


def _page(root: click.Context) -> Iterator[str]:
    """The manual page in roff."""
    yield f'.TH GREENROOM 1 "" "Greenroom {version("greenroom")}" "Greenroom"'
    yield from (".SH NAME", "greenroom \\- comment moderation for news sites, blogs and communities")
    yield from (".SH DESCRIPTION", _roff(root.command.help or ""), ".SH COMMANDS")
    for command, context in _commands(root):
        yield from (".SS " + _roff(context.command_path), ".nf", _roff(command.get_help(context)), ".fi")
    yield from (
        ".SH EXIT STATUS",
        "0: done. 1: it could not be done, or something is wrong; one line on standard error says what.",
    )
    yield "2: the command was called wrongly."
    yield from (".SH ENVIRONMENT", "GREENROOM_HOME names the data folder; `greenroom config example` lists every setting.")


def _commands(above: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """Every command and subcommand, each with a context of its own."""
    group = above.command
    if not isinstance(group, click.Group):
        return
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        if command is not None and not command.hidden:
            context = click.Context(command, parent=above, info_name=name, help_option_names=above.help_option_names)
            yield command, context
            yield from _commands(context)


def _roff(words: str) -> str:
    """Plain text for roff: a dot or quote at the start of a line would be a request."""
    escaped = words.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(f"\\&{line}" if line.startswith((".", "'")) else line for line in escaped.splitlines())
