"""This Greenroom as browsers know it when they use passkeys, and what a verified passkey is."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from service.domain.errors import Code, Refusal


class InvalidPasskey(Refusal):
    """The answer of the browser is not valid, or belongs to no account."""

    code = Code.FORBIDDEN


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """This Greenroom, as browsers and authenticators know it: a domain, and the origin of its pages."""

    domain: str
    origin: str

    @classmethod
    def of(cls, url: str) -> "RelyingParty | None":
        """The relying party at this public address; None where browsers allow no passkeys: without TLS, or with an IP address.

        A domain beyond ASCII has to be set as browsers write it (xn--…)."""
        parts = urlsplit(url)
        domain = parts.hostname or ""
        if not domain.isascii() or _is_ip(domain) or (parts.scheme != "https" and domain != "localhost"):
            return None
        port = "" if parts.port in (None, 443 if parts.scheme == "https" else 80) else f":{parts.port}"
        return cls(domain, f"{parts.scheme}://{domain}{port}")


@dataclass(frozen=True, slots=True)
class VerifiedPasskey:
    """A new passkey, verified: its id and public key in base64url, and its counter of signatures."""

    credential_id: str
    public_key: str
    sign_count: int


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
