"""Keyed hashes: how an e-mail or an address can be recognised again without being kept."""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from functools import cached_property, lru_cache


@dataclass(frozen=True)
class Pseudonymizer:
    """Makes keyed hashes with a key of its own, derived from the root secret. Without the secret nobody can test a guess."""

    key: bytes

    @classmethod
    def from_secret(cls, secret: str) -> "Pseudonymizer":
        return cls(hashlib.sha256(b"greenroom identities:" + secret.encode()).digest())

    @cached_property
    def _keyed(self) -> hmac.HMAC:
        """Begun once. `hmac.digest` lets other threads run first, each time: seldom what a committer wants."""
        return hmac.new(self.key, digestmod="sha256")

    def author(self, *, external_id: str, email: str) -> str:
        """Whose history counts: the host's id where it gives one, else the address, else nobody's (empty)."""
        if external_id:
            return "i:" + self._hash("author", external_id)
        return "e:" + self._hash("email", email.strip().casefold()) if email else ""

    def address(self, ip: str) -> str:
        """One address; empty where there is none."""
        return self._hash("address", str(_address(ip))) if ip else ""

    def block(self, ip: str) -> str:
        """The block that an address belongs to: /24 for IPv4, /64 for IPv6."""
        if not ip:
            return ""
        address = _address(ip)
        return self._hash("block", address.packed[: 3 if address.version == 4 else 8].hex())

    def short_key(self, token: str) -> str:
        """What is kept of a key of 48 random bits: they could be tried one by one against a hash without a secret."""
        return self._hash("short key", token)

    def _hash(self, kind: str, value: str) -> str:
        keyed = self._keyed.copy()
        keyed.update(f"{kind}\0{value}".encode())
        return keyed.hexdigest()[:40]


def domain_of(email: str) -> str:
    """The domain part of an address, lower case; empty where there is none."""
    return email.rpartition("@")[2].strip().casefold() if "@" in email else ""


#: Each comment asks twice for the same one.
@lru_cache(maxsize=64)
def _address(ip: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    address = ipaddress.ip_address(ip)
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address
