"""Real proxies in front of a Greenroom, with the recipes of `deploy/proxy`."""

import os
from pathlib import Path
from typing import Self

from tests.support.servers import Server, port_answers, program

RECIPES = Path(__file__).parents[3] / "deploy" / "proxy"


class Proxy(Server):
    """A proxy on a free port. `recipe` is its configuration for Greenroom."""

    name: str
    binary: str
    recipe: str = ""

    @classmethod
    def find(cls, folder: Path) -> Self | None:
        binary = program(cls.name)
        if not binary:
            return None
        proxy = cls(folder)
        proxy.binary = binary
        return proxy

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def ready(self) -> bool:
        return port_answers(self.port)

    def __exit__(self, *_: object) -> None:
        # At SIGQUIT the main process of Apache would leave its children behind.
        self.stop()


class Nginx(Proxy):
    name = "nginx"

    def command(self) -> list[str]:
        folders = "".join(
            f"{name}_temp_path {self.folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        # Its workers read the socket as the user that owns it.
        user = "user root;" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(
            f"{user} daemon off; pid {self.folder}/pid; worker_processes 1; error_log {self.folder}/error.log;\n"
            f"events {{}}\nhttp {{ access_log off; {folders} {self.servers()} }}\n"
        )
        return [self.binary, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]

    def servers(self) -> str:
        return f"server {{ listen 127.0.0.1:{self.port}; {self.recipe} }}"


class Apache(Proxy):
    name = "apache2"

    def command(self) -> list[str]:
        modules = ("mpm_event", "authz_core", "headers", "proxy", "proxy_http")
        loaded = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n" for name in modules)
        user = "User nobody\nGroup nogroup\n" if os.geteuid() == 0 else ""
        (self.folder / "apache.conf").write_text(
            f"{loaded}ServerName localhost\nListen 127.0.0.1:{self.port}\nPidFile {self.folder}/pid\n"
            f"{user}ErrorLog {self.folder}/error.log\nDefaultRuntimeDir {self.folder}\nDocumentRoot {self.folder}\n{self.recipe}\n"
        )
        return [self.binary, "-DFOREGROUND", "-d", str(self.folder), "-f", str(self.folder / "apache.conf")]


class Caddy(Proxy):
    name = "caddy"
    #: Its options for all sites. Without TLS, unless a test says otherwise.
    options = "auto_https off"

    def command(self) -> list[str]:
        (self.folder / "Caddyfile").write_text(f"{{\n\tadmin off\n\t{self.options}\n}}\n{self.recipe}")
        return [
            "env",
            f"HOME={self.folder}",
            self.binary,
            "run",
            "--adapter",
            "caddyfile",
            "--config",
            str(self.folder / "Caddyfile"),
        ]
