"""A real ACME server (Pebble of Let's Encrypt), from which a proxy gets its certificate as it would from Let's Encrypt."""

import json
import ssl
import urllib.request
from pathlib import Path
from typing import Self

from tests.jobs.redis_kinds import certificate
from tests.support.servers import PATIENCE, Server, free_port, port_answers, program


class NameServer(Server):
    """A name server that has the address of this machine for every name."""

    def command(self) -> list[str]:
        others = [part for name in ("http01", "https01", "tlsalpn01", "defaultIPv6") for part in (f"-{name}", "")]
        places = ["-dns01", f"127.0.0.1:{self.port}", "-management", f"127.0.0.1:{free_port()}"]
        return [program("pebble-challtestsrv") or "", *places, *others]

    def ready(self) -> bool:
        return port_answers(self.port)

    def __exit__(self, *_: object) -> None:
        self.stop()


class Pebble(Server):
    """An ACME server that asks the proxy at these two ports whether it has the name."""

    http_port: int
    https_port: int

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._management, self._names = free_port(), NameServer(folder)

    @classmethod
    def find(cls, folder: Path) -> Self | None:
        return cls(folder) if program("pebble") and program("pebble-challtestsrv") else None

    @property
    def directory(self) -> str:
        return f"https://localhost:{self.port}/dir"

    @property
    def own_certificate(self) -> Path:
        """That of its own address; the certificates that it gives out have another authority."""
        return self.folder / "cert.pem"

    def authority(self) -> Path:
        """The file of the authority of what it gives out, which it makes anew at each start."""
        file = self.folder / "authority.pem"
        trusted = ssl.create_default_context(cafile=str(self.own_certificate))
        with urllib.request.urlopen(f"https://localhost:{self._management}/roots/0", context=trusted, timeout=PATIENCE) as root:
            file.write_bytes(root.read())
        return file

    def start(self) -> None:
        certificate(self.folder)
        self._names.start()
        super().start()

    def stop(self, *_: object) -> None:
        super().stop()
        self._names.stop()

    def command(self) -> list[str]:
        places = {"listenAddress": self.port, "managementListenAddress": self._management}
        settings = {name: f"127.0.0.1:{port}" for name, port in places.items()}
        settings |= {"certificate": str(self.own_certificate), "privateKey": f"{self.folder}/key.pem"}
        (self.folder / "pebble.json").write_text(
            json.dumps({"pebble": {**settings, "httpPort": self.http_port, "tlsPort": self.https_port}})
        )
        names = ["-dnsserver", f"127.0.0.1:{self._names.port}"]
        # It would wait up to 15 seconds before it asks, and refuse one request in twenty, to try its clients.
        calm = ["PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=0"]
        return ["env", *calm, program("pebble") or "", "-config", str(self.folder / "pebble.json"), *names]

    def ready(self) -> bool:
        return port_answers(self.port) and port_answers(self._management)

    def __exit__(self, *_: object) -> None:
        self.stop()
