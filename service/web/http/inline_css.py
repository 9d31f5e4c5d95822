"""Inline style sheets, and their hashes. A Content-Security-Policy with such a hash allows only this style sheet."""

import base64
import hashlib
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parents[1] / "templates"


@cache
def style(name: str) -> str:
    """The style sheet with this path in the templates folder."""
    return (_FOLDER / name).read_text(encoding="utf-8").strip()


@cache
def csp_hash(name: str) -> str:
    """The source expression for a Content-Security-Policy: `'sha256-…'`."""
    digest = hashlib.sha256(style(name).encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
