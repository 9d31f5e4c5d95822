"""Pseudonyms: keyed hashes (HMAC-SHA-256) that recognise an e-mail or IP address without storing it."""

import hashlib
import hmac
import ipaddress
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache

#: The domains of Gmail, which ignores dots in front of the @.
_GMAIL = ("gmail.com", "googlemail.com")


@dataclass(frozen=True)
class Pseudonymizer:
    """Makes keyed hashes with a key of its own, derived from the root secret. Without this secret, nobody can test whether a hash
    belongs to a guessed address."""

    key: bytes

    @classmethod
    def from_secret(cls, secret: str) -> "Pseudonymizer":
        return cls(hashlib.sha256(b"greenroom identities:" + secret.encode()).digest())

    @cached_property
    def _keyed(self) -> hmac.HMAC:
        """The HMAC with its key, made once and copied for each hash. `hmac.digest` would release the GIL at each call, which
        would slow down the writer thread of the group commit."""
        return hmac.new(self.key, digestmod="sha256")

    def author(self, *, external_id: str, email: str) -> str:
        """The key of an author's history: from the host's id if there is one, else from the e-mail address, else empty."""
        if external_id:
            return "i:" + self._hash("author", external_id)
        return "e:" + self._hash("email", email.strip().casefold()) if email else ""

    def mailbox(self, email: str) -> str:
        """The pseudonym of a mailbox, the same for all its spellings; empty if there is none. Only for finding what is to be erased
        or exported: an author is known by the address as they write it."""
        return self._hash("mailbox", _mailbox(email)) if email else ""

    def address(self, ip: str) -> str:
        """The pseudonym of one IP address; empty if there is none."""
        return self._hash("address", str(_address(ip))) if ip else ""

    def block(self, ip: str) -> str:
        """The pseudonym of the block of an IP address: /24 for IPv4, /64 for IPv6. Empty if there is none."""
        if not ip:
            return ""
        address = _address(ip)
        return self._hash("block", address.packed[: 3 if address.version == 4 else 8].hex())

    def short_key(self, token: str) -> str:
        """The stored hash of an API key that has only 48 random bits. The hash is keyed, because a plain hash could be broken by
        trying all possible keys."""
        return self._hash("short key", token)

    def sign_in_bucket(self, attempt: str, account: str, device: str) -> str:
        """The pseudonym under which attempts to sign in to an account are counted, for each device of its own."""
        return self._hash("sign-in", f"{attempt}\0{device}\0{account}")

    def _hash(self, kind: str, value: str) -> str:
        keyed = self._keyed.copy()
        keyed.update(f"{kind}\0{value}".encode())
        return keyed.hexdigest()[:40]


def domain_of(email: str) -> str:
    """The domain part of an e-mail address in lower case; empty if there is none."""
    return email.rpartition("@")[2].strip().casefold() if "@" in email else ""


def _mailbox(email: str) -> str:
    """One spelling of a mailbox: lower case, compatible signs (NFKC), the domain in ASCII (IDNA), without a tag after `+`, and for
    Gmail without dots."""
    local, _, domain = unicodedata.normalize("NFKC", email).strip().casefold().rpartition("@")
    domain = domain.rstrip(".")
    if not domain.isascii():
        with suppress(UnicodeError):
            domain = domain.encode("idna").decode()
    local = local.partition("+")[0] or local
    if domain in _GMAIL:
        return f"{local.replace('.', '')}@{_GMAIL[0]}"
    return f"{local}@{domain}"


#: Cached, since each comment needs the same address twice.
@lru_cache(maxsize=64)
def _address(ip: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    address = ipaddress.ip_address(ip)
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address
