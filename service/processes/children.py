"""The processes of `greenroom up`."""

from functools import partial

from service.config import Settings
from service.jobs.wake_sockets import WakeSockets
from service.processes.roles import Role, load_libraries, load_transformer, run
from service.processes.tree import Child


def children(settings: Settings, sockets: WakeSockets | None) -> list[Child]:
    """The web process and the workers, not yet started. Loads their libraries, which they share. `sockets`: where wake-ups come
    without a broker."""
    return _without_broker(settings, sockets) if sockets else _with_broker(settings)


def _with_broker(settings: Settings) -> list[Child]:
    """Celery workers run the checks and the deliveries."""
    roles = [Role.WEB, Role.CHECKS, Role.COURIER]
    load_libraries({*roles, Role.SWEEP}, settings)
    return [Child(role, partial(run, role, settings, watched=True, sweeping=role is Role.COURIER)) for role in roles]


def _without_broker(settings: Settings, sockets: WakeSockets) -> list[Child]:
    """One worker does everything, and more workers check, if they were asked for."""
    load_libraries({Role.WEB, Role.SWEEP}, settings)
    if settings.check_processes > 1:
        # Before the fork, so that the workers share its memory.
        load_transformer(settings)
    work = {Role.SWEEP: Role.SWEEP, **{f"{Role.CHECKS}-{at}": Role.CHECKS for at in range(2, settings.check_processes + 1)}}
    workers = [Child(name, partial(run, role, settings, sockets=sockets)) for name, role in work.items()]
    return [Child(Role.WEB, partial(run, Role.WEB, settings, watched=True)), *workers]
