"""`greenroom up`: starts all of Greenroom on this machine, as one tree of processes."""

import fcntl
import logging
import os
import socket
import time

import click
from sqlalchemy.exc import SQLAlchemyError

from service.commands.support.broker_check import check_broker, without_semaphores
from service.commands.support.context import settings as settings_in_force
from service.commands.support.first_run import Installation, open_installation, prepare
from service.commands.support.greeting import NeverServed, StartUpWatch
from service.commands.support.operator_errors import advice
from service.commands.support.root_secret import demand_own_secret
from service.commands.support.setting_flags import setting_flags
from service.config import Settings
from service.processes.socket_file import make_room
from service.setting_sources import PREFIX

#: The loopback networks. Webhooks may go to receivers on this machine if Greenroom itself serves only this machine.
_LOOPBACK = "127.0.0.0/8,::1/128"

log = logging.getLogger("greenroom.up")


@click.command()
@click.option("--demo", is_flag=True, help="Also post a few hundred made-up comments, and receive the webhooks.")
@setting_flags
def up(*, demo: bool) -> None:
    """Start everything on this machine.

    Runs web, checks, webhook delivery and sweep in one tree of processes. The database is SQLite unless you set another one.

    The first start creates the data folder (GREENROOM_HOME, ~/.greenroom); later starts use it again. Ctrl-C stops everything
    cleanly.

    \b
    Examples:
      greenroom up --port 9000
      DATABASE_URL=postgresql://... REDIS_URL=redis://... greenroom up
    """
    _start(demo=demo)


def _start(*, demo: bool) -> None:
    began = time.monotonic()
    # Only the owner may read the files that are created from here on.
    os.umask(0o077)
    settings = settings_in_force()
    prepare(settings)
    lock = _only_one(settings)
    _demand_free_port(settings)
    if settings.has_broker:
        check_broker(settings.redis_url)
        if words := without_semaphores():
            click.echo(words, err=True)
    settings = _in_force(settings)
    house = _installation(settings)
    _serve(settings, house, began, demo=demo)
    os.close(lock)


def _only_one(settings: Settings) -> int:
    """Lock the data folder itself: a lock file in it could be deleted. Returns the descriptor that holds the lock.

    Child processes inherit the lock, so a second start fails while any process of the first one runs.
    """
    lock = os.open(settings.home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise click.ClickException(
            f"Greenroom is running on {settings.home} already; GREENROOM_HOME names another folder"
        ) from None
    except OSError as error:
        os.close(lock)
        raise click.ClickException(
            f"{settings.home}: cannot be locked ({error.strerror}); GREENROOM_HOME has to be on a local disk"
        ) from None
    return lock


def _demand_free_port(settings: Settings) -> None:
    if settings.socket:
        make_room(settings.socket)
        return
    # Check the port here, because the web server would not fail: two instances would share the port, and each would get half of
    # the requests.
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            reason = error.strerror or error
            raise click.ClickException(f"{settings.host}:{settings.port}: {reason}; PORT=… chooses another port") from None


def _in_force(settings: Settings) -> Settings:
    """Put the folder and what follows from the address into the environment, where each process reads its settings."""
    os.environ[PREFIX + "HOME"] = str(settings.home.resolve())
    if not settings.webhook_allow and not settings.public_url and settings.host in ("127.0.0.1", "localhost", "::1"):
        os.environ[PREFIX + "WEBHOOK_ALLOW"] = _LOOPBACK
    settings_in_force.cache_clear()
    return settings_in_force()


def _installation(settings: Settings) -> Installation:
    from service.store.db.engine import Database
    from service.store.db.schema_version import RETIRED_ADVICE, Schema, newer_advice, revision, schema

    database = Database.of(settings)
    try:
        with database.reading() as session:
            at = revision(session)
            standing = schema(at)
        if standing is Schema.RETIRED:
            raise click.ClickException(f"the database cannot be used: {RETIRED_ADVICE}")
        if standing is Schema.NEWER:
            click.echo(newer_advice(str(at)), err=True)
        if standing in (Schema.MISSING, Schema.OLDER):
            _upgrade(settings)
        demand_own_secret(settings)
        return open_installation(settings, database)
    except SQLAlchemyError as error:
        reason = type(getattr(error, "orig", error)).__name__
        unknown = f"the database does not answer ({reason}): does it run, and is DATABASE_URL right?"
        raise click.ClickException(advice(error) or unknown) from error
    finally:
        database.close()


def _upgrade(settings: Settings) -> None:
    """Run the migrations in a child process, so that their memory is returned when it ends."""
    if not (child := os.fork()):
        code = 1
        try:
            from service.store.db import migrate
            from service.store.db.engine import Database

            migrate.upgrade(Database.of(settings))
            code = 0
        except Exception:  # Whatever it is, the fork must end here; the parent says that it failed.
            log.exception("upgrade_failed")
        finally:
            os._exit(code)
    if os.waitpid(child, 0)[1]:
        raise click.ClickException("the schema could not be brought to what this version wants")


def _serve(settings: Settings, house: Installation, began: float, *, demo: bool) -> None:
    from service import logs
    from service.jobs.wake_sockets import WakeSockets
    from service.processes.children import children
    from service.processes.logfile import LogFile
    from service.processes.tree import ProcessTree

    log_file = LogFile(
        settings.home / "greenroom.log", largest=settings.log_size * 1_000_000, as_json=settings.log_format == "json"
    )
    os.environ[PREFIX + "LOG_FORMAT"] = "json"
    logs.configure("up", level=settings.log_level, style="json", stream=os.fdopen(os.dup(log_file.fileno()), "a", buffering=1))
    sockets = None if settings.has_broker else WakeSockets(settings.home)
    tree = ProcessTree(children(settings, sockets), output=log_file.fileno())
    watch = StartUpWatch(settings, house, tree, log_file, began=began, demo=demo)
    try:
        tree.keep(watch.look)
    except NeverServed:
        raise click.ClickException(f"the web process does not start:\n{log_file.last_lines(15)}") from None
    except Exception as error:
        log.exception("up_failed")
        raise click.ClickException(
            f"{type(error).__name__}: something broke; {settings.home / 'greenroom.log'} says where"
        ) from error
    if sockets:
        sockets.close()
    click.echo("Everything has ended; your data stays where it is.")
