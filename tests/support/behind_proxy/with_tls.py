"""Proxies that speak TLS for a host name of Greenroom's own, with the recipes as they stand but for ports and files."""

import http.client
import socket
import ssl
from contextlib import closing, suppress
from pathlib import Path

from tests.jobs.redis_kinds import certificate
from tests.support.behind_proxy.acme import Pebble
from tests.support.behind_proxy.below_path import Reply
from tests.support.behind_proxy.proxies import RECIPES, Caddy, Nginx, Proxy
from tests.support.servers import PATIENCE, free_port

NAME = "comments.news.example"


class TlsProxy(Proxy):
    """`port` is for https, `http_port` for http, `web_port` that of Greenroom. `authority` is the file to verify certificates with."""

    web_port: int
    authority: Path

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.http_port = free_port()

    def ready(self) -> bool:
        """Whether it has its certificate."""
        with suppress(OSError):
            return self.ask("/livez").status == http.client.OK
        return False

    def ask(self, path: str, source: str = "127.0.0.1") -> Reply:
        """Ask as a browser would that finds this name at this machine, and verify the certificate."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE, source_address=(source, 0))
        trusted = ssl.create_default_context(cafile=str(self.authority))
        return _reply(trusted.wrap_socket(plain, server_hostname=NAME), path)

    def ask_without_tls(self, path: str) -> Reply:
        return _reply(socket.create_connection(("127.0.0.1", self.http_port), timeout=PATIENCE), path)


class TlsCaddy(TlsProxy, Caddy):
    """It gets its certificate by itself, as at Let's Encrypt."""

    def start(self) -> None:
        self.acme = Pebble(self.folder)
        self.acme.http_port, self.acme.https_port = self.http_port, self.port
        self.acme.start()
        self.authority = self.acme.authority()
        self.recipe = (RECIPES / "Caddyfile").read_text().replace("127.0.0.1:8000", f"127.0.0.1:{self.web_port}")
        places = [f"http_port {self.http_port}", f"https_port {self.port}", f"acme_ca {self.acme.directory}"]
        self.options = "\n\t".join([*places, f"acme_ca_root {self.acme.own_certificate}"])
        super().start()

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.acme.stop()


class TlsNginx(TlsProxy, Nginx):
    """With a certificate from elsewhere."""

    def start(self) -> None:
        certificate(self.folder, f"DNS:{NAME}")
        self.authority = self.folder / "cert.pem"
        super().start()

    def servers(self) -> str:
        recipe = (RECIPES / "nginx.conf").read_text()
        for theirs, ours in (
            ("127.0.0.1:8000", f"127.0.0.1:{self.web_port}"),
            ("listen [::]:443 ssl;", ""),
            ("listen [::]:80;", ""),
            ("listen 443 ssl;", f"listen {self.port} ssl;"),
            ("listen 80;", f"listen {self.http_port};"),
            (f"/etc/ssl/{NAME}.pem", f"{self.folder}/cert.pem"),
            (f"/etc/ssl/{NAME}.key", f"{self.folder}/key.pem"),
        ):
            recipe = recipe.replace(theirs, ours)
        return recipe


def _reply(connected: socket.socket, path: str) -> Reply:
    connection = http.client.HTTPConnection(NAME)
    with closing(connection):
        connection.sock = connected
        connection.request("GET", path)
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read())
