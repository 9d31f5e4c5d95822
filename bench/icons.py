"""`make icons`: draws the icons of the installed page from static/icon.svg, in the sizes that the web app manifest names."""

import sys
from pathlib import Path

from tests.support.desk import browser

STATIC = Path(__file__).parent.parent / "service" / "web" / "static"
SIZES = (192, 512)
#: The picture fills this share, so that it is whole where a system cuts icons to a circle.
SHARE = 62


def draw() -> None:
    svg = (STATIC / "icon.svg").read_text()
    style = (
        f"<style>body{{margin:0;background:#f6f5f1;display:grid;place-items:center;height:100vh}}svg{{width:{SHARE}vw}}</style>"
    )
    with browser() as chromium:
        if chromium is None:
            sys.exit("make icons needs Chromium")
        for size in SIZES:
            page = chromium.new_page(viewport={"width": size, "height": size})
            page.set_content(style + svg)
            page.screenshot(path=STATIC / f"icon-{size}.png")


if __name__ == "__main__":
    draw()
