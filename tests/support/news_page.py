"""The example of a news page, served on an origin of its own, with the address of a running Greenroom and its site `news`."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from service.domain.origins import origin_of

EXAMPLE = Path(__file__).parents[2] / "examples" / "news-page"


class _Pages(SimpleHTTPRequestHandler):
    greenroom = ""

    def do_GET(self) -> None:
        text = (EXAMPLE / self.path.partition("?")[0].strip("/")).read_text(encoding="utf-8")
        # A policy names the origin; an address in it would allow this one path.
        text = text.replace("http://localhost:8000/", f"{self.greenroom}/").replace(
            "http://localhost:8000", origin_of(self.greenroom)
        )
        body = text.replace("demo", "news").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/css" if self.path.endswith(".css") else "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served_pages(greenroom: str) -> Iterator[str]:
    """The origin of the pages, which ask the Greenroom at this address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Pages", (_Pages,), {"greenroom": greenroom}))
    thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.05))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
