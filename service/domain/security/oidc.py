"""Who somebody is elsewhere: what an OpenID provider vouched for, and what is demanded of its word before it is believed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any

from service.domain.errors import Code, Refusal

#: Seconds that clocks may differ, and that an identity token may be old.
SKEW, OLDEST = 60, 600


class InvalidIdToken(Refusal):
    """The provider's word does not hold."""

    code = Code.FORBIDDEN


@dataclass(frozen=True, slots=True)
class OidcIdentity:
    """Somebody whom a provider knows. `key` is the same for the same account there, whatever becomes of its address."""

    key: str
    email: str
    name: str


def verify_id_token(claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: datetime) -> OidcIdentity:
    """Whom the claims of an identity token name (OpenID Connect Core, 3.1.3.7). Raises NotBelieved."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    at = now.timestamp()
    _demand(claims.get("iss") == issuer, "it is of another issuer")
    _demand(client_id in audiences, "it is meant for somebody else")
    _demand(claims.get("azp", client_id) == client_id, "it was made for another client")
    _demand(len(audiences) == 1 or claims.get("azp") == client_id, "it is meant for several and names no party")
    _demand(_seconds(claims, "exp") > at - SKEW, "it ran out")
    _demand(at - OLDEST < _seconds(claims, "iat") < at + SKEW, "it was not made just now")
    _demand(_seconds(claims, "nbf", otherwise=at) <= at + SKEW, "it is not valid yet")
    _demand(bool(nonce) and compare_digest(_word(claims, "nonce").encode(), nonce.encode()), "it answers another question")
    subject, email = _word(claims, "sub"), _word(claims, "email").strip()
    _demand(bool(subject), "it names nobody")
    _demand("@" in email and email.isprintable() and len(email) <= 320, "it has no e-mail address")
    _demand(claims.get("email_verified") is True, "its e-mail address is not verified")
    key = hashlib.sha256(f"{issuer}\0{subject}".encode()).hexdigest()
    name = "".join(c for c in _word(claims, "name") if c.isprintable())[:200]
    return OidcIdentity(key, email.casefold(), name)


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise InvalidIdToken(f"the identity token was refused: {otherwise}")


def _word(claims: Mapping[str, Any], name: str) -> str:
    """What stands there; nothing, where that is no word, or holds half a character, which JSON can say and nobody can write."""
    value = claims.get(name)
    return value if isinstance(value, str) and not any("\ud800" <= char <= "\udfff" for char in value) else ""


def _seconds(claims: Mapping[str, Any], name: str, *, otherwise: float = float("nan")) -> float:
    """NaN, which compares false with everything, where there is no number."""
    value = claims.get(name, otherwise)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12 else float("nan")
