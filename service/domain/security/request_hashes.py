"""Keyed hashes of requests: they recognise a repeated request without storing its Idempotency-Key or its body."""

import hashlib
import hmac
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class RequestHashes:
    """Makes keyed hashes with a key of its own, derived from the root secret. A body contains an e-mail address and an IP
    address, and an attacker may know the rest of the body. With a plain hash, the attacker could find the addresses by trying
    many.
    """

    key: bytes

    @classmethod
    def from_secret(cls, secret: str) -> "RequestHashes":
        return cls(hashlib.sha256(b"greenroom requests:" + secret.encode()).digest())

    def of_key(self, site_id: str, key: str) -> str:
        """The stored hash of a host's Idempotency-Key, 64 hex digits. The host chooses the key, and it may be an e-mail
        address."""
        return self._hash("key", site_id, key.encode())

    def of_body(self, site_id: str, body: bytes) -> str:
        """The stored hash of a body, 64 hex digits."""
        return self._hash("body", site_id, body)

    @cached_property
    def _keyed(self) -> hmac.HMAC:
        """The HMAC with its key, made once and copied for each hash."""
        return hmac.new(self.key, digestmod="sha256")

    def _hash(self, kind: str, site_id: str, value: bytes) -> str:
        keyed = self._keyed.copy()
        keyed.update(f"{kind}\0{site_id}\0".encode() + value)
        return keyed.hexdigest()
