"""All kinds of faults: their effects, and the set-ups on which they are possible."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.chaos.house import House, Setup
from tests.chaos.process import FAKETIME, limit_files, limit_memory

_ALL = frozenset(Setup)
_REDIS = frozenset({Setup.SQLITE_REDIS, Setup.POSTGRES_REDIS})
_POSTGRES = frozenset({Setup.POSTGRES_REDIS})
_SQLITE = _ALL - _POSTGRES
_NONE: frozenset[Setup] = frozenset()
_PREFIX = "greenroom:jobs:"
#: Seconds by which clocks are moved. Only beside PostgreSQL can processes be hours apart: on SQLite they share a machine.
_LEASES, _HOURS = (-20, -7, 7, 20), (-6 * 3600, 6 * 3600)


@dataclass(frozen=True)
class Kind:
    """One kind of fault."""

    name: str
    strike: Callable[[House, random.Random], None]
    on: frozenset[Setup] = _ALL


def kinds(setup: Setup) -> list[Kind]:
    return [kind for kind in _KINDS if setup in kind.on]


def restarts(setup: Setup) -> list[Kind]:
    """No faults, only SIGTERM for each process, as in a rolling restart."""
    return [kind for kind in _RESTARTS if setup in kind.on]


def _ends(name: str) -> Callable[[House, random.Random], None]:
    return lambda house, _chance: house.end(name)


def _kills(name: str) -> Callable[[House, random.Random], None]:
    return lambda house, _chance: house.kill(name)


def _kills_child(name: str) -> Callable[[House, random.Random], None]:
    def strike(house: House, _chance: random.Random) -> None:
        if not house.kill_child(name):
            house.kill(name)

    return strike


def _freezes(name: str) -> Callable[[House, random.Random], None]:
    return lambda house, chance: house.freeze(name, chance.uniform(1, 3.5))


def _sulks(mood: str) -> Callable[[House, random.Random], None]:
    """The receiver behaves like this for a while."""

    def strike(house: House, chance: random.Random) -> None:
        house.mood(mood)
        house.pause(chance.uniform(0.5, 3))
        house.mood("well")

    return strike


def _is_gone_and_comes_back(house: House, chance: random.Random) -> None:
    """The second endpoint responds with 410. Then its owner enables it again and replays the missed events."""
    house.mood("410", "second")
    house.pause(chance.uniform(0.5, 2))
    house.mood("well", "second")
    house.revive("second")


def _empties(house: House, _chance: random.Random) -> None:
    house.with_redis(lambda client: client.flushall())


def _throws_garbage(house: House, chance: random.Random) -> None:
    rubbish = [b"not json", b"{}", b'{"body": "AAAA", "headers": {}}', b"\x00\xff", b'{"body":"W10=","properties":{}}']
    for queue in ("checks", "deliveries"):
        house.with_redis(lambda client, queue=queue: client.lpush(_PREFIX + queue, chance.choice(rubbish)))


def _fills(house: House, chance: random.Random) -> None:
    """Redis is out of memory for a while."""
    house.with_redis(lambda client: client.config_set("maxmemory", 1))
    house.pause(chance.uniform(0.5, 2))
    house.with_redis(lambda client: client.config_set("maxmemory", 0))


def _fills_disk(house: House, chance: random.Random) -> None:
    _fills_disk_of(house, chance, *(name for name in house.servers if name not in ("receiver", "redis")))


def _fills_disk_of(house: House, chance: random.Random, *names: str) -> None:
    limit_files((pid for name in names for pid in house.pids(name)), "8192")
    house.pause(chance.uniform(0.5, 2))
    limit_files((pid for name in names for pid in house.pids(name)), "unlimited")


def _moves_clock(name: str, *by: int) -> Callable[[House, random.Random], None]:
    """Move a clock by one of these seconds. By up to four leases, the process steals leases of others, or they steal its leases."""

    def strike(house: House, chance: random.Random) -> None:
        house.move_clock(name, chance.choice(by), lasts=chance.uniform(2, 4))

    return strike


def _takes_memory(name: str) -> Callable[[House, random.Random], None]:
    """The children of a process get no more memory for a while. The process itself does: an interpreter that it starts meanwhile would
    write its own errors to the log.
    """

    def strike(house: House, chance: random.Random) -> None:
        children = house.pids(name)[1:]
        limit_memory(children, spare=256 * 1024)
        house.pause(chance.uniform(0.5, 2))
        limit_memory(children, spare=None)

    return strike


def _makes_replica(house: House, chance: random.Random) -> None:
    """Redis becomes a read-only replica of a server that is not there, as after a failover that went wrong."""
    house.with_redis(lambda client: client.replicaof("127.0.0.1", 1))
    house.pause(chance.uniform(0.5, 3))
    house.with_redis(lambda client: client.replicaof("NO", "ONE"))


def _makes_read_only(house: House, chance: random.Random) -> None:
    """PostgreSQL takes only reading transactions for a while, as after a failover to a replica."""
    for only in ("on", "off"):
        house.with_postgres(f"ALTER SYSTEM SET default_transaction_read_only = {only}", "SELECT pg_reload_conf()")
        if only == "on":
            house.pause(chance.uniform(0.5, 3))


def _ends_backends(house: House, chance: random.Random) -> None:
    """Each connection to PostgreSQL is ended, several times a second."""
    for _ in range(chance.randint(2, 8)):
        house.with_postgres(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname <> ''"
        )
        house.pause(0.2)


def _cuts_off(house: House, chance: random.Random) -> None:
    """Worker and delivery worker no longer reach PostgreSQL, and the others do. Nothing tells them: no packet arrives any more."""
    house.proxy.hold()
    house.pause(chance.uniform(1, 8))
    house.proxy.go_on()


def _fills_disk_of_postgres(house: House, chance: random.Random) -> None:
    _fills_disk_of(house, chance, "postgres")


_KINDS = [
    Kind("kill web", _kills("web")),
    Kind("kill web child", _kills_child("web")),
    Kind("kill sweep", _kills("sweep")),
    Kind("freeze web", _freezes("web")),
    Kind("freeze sweep", _freezes("sweep")),
    Kind("kill worker", _kills("worker"), _REDIS),
    Kind("kill worker child", _kills_child("worker"), _REDIS),
    Kind("kill courier", _kills("courier"), _REDIS),
    Kind("kill redis", _kills("redis"), _REDIS),
    Kind("freeze redis", _freezes("redis"), _REDIS),
    Kind("empty redis", _empties, _REDIS),
    Kind("garbage in redis", _throws_garbage, _REDIS),
    Kind("full redis", _fills, _REDIS),
    Kind("redis as replica", _makes_replica, _REDIS),
    Kind("no memory for web", _takes_memory("web")),
    Kind("no memory for worker", _takes_memory("worker"), _REDIS),
    Kind("read-only postgres", _makes_read_only, _POSTGRES),
    Kind("ended backends", _ends_backends, _POSTGRES),
    Kind("worker cut off from postgres", _cuts_off, _POSTGRES),
    Kind("full disk of postgres", _fills_disk_of_postgres, _POSTGRES),
    Kind("kill postgres", _kills("postgres"), _POSTGRES),
    Kind("freeze postgres", _freezes("postgres"), _POSTGRES),
    Kind("full disk", _fills_disk, _SQLITE),
    Kind("clock of web", _moves_clock("web", *_LEASES), _ALL if FAKETIME else _NONE),
    Kind("clock of sweep", _moves_clock("sweep", *_LEASES), _ALL if FAKETIME else _NONE),
    Kind("clock of web by hours", _moves_clock("web", *_HOURS), _POSTGRES if FAKETIME else _NONE),
    Kind("clock of worker by hours", _moves_clock("worker", *_HOURS), _POSTGRES if FAKETIME else _NONE),
    Kind("clock of worker", _moves_clock("worker", *_LEASES), _REDIS if FAKETIME else _NONE),
    Kind("freeze receiver", _freezes("receiver")),
    Kind("receiver 500", _sulks("500")),
    Kind("receiver 429", _sulks("429")),
    Kind("receiver 302", _sulks("302")),
    Kind("receiver 410", _is_gone_and_comes_back),
    Kind("receiver reset", _sulks("reset")),
    Kind("receiver drip", _sulks("drip")),
    Kind("receiver huge", _sulks("huge")),
    Kind("receiver lost", _sulks("lost")),
    Kind("receiver rubbish", _sulks("rubbish")),
    Kind("receiver silent", _sulks("silent")),
]

_RESTARTS = [
    Kind("end web", _ends("web")),
    Kind("end sweep", _ends("sweep")),
    Kind("end worker", _ends("worker"), _REDIS),
    Kind("end courier", _ends("courier"), _REDIS),
]
