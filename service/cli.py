"""The `greenroom` command: a contents page. Each command lives in `service/commands` and is loaded when it is asked for."""

import importlib

import click

from service.logs import configure
from service.uncaught_errors import log_uncaught

#: Command -> module of `service.commands` that defines a click command of the same name.
COMMANDS = {
    "up": "up",
    "web": "serve",
    "worker": "serve",
    "courier": "serve",
    "beat": "serve",
    "sweep": "serve",
    "db": "db",
    "config": "config",
    "doctor": "doctor",
    "post": "post",
    "site": "admit",
    "key": "admit",
    "check": "check",
    "train": "training",
    "evaluate": "training",
    "user": "user",
    "webhook": "webhook",
    "outside": "outside",
    "audit": "audit",
    "acts": "acts",
    "erase": "erase",
    "archive": "archive",
    "backup": "backup",
    "restore": "backup",
    "export": "backup",
    "import": "backup",
}


class _Lazy(click.Group):
    """Loads a command's module when that command is wanted, so that `greenroom --help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"service.commands.{COMMANDS[cmd_name]}")
        # `import` is a word of Python's.
        command: click.Command = getattr(module, "import_" if cmd_name == "import" else cmd_name)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="greenroom")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Greenroom: comments wait here until they are called on stage."""
    configure(ctx.invoked_subcommand or "greenroom", level="warning", style="text")
    log_uncaught()


if __name__ == "__main__":
    main()
