"""The address of a Redis, or of the Sentinels that know it: `sentinel://user:password@one:26379,two:26379/NAME/0`."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

SCHEMES = ("redis", "rediss", "unix", "sentinel", "sentinels")
SENTINEL_PORT = 26379
#: The options after the `?` of Sentinels: their own user and password, and what redis-py calls the options of TLS.
_OWN = {"sentinel_username": "username", "sentinel_password": "password"}
_TLS = frozenset({"ssl_ca_certs", "ssl_ca_path", "ssl_certfile", "ssl_keyfile", "ssl_cert_reqs", "ssl_check_hostname"})


@dataclass(frozen=True, slots=True)
class Sentinels:
    """The Sentinels of one Redis. `login` and `tls` are options of redis-py. With `tls`, Sentinels and Redis both speak TLS."""

    hosts: tuple[tuple[str, int], ...]
    name: str
    database: int
    login: dict[str, str]
    own_login: dict[str, str]
    tls: dict[str, Any] | None

    @property
    def sentinel_options(self) -> dict[str, Any]:
        """The options of a connection to one of the Sentinels."""
        return self.own_login | ({"ssl": True} | self.tls if self.tls is not None else {})

    @property
    def redis_options(self) -> dict[str, Any]:
        """The options of a connection to the Redis that they name."""
        return {"db": self.database} | self.login | ({"ssl": True} | self.tls if self.tls is not None else {})


def sentinels_of(url: str) -> Sentinels | None:
    """The Sentinels of this address; None if it names a Redis. Raises ValueError for what is wrong with it."""
    parts = urlsplit(url)
    if parts.scheme not in ("sentinel", "sentinels"):
        return None
    name, _, database = parts.path.strip("/").partition("/")
    if not name or not (database or "0").isdecimal():
        raise ValueError("expected the name that the Sentinels give the Redis after the hosts, as in sentinel://one,two/NAME/0")
    options = dict(parse_qsl(parts.query))
    if unknown := options.keys() - _OWN.keys() - (_TLS if parts.scheme == "sentinels" else frozenset()):
        raise ValueError(f"expected {', '.join(_OWN)}, and with sentinels:// options of TLS after the ?; {min(unknown)} is none")
    return Sentinels(
        hosts=tuple(_hosts(parts)),
        name=unquote(name),
        database=int(database or 0),
        login=_login(parts),
        own_login={_OWN[option]: value for option, value in options.items() if option in _OWN},
        tls={o: _tls_value(o, v) for o, v in options.items() if o in _TLS} if parts.scheme == "sentinels" else None,
    )


def _hosts(parts: SplitResult) -> list[tuple[str, int]]:
    hosts = []
    for place in parts.netloc.rpartition("@")[2].split(","):
        host, port = urlsplit(f"//{place}").hostname, urlsplit(f"//{place}").port
        if not host:
            raise ValueError("expected the hosts of the Sentinels, separated by commas: sentinel://one,two,three/NAME/0")
        hosts.append((host, port or SENTINEL_PORT))
    return hosts


def _login(parts: SplitResult) -> dict[str, str]:
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    return {name: unquote(value) for name, value in (("username", user), ("password", password)) if value}


def _tls_value(option: str, value: str) -> str | bool:
    return value.lower() in ("true", "yes", "1") if option == "ssl_check_hostname" else value
