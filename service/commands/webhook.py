"""`greenroom webhook`: the endpoints of a site, and a receiver that verifies webhooks and reports repeated ones and wrong order."""

import json
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import click
from standardwebhooks import Webhook, WebhookVerificationError

from service.actions.webhooks.endpoints import add_endpoint, remove_endpoint
from service.clock import utcnow
from service.commands.endpoints import add, list_endpoints, remove, replay_failed, rotate_secret, send_a_test, turn
from service.commands.support.context import database, settings
from service.domain.errors import Refusal
from service.domain.security.encryption import SecretBox

LOOPBACK = ("127.0.0.0/8", "::1/128")


@dataclass(frozen=True, slots=True)
class Received:
    """One received webhook and the results of its checks."""

    at: str
    id: str
    type: str
    comment: str
    sequence: int
    #: None if no secret was given.
    verified: bool | None
    repeated: bool
    out_of_order: bool
    webhook: Any


@dataclass(slots=True)
class Ledger:
    """What a careful host remembers: the webhook ids that it has seen, and the highest sequence number of each comment."""

    secrets: Sequence[str] = ()
    _known: set[str] = field(default_factory=set)
    _highest: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("received", "repeated", "out_of_order", "unverified"), 0)
    )

    def enter(self, headers: dict[str, str], body: bytes) -> Received:
        """Record a webhook. Raises ValueError if the body is not JSON."""
        content = json.loads(body)
        about = _part(content, "data")
        comment, sequence = _part(about, "comment").get("id", ""), about.get("sequence", 0)
        with self._lock:
            return self._entered(headers, body, content, str(comment), sequence if isinstance(sequence, int) else 0)

    def _entered(self, headers: dict[str, str], body: bytes, content: Any, comment: str, sequence: int) -> Received:
        message_id = headers.get("webhook-id", "")
        repeated = message_id in self._known
        verified = any(_fits(secret, headers, body) for secret in self.secrets) if self.secrets else None
        out_of_order = not repeated and sequence < self._highest.get(comment, 0)
        if verified is not False:
            self._known.add(message_id)
            self._highest[comment] = max(sequence, self._highest.get(comment, 0))
        for name, count in (
            ("received", True),
            ("repeated", repeated),
            ("out_of_order", out_of_order),
            ("unverified", not verified),
        ):
            self.counts[name] += count
        at = utcnow().isoformat(timespec="milliseconds")
        return Received(at, message_id, _type_of(content), comment, sequence, verified, repeated, out_of_order, content)


@click.group()
def webhook() -> None:
    """Manage endpoints, and receive and verify webhooks on this machine."""


for _command in (add, list_endpoints, turn, send_a_test, rotate_secret, replay_failed, remove):
    webhook.add_command(_command)


@webhook.command()
@click.option(
    "--port", default=8765, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one."
)
@click.option("--secret", "secrets", multiple=True, help="The endpoint's secret (whsec_…); may be repeated.")
@click.option("--register", metavar="SITE", help="Make an endpoint of SITE that leads here, and remove it at the end.")
@click.option("--answer", default=204, show_default=True, type=click.IntRange(200, 599), help="Status to answer with.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a webhook.")
def listen(port: int, secrets: tuple[str, ...], register: str | None, answer: int, *, as_json: bool) -> None:
    """Receive webhooks and print each, verified with the PyPI library `standardwebhooks`, until Ctrl-C.

    \b
    Examples:
      greenroom webhook listen --register demo
      greenroom webhook listen --port 9000 --secret whsec_... --json
    """
    ledger = Ledger(secrets)
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), _handler(ledger, answer, as_json=as_json))
    except OSError as error:
        raise click.ClickException(f"port {port} cannot be used: {error.strerror}; --port names another, 0 a free one") from error
    server.daemon_threads = True
    url = f"http://127.0.0.1:{server.server_port}/"
    with _registered(register, url, ledger), server:
        click.echo(f"listening on {url}" + ("" if ledger.secrets else "; give --secret to verify signatures"), err=True)
        # Treat SIGTERM like Ctrl-C, so that the endpoint is removed.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            server.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            click.echo(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in ledger.counts.items()), err=True)


@contextmanager
def _registered(site_id: str | None, url: str, ledger: Ledger) -> Iterator[None]:
    if not site_id:
        yield
        return
    secret_box = SecretBox.from_secret(settings().secret)
    try:
        with database().writing() as session:
            endpoint, secret = add_endpoint(session, site_id, url=url, secret_box=secret_box, now=utcnow(), allow=LOOPBACK)
    except Refusal as error:
        raise click.ClickException(error.detail) from error
    ledger.secrets = (*ledger.secrets, secret)
    click.echo(f"endpoint {endpoint.id} of {site_id} leads here; its secret is {secret}", err=True)
    click.echo("the courier reaches it where `webhook_allow` opens 127.0.0.0/8, as `greenroom up` does by itself", err=True)
    try:
        yield
    finally:
        with database().writing() as session:
            remove_endpoint(session, site_id, endpoint.id)


def _handler(ledger: Ledger, answer: int, *, as_json: bool) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 1024 * 1024))
            try:
                received = ledger.enter({name.lower(): value for name, value in self.headers.items()}, body)
            except ValueError as error:
                click.echo(f"not a webhook: {error}", err=True)
                self._answer(400)
                return
            click.echo(json.dumps(asdict(received), ensure_ascii=False) if as_json else _line(received))
            self._answer(401 if received.verified is False else answer)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Does nothing: `do_POST` prints each webhook."""

    return Handler


def _fits(secret: str, headers: dict[str, str], body: bytes) -> bool:
    try:
        Webhook(secret).verify(body, headers)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def _line(received: Received) -> str:
    signature = {None: "not verified", True: "verified", False: "BAD SIGNATURE"}[received.verified]
    notes = [signature] + ["repeated"] * received.repeated + ["OUT OF ORDER"] * received.out_of_order
    text = str(_part(_part(received.webhook, "data"), "comment").get("text", ""))
    shown = json.dumps(text[:60] + "…" * (len(text) > 60), ensure_ascii=False)
    line = f"{received.at[11:23]}  {received.type:<17} {received.comment} #{received.sequence}  {', '.join(notes)}  {shown}"
    # A sender must not be able to write control characters to the terminal.
    return "".join(c if c.isprintable() else "\N{MIDDLE DOT}" for c in line)


def _part(whole: Any, name: str) -> dict[str, Any]:
    part = whole.get(name) if isinstance(whole, dict) else None
    return part if isinstance(part, dict) else {}


def _type_of(content: Any) -> str:
    return str(content.get("type", "")) if isinstance(content, dict) else ""
