"""`greenroom web`, `worker`, `courier`, `beat`, `sweep`: one process each, for a Procfile or a Compose file."""

import click

from service.commands.support.broker_check import check_broker, without_semaphores
from service.commands.support.context import settings
from service.commands.support.root_secret import demand_own_secret
from service.commands.support.setting_flags import flags_of, setting_flags


@click.command()
@setting_flags
def web() -> None:
    """Serve the host API, the feed and the queue page.

    Example: greenroom web --port 8000 --web-processes 2
    """
    _run("web")


@click.command()
@setting_flags
def worker() -> None:
    """Run the checks.

    A Celery worker of the queue `checks`. Needs REDIS_URL.

    Example: greenroom worker --worker-processes 4
    """
    _run("checks")


@click.command()
@setting_flags
def courier() -> None:
    """Deliver webhooks.

    The delivery worker: a Celery worker of the queue `deliveries`. Needs REDIS_URL.
    """
    _run("courier")


@click.command()
@flags_of("home", "database_url", "redis_url", "secret_key", "sweep_every", "log_level", "log_format")
def beat() -> None:
    """Schedule the sweep (Celery beat). Run exactly one.

    Needs REDIS_URL.
    """
    _run("beat")


@click.command()
@setting_flags
def sweep() -> None:
    """Retry what is stuck, and run maintenance.

    Any number may run. Without a broker, this process also checks the comments and delivers the webhooks.
    """
    _run("sweep")


def _run(name: str) -> None:
    from service.processes.roles import Role, load_libraries, run
    from service.processes.socket_file import make_room

    role = Role(name)
    if role in (Role.CHECKS, Role.COURIER, Role.BEAT) and not settings().redis_url:
        raise click.ClickException("this process waits for jobs on Redis: set REDIS_URL; without one, run `greenroom sweep`")
    if settings().redis_url:
        check_broker(settings().redis_url)
    if role is Role.CHECKS and (words := without_semaphores()):
        raise click.ClickException(words)
    if role is Role.WEB and settings().socket:
        make_room(settings().socket)
    # Asked here, because a web process without its root secret would be started again and again.
    demand_own_secret(settings())
    load_libraries({role}, settings())
    run(role, settings())
