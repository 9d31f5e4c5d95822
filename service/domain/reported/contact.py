"""The name and e-mail address of a reader who wants an answer, as one text to encrypt."""

import json
from dataclasses import asdict, dataclass

from service.domain.security.encryption import DecryptionFailed, SecretBox


@dataclass(frozen=True, slots=True)
class Contact:
    """A reader who wants an answer. Both parts may be empty."""

    name: str = ""
    email: str = ""

    def sealed(self, secret_box: SecretBox) -> str:
        """The encrypted contact; empty if there is nothing in it."""
        return secret_box.encrypt(json.dumps(asdict(self))) if self.name or self.email else ""

    @classmethod
    def opened(cls, sealed: str, secret_box: SecretBox) -> "Contact":
        """Decrypt a contact. Empty if nothing is stored, or if it was encrypted with another root secret."""
        if not sealed:
            return cls()
        try:
            return cls(**json.loads(secret_box.decrypt(sealed)))
        except DecryptionFailed:
            return cls()
