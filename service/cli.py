"""The `greenroom` command. Each subcommand lives in `service/commands` and is imported when it is called."""

import importlib
from typing import Any

import click

from service.logs import configure
from service.uncaught_errors import log_uncaught

#: Command -> module of `service.commands` that defines a click command of the same name, with `_` for `-`.
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
    "site": "sites",
    "key": "keys",
    "thread": "thread",
    "check": "check",
    "train": "training",
    "evaluate": "training",
    "user": "user",
    "webhook": "webhook",
    "external": "external_checks",
    "verify": "verify",
    "audit-log": "audit_log",
    "report": "report",
    "erase": "erase",
    "archive": "archive",
    "backup": "backup",
    "restore": "backup",
    "resume": "installation",
    "secret": "installation",
    "export": "import_export",
    "import": "import_export",
    "completion": "help.manual",
    "man": "help.manual",
}


class _Lazy(click.Group):
    """Imports the module of a command when it is called, so that `greenroom` starts fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"service.commands.{COMMANDS[cmd_name]}")
        # `import` is a keyword of Python.
        name = "import_" if cmd_name == "import" else cmd_name.replace("-", "_")
        command: click.Command = getattr(module, name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. What an operator can cause ends it with one sentence, not with a traceback."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            from service.commands.support.operator_errors import advice

            if words := advice(error):
                raise click.ClickException(words) from error
            raise


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="greenroom")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Greenroom checks comments, publishes the good ones and queues the doubtful ones for moderators."""
    configure(ctx.invoked_subcommand or "greenroom", level="warning", style="text")
    log_uncaught()


if __name__ == "__main__":
    main()
