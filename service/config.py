"""Settings: their table, each with its default, its sentence and its kind, and what follows from them."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from service.setting_kinds import (
    database,
    folder,
    issuer,
    long_secret,
    mailbox,
    networks,
    one_of,
    public_address,
    read_replica,
    redis,
    seconds,
    smtp,
    socket_path,
    whole,
    words,
    yes_or_no,
)

#: Listen addresses that a browser on this machine reaches as localhost.
_THIS_MACHINE = ("127.0.0.1", "0.0.0.0", "::1", "::")  # noqa: S104


class BadSetting(Exception):
    """A bad setting. The message names it and says what was expected and what was given."""


def _setting(default: Any, doc: str, parse: Callable[[str], Any] = str, *, secret: bool = False) -> Any:
    return field(default=default, repr=not secret, metadata={"doc": doc, "parse": parse, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """All settings. Frozen. The defaults suit `greenroom up`."""

    home: Path = _setting(Path("~/.greenroom").expanduser(), "Folder for the data of the embedded default.", folder)
    host: str = _setting("127.0.0.1", "Address that the web process listens on.")
    port: int = _setting(8000, "Port that the web process listens on.", whole(1, 65535))
    socket: str = _setting("", "Unix socket that the web process listens on in place of the port, behind a proxy.", socket_path)
    public_url: str = _setting(
        "", "Address under which hosts and moderators reach Greenroom; links are made from it.", public_address
    )
    database_url: str = _setting(
        "", "PostgreSQL or SQLite address; empty means SQLite in the data folder.", database, secret=True
    )
    database_connections: int = _setting(
        10, "Most connections to PostgreSQL of one process; half of them stay open while idle.", whole(2, 512)
    )
    prepared_statements: bool = _setting(
        True, "Whether statements are prepared on PostgreSQL; false behind PgBouncer before 1.21.", yes_or_no
    )
    read_database_url: str = _setting(
        "",
        "PostgreSQL replica that feeds, counts and charts are read from; empty: the database itself.",
        read_replica,
        secret=True,
    )
    read_database_lag: float = _setting(
        5.0, "Most seconds that the replica may be behind; beyond, the database itself is read.", seconds(1, 3600)
    )
    citus: bool = _setting(
        False,
        "Whether Citus distributes the rows by their site (`greenroom db distribute`): then each statement is about one site.",
        yes_or_no,
    )
    redis_url: str = _setting("", "Redis address for the jobs; empty: one worker on this machine does them.", redis, secret=True)
    broker: str = _setting("auto", "auto: Redis where redis_url names one; none: no broker in any case.", one_of("auto", "none"))
    secret_key: str = _setting(
        "", "At least 32 characters; empty means one is made and kept in the data folder.", long_secret, secret=True
    )

    web_processes: int = _setting(1, "Web processes; keep 1 on SQLite, where one process writes best.", whole(1, 64))
    web_threads: int = _setting(32, "Threads of each web process.", whole(1, 256))
    load_checks: bool = _setting(
        False,
        "Load the checks when a web process starts: clients of Perspective, OpenAI and Coral do not wait for it then.",
        yes_or_no,
    )
    fast_paths: bool = _setting(
        True,
        "Whether hot feeds and ordinary comments are served on an event loop in front of Flask; off: Flask serves all.",
        yes_or_no,
    )
    worker_processes: int = _setting(0, "Processes that run the checks. 0: one, or two with Redis.", whole(0, 128))
    courier_threads: int = _setting(8, "Webhooks that one `greenroom courier` sends at the same time.", whole(1, 128))
    write_timeout: float = _setting(
        30.0,
        "Seconds after which a connection is closed whose client reads nothing of its response.",
        seconds(1, 600),
    )
    connections_per_ip: int = _setting(
        256,
        "Most open connections of one address to one web process; the longest idle ones are closed. 0: no limit. It does not "
        "apply behind trusted_proxies.",
        whole(0, 100_000),
    )
    max_wait: float = _setting(10.0, "Longest `Prefer: wait` in seconds.", seconds(0, 10))
    batch: int = _setting(200, "Most comments that a worker claims at a time.", whole(1, 1000))
    transformer_seconds: float = _setting(
        2.0,
        "Most seconds that the transformer may read in one batch; the rest of the batch is judged without it. 0: it is not used.",
        seconds(0, 10),
    )
    lease: float = _setting(30.0, "Seconds after which a claimed comment may be claimed again.", seconds(2, 600))
    max_claims: int = _setting(3, "Claims after which a comment is held for a person, not checked.", whole(1, 20))
    sweep_every: float = _setting(5.0, "Seconds between two sweeps.", seconds(0.05, 60))
    sweep_after: float = _setting(
        3.0,
        "Seconds that a comment may wait while no worker claims any; then the sweep checks it itself, without the broker.",
        seconds(0, 600),
    )

    decision_delay: float = _setting(
        5.0,
        "Seconds that a moderator's decision waits before its webhook, so that an undo is silent.",
        seconds(0, 600),
    )
    webhook_allow: tuple[str, ...] = _setting(
        (), "Networks, comma-separated (10.0.0.0/8), that endpoints may be in although they are private.", networks
    )
    webhook_timeout: float = _setting(10.0, "Seconds that a delivery may take in all.", seconds(1, 60))
    webhook_probe_every: float = _setting(
        60.0, "Seconds between two probes of an endpoint that failed five times in a row.", seconds(0.5, 3600)
    )
    trusted_proxies: int = _setting(
        0, "Proxies in front of the web process that are believed about a client's address.", whole(0, 10)
    )
    proxy_header: str = _setting(
        "x-forwarded-for",
        "The header in which they write it: x-forwarded-for (with X-Forwarded-Proto), or forwarded (RFC 7239).",
        one_of("x-forwarded-for", "forwarded"),
    )
    rate_per_minute: int = _setting(60_000, "Requests a minute that one key may make to one web process.", whole(1, 10_000_000))
    form_rate_per_minute: int = _setting(20, "Form posts a minute from one address to one web process.", whole(1, 1_000_000))

    session_idle: float = _setting(
        12 * 3600.0, "Seconds of idleness after which a moderator signs in again.", seconds(60, 30 * 86400)
    )
    session_absolute: float = _setting(
        7 * 86400.0, "Seconds after which a moderator signs in again in any case.", seconds(60, 365 * 86400)
    )
    link_valid: float = _setting(24 * 3600.0, "Seconds that a one-time sign-in link is valid.", seconds(60, 30 * 86400))
    two_factor: str = _setting(
        "optional",
        "Who must have a second factor: optional (nobody must), admins, or everybody.",
        one_of("optional", "admins", "everybody"),
    )
    oidc_issuer: str = _setting("", "OpenID provider that moderators may sign in with, as it calls itself (its issuer).", issuer)
    oidc_client_id: str = _setting("", "What the provider calls this Greenroom.")
    oidc_client_secret: str = _setting(
        "", "The secret that the provider gave out for it; empty for a public client.", secret=True
    )
    oidc_name: str = _setting("", "What the button for it says; empty means its host.")
    oidc_domains: tuple[str, ...] = _setting((), "Domains, comma-separated, whose people get in without an invitation.", words)
    oidc_role: str = _setting(
        "",
        "Role on every site of those people; empty lets nobody in without an invitation.",
        one_of("", "viewer", "moderator", "admin"),
    )
    mail_url: str = _setting(
        "",
        "SMTP server that mails are sent through, smtp://user:password@mail.example:587 (STARTTLS) or smtps://…; empty: no mails.",
        smtp,
        secret=True,
    )
    mail_from: str = _setting("", "Address that mails are sent from; needed where mail_url is set.", mailbox)
    log_level: str = _setting("info", "debug, info, warning or error.", one_of("debug", "info", "warning", "error"))
    log_format: str = _setting("auto", "json, text, or auto: text on a terminal.", one_of("json", "text", "auto"))
    log_size: int = _setting(
        20, "Size in MB at which `greenroom up` puts its log file aside; one old file is kept.", whole(1, 100_000)
    )
    metrics_token: str = _setting(
        "", "Bearer token that /metrics asks for; empty: this machine only, and nobody if public_url is set.", secret=True
    )

    @cached_property
    def database(self) -> str:
        """The database URL: the one that was set, or SQLite in the data folder."""
        return self.database_url or f"sqlite:///{self.home / 'greenroom.db'}"

    @property
    def on_sqlite(self) -> bool:
        return self.database.startswith("sqlite")

    @property
    def has_broker(self) -> bool:
        """Whether Celery and Redis carry the wake-ups. Without them one worker on this machine does all the work."""
        return bool(self.redis_url) and self.broker != "none"

    @property
    def check_processes(self) -> int:
        """How many processes run the checks."""
        return self.worker_processes or (2 if self.has_broker else 1)

    @property
    def url(self) -> str:
        """The public URL. Never taken from a request's Host header."""
        return self.public_url or self.local_url

    @property
    def local_url(self) -> str:
        """The URL of the web process on its own port, without the proxy in front."""
        host = "localhost" if self.host in _THIS_MACHINE else f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}{self.sub_path}"

    @property
    def sub_path(self) -> str:
        """The path below which everything is served: `/comments`; empty for the root of a host."""
        return urlsplit(self.public_url).path

    @property
    def sends_mail(self) -> bool:
        return bool(self.mail_url)

    @cached_property
    def secret(self) -> str:
        """The root secret, at least 32 characters: the one that was set, or the one in the data folder.

        Raises BadSetting if there is neither.
        """
        if self.secret_key:
            return self.secret_key
        path = self.home / "secret.key"
        if not path.exists():
            raise BadSetting(f"secret_key: expected one to be set, or {path} to exist (`greenroom up` makes it)")
        return path.read_text(encoding="ascii").strip()


def names() -> dict[str, Any]:
    """Every setting by name, with its dataclass field."""
    return {f.name: f for f in fields(Settings)}
