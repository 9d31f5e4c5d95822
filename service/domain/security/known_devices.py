"""Device tokens: they recognise a browser in which a person has signed in before."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass


@dataclass(frozen=True)
class KnownDevices:
    """Signs device tokens with a key of its own, derived from the root secret. A token opens nothing: its browser only has attempts
    of its own at the password."""

    key: bytes

    @classmethod
    def from_secret(cls, secret: str) -> "KnownDevices":
        return cls(hashlib.sha256(b"greenroom devices:" + secret.encode()).digest())

    def new_token(self, email: str) -> str:
        """A token for a browser that has just signed in to the account with this e-mail address."""
        device = secrets.token_hex(16)
        return f"{device}.{self._signature(device, email)}"

    def device_in(self, token: str, email: str) -> str:
        """The device that the token names; empty if the token was made for another account, or not by us."""
        device, _, signature = token.partition(".")
        return device if hmac.compare_digest(signature.encode(), self._signature(device, email).encode()) else ""

    def _signature(self, device: str, email: str) -> str:
        return hmac.digest(self.key, f"{device}\0{email.strip().casefold()}".encode(), "sha256").hex()
