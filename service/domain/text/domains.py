"""Domains as a browser resolves them (UTS 46): letters beyond ASCII become their `xn--` form, and each kind of full stop a dot."""

import re
from functools import lru_cache

import idna

#: What a browser takes for a dot between labels.
_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_GLOB_LABEL = re.compile(r"[a-z0-9_*-]{1,63}")
LONGEST = 253


@lru_cache(maxsize=4096)
def ascii_domain(host: str) -> str:
    """The domain in ASCII and lower case, without `www.` and without the dot at its end. A host that has no such form is only put
    into lower case."""
    return ascii_host(host).removeprefix("www.")


def ascii_host(host: str) -> str:
    """The same with its `www.`."""
    plain = host.strip().translate(_DOTS).lower().strip(".")
    return plain if plain.isascii() else ".".join(map(_ascii_label, plain.split(".")))


def parsed_domain(entry: str) -> str:
    """An entry of a list of domains in the form that is compared: `spam.example`, or `spam.*` for all its endings. `*.spam.example`
    is the same as `spam.example`: what stands below a domain is always included. Raises ValueError with the reason."""
    domain = ascii_domain(entry.strip().casefold().removeprefix("*."))
    labels = domain.split(".")
    if "/" in domain or "@" in domain or ":" in domain:
        raise ValueError(f"expected a domain like spam.example, got {entry!r}")
    if len(labels) < 2:
        raise ValueError(f"expected a domain like spam.example, got {entry!r}")
    if not domain.replace("*", "").replace(".", ""):
        raise ValueError(f"{entry!r} would match everything")
    fits = _GLOB_LABEL if "*" in domain else _LABEL
    if len(domain) > LONGEST or not all(map(fits.fullmatch, labels)):
        raise ValueError(f"expected a domain like spam.example, got {entry!r}")
    return domain


def _ascii_label(label: str) -> str:
    if label.isascii():
        return label
    try:
        return idna.encode(label, uts46=True).decode()
    except idna.IDNAError:
        # Browsers also follow what the standard does not allow, such as emoji.
        try:
            return label.encode("idna").decode().lower()
        except UnicodeError:
            return label
