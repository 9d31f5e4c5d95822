"""Style sheets of pages that stand alone: inline, and named in the page's policy by their hash, so that nothing else may style it."""

import base64
import hashlib
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parents[1] / "templates"


@cache
def style(name: str) -> str:
    """The style sheet under this name of the templates' folder."""
    return (_FOLDER / name).read_text(encoding="utf-8").strip()


@cache
def csp_hash(name: str) -> str:
    """What a Content-Security-Policy calls it."""
    digest = hashlib.sha256(style(name).encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
