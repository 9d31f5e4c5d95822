"""The plain text of a comment that was written in HTML: paragraphs, lists, quotes and links stay readable."""

import re
from html.parser import HTMLParser

#: Of longer HTML the rest is left out. It is a multiple of the longest text.
MAX_HTML = 40_000
_DECLARATION = re.compile(r"<!--.*?(?:-->|$)|<[!?][^>]*>?", re.DOTALL)
_PARAGRAPHS = frozenset(["p", "div", "blockquote", "ul", "ol", "pre", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr"])
_LINES = frozenset(["br", "li", "tr", "dt", "dd"])
_SILENT = frozenset(["script", "style", "template", "noscript"])
_SCHEME = re.compile(r"^(https?://)?(www\.)?", re.I)
_SHOWN_IN_ATTRIBUTE = {"img": ("alt", "src"), "iframe": ("src",)}


def text_of_html(html: str) -> str:
    """The text that a reader of this HTML sees. The address of a link follows its words, unless it is its words."""
    if "<" not in html and "&" not in html:
        return html.strip()
    reader = _Reader()
    reader.feed(_harmless(html[:MAX_HTML]))
    reader.close()
    lines = [line.strip() for line in "".join(reader.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _harmless(html: str) -> str:
    """The HTML without comments and declarations, over which the parser stumbles, and with no `<` after the last `>`: each would make it
    search to the end."""
    html = _DECLARATION.sub(" ", html)
    end = html.rfind(">") + 1
    return html[:end] + html[end:].replace("<", "&lt;")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in _PARAGRAPHS:
            self._break("\n\n")
        elif tag in _LINES:
            self._break("\n")
            self.parts += ["- "] if tag == "li" else []
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self.parts)))
        elif shown := [value for name in _SHOWN_IN_ATTRIBUTE.get(tag, ()) if (value := dict(attrs).get(name))]:
            self.parts.append(" ".join(shown))

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag in _PARAGRAPHS:
            self._break("\n\n")
        elif tag == "a" and self._links:
            self._end_link(*self._links.pop())

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)

    def _end_link(self, target: str, start: int) -> None:
        """Disqus and WordPress write `<a href=U>U</a>` for a typed U, with the end of a long U left out."""
        words = "".join(self.parts[start:]).strip()
        short = _SCHEME.sub("", words.removesuffix("...").removesuffix("…")).rstrip("/")
        if not re.match(r"(https?://|mailto:)", target, re.I):
            return
        if not words or (_SCHEME.sub("", target).startswith(short) and "." in short):
            self.parts[start:] = [target]
        elif target.removeprefix("mailto:") != words:
            self.parts.append(f" ({target})")

    def _break(self, kind: str) -> None:
        """A line break, unless the text has it already: a source may end its paragraphs with line breaks, too."""
        if self.parts and not self.parts[-1].endswith(kind):
            self.parts.append("\n" if self.parts[-1].endswith("\n") else kind)
