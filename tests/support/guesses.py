"""What somebody would search stolen files for who guesses an e-mail address, an IP address or a body: the value, and digests of it
that need no key."""

import base64
import hashlib
import ipaddress
import json
import uuid
from collections.abc import Iterator, Sequence
from itertools import product

ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_512", "blake2b", "blake2s")
#: A cut digest of this many bytes is still found.
SHORTEST = 8
#: What a programmer may put before a value.
PREFIXES = (b"", b"email:", b"mailto:", b"address:", b"ip:", b"email\0", b"mailbox\0", b"address\0", b"news\0", b"news:", b"key\0news\0", b"body\0news\0")  # fmt: skip


class Guesses:
    """These values, and digests of them that need no key."""

    def __init__(self, values: Sequence[bytes]) -> None:
        self._plain = {form: f"{name} of {value[:60]!r}" for value in values for name, form in _plain_forms(value)}
        self._digests: dict[bytes, str] = {}
        for value in values:
            self._digests |= {trace: f"{name} of {value[:60]!r}" for name, trace in _digests(value)}
        self._lengths = sorted({len(trace) for trace in self._digests})

    def traces_in(self, content: bytes) -> list[str]:
        """The names of the forms that stand in the content. Signs of any case count."""
        lower = content.lower()
        found = {name for form, name in self._plain.items() if form in content or form.lower() in lower}
        for length in self._lengths:
            for signs in {content, lower}:
                windows = {signs[place : place + length] for place in range(len(signs) - length + 1)}
                found |= {self._digests[trace] for trace in windows & self._digests.keys()}
        return sorted(found)


def spellings(email: str, *ips: str) -> list[bytes]:
    """The usual spellings of an address of each kind."""
    local, _, domain = email.partition("@")
    mails = {email, email.lower(), email.upper(), f"{local}@{domain.lower()}", f" {email}", f"{email.lower()}\n", local.lower()}
    found = [mail.encode() for mail in sorted(mails)]
    for ip in map(ipaddress.ip_address, ips):
        found += [str(ip).encode(), ip.exploded.encode(), ip.packed, str(int(ip)).encode()]
        if ip.version == 4:
            found += [f"::ffff:{ip}".encode(), ip.packed[:3], str(ipaddress.ip_network((ip, 24), strict=False)).encode()]
        else:
            found += [ip.packed[:8], str(ipaddress.ip_network((ip, 64), strict=False)).encode()]
    return found


def bodies(body: object, *parts: object) -> list[bytes]:
    """The usual spellings of JSON values."""
    return [
        json.dumps(value, sort_keys=ordered, separators=signs, ensure_ascii=ascii_).encode()
        for value in (body, *parts)
        for ordered in (False, True)
        for signs in ((", ", ": "), (",", ":"))
        for ascii_ in (False, True)
    ]


def _plain_forms(value: bytes) -> Iterator[tuple[str, bytes]]:
    if len(value) >= SHORTEST:
        yield "the value", value
        yield "base64", base64.b64encode(value).rstrip(b"=")


def _digests(value: bytes) -> Iterator[tuple[str, bytes]]:
    """The beginnings of digests: a cut one is found too."""
    for prefix, algorithm in product(PREFIXES, ALGORITHMS):
        digest, name = hashlib.new(algorithm, prefix + value).digest(), f"{algorithm} of {prefix!r} +"
        yield f"{name} in hex", digest[:SHORTEST].hex().encode()
        yield f"{name} raw", digest[:SHORTEST]
        # Nine bytes are twelve signs, without a rest.
        yield f"{name} in base64", base64.b64encode(digest[:9])
        yield f"{name} in base64url", base64.urlsafe_b64encode(digest[:9])
    for space, make in product(
        (uuid.NAMESPACE_DNS, uuid.NAMESPACE_URL, uuid.NAMESPACE_OID, uuid.NAMESPACE_X500), (uuid.uuid3, uuid.uuid5)
    ):
        made = make(space, value.decode("latin-1"))
        yield "a UUID by name", str(made)[:16].encode()
        yield "a UUID by name, without dashes", made.hex[:16].encode()
