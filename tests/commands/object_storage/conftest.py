"""A Swift for these tests, and a bucket in it."""

import resource
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Self

import pytest

from tests.support.servers import Server, port_answers

#: Python packages of Debian are there only for Debian's own Python.
PYTHON = "/usr/bin/python3"
SECRET = "a-secret-that-no-output-may-show"
BUCKET = "copies"


class Swift(Server):
    """OpenStack Swift with its S3 interface, from Debian's python3-swift."""

    @classmethod
    def find(cls, folder: Path) -> Self | None:
        found = Path(PYTHON).exists() and subprocess.run([PYTHON, "-c", "import swift"], capture_output=True).returncode == 0
        return cls(folder) if found else None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def memory(self) -> int:
        """The bytes of memory that it uses."""
        assert self.process is not None
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * resource.getpagesize()

    def command(self) -> list[str]:
        return [PYTHON, str(Path(__file__).with_name("swift_server.py")), str(self.folder / "swift"), str(self.port), SECRET]

    def ready(self) -> bool:
        return port_answers(self.port)

    def __exit__(self, *_: object) -> None:
        self.stop(signal.SIGKILL)


@pytest.fixture(scope="session")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swift]:
    obstore = pytest.importorskip("obstore")
    from obstore.store import S3Store

    server = Swift.find(tmp_path_factory.mktemp("swift"))
    if server is None:
        pytest.skip("Swift is not to be had on this machine")
    with server:
        keys = {"access_key_id": "test:writer", "secret_access_key": SECRET, "region": "us-east-1", "endpoint": server.url}
        bucket = S3Store(BUCKET, config=keys, client_options={"allow_http": True})
        address = obstore.sign(bucket, "PUT", "", timedelta(minutes=1))
        urllib.request.urlopen(urllib.request.Request(address, method="PUT")).close()
        yield server


@pytest.fixture
def place(swift: Swift, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """The address of a place in the bucket that no other test uses, and the settings for it in the environment."""
    for name in ("AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", swift.url)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test:writer")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    return f"s3://{BUCKET}/{request.node.name.replace('[', '-').rstrip(']')}"
