"""Keyed hashes of requests: how the same request is recognised again without its key or its body being kept."""

import hashlib
import hmac
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class RequestHashes:
    """Makes them with a key of its own, derived from the root secret. A body holds an e-mail and an address, and the rest of it can be
    known: against a plain hash they could be tried one by one.
    """

    key: bytes

    @classmethod
    def from_secret(cls, secret: str) -> "RequestHashes":
        return cls(hashlib.sha256(b"greenroom requests:" + secret.encode()).digest())

    def of_key(self, site_id: str, key: str) -> str:
        """What is kept of a host's Idempotency-Key, 64 hexadecimal digits: it is the host's own choice, and may be an e-mail."""
        return self._hash("key", site_id, key.encode())

    def of_body(self, site_id: str, body: bytes) -> str:
        """What is kept of a body, 64 hexadecimal digits."""
        return self._hash("body", site_id, body)

    @cached_property
    def _keyed(self) -> hmac.HMAC:
        """Begun once, copied for each hash."""
        return hmac.new(self.key, digestmod="sha256")

    def _hash(self, kind: str, site_id: str, value: bytes) -> str:
        keyed = self._keyed.copy()
        keyed.update(f"{kind}\0{site_id}\0".encode() + value)
        return keyed.hexdigest()
