"""Encryption at rest (Fernet) for secrets that must be read again, such as webhook secrets."""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken


class DecryptionFailed(Exception):
    """The text was encrypted with another root secret, or is damaged."""


@dataclass(frozen=True, slots=True)
class SecretBox:
    """Encrypts and decrypts with a key of its own, derived from the root secret."""

    key: bytes

    @classmethod
    def from_secret(cls, secret: str) -> "SecretBox":
        return cls(base64.urlsafe_b64encode(hashlib.sha256(b"greenroom seal:" + secret.encode()).digest()))

    def encrypt(self, words: str) -> str:
        return Fernet(self.key).encrypt(words.encode()).decode()

    def decrypt(self, sealed: str) -> str:
        """The decrypted text. Raises DecryptionFailed."""
        try:
            return Fernet(self.key).decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise DecryptionFailed("sealed with another root secret; was secret_key changed?") from None
