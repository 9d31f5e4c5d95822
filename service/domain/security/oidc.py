"""OIDC identities: validate the claims of an ID token from an OpenID provider."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any

from service.domain.errors import Code, Refusal

#: The tolerated clock skew, and the maximum age of an ID token, in seconds.
SKEW, OLDEST = 60, 600


class InvalidIdToken(Refusal):
    """The ID token, or the sign-in it belongs to, is not valid."""

    code = Code.FORBIDDEN


@dataclass(frozen=True, slots=True)
class OidcIdentity:
    """A person with an account at a provider. `key` identifies the account, and stays the same if its e-mail address changes."""

    key: str
    email: str
    name: str


def verify_id_token(claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: datetime) -> OidcIdentity:
    """The identity in the claims of an ID token, after validation (OpenID Connect Core, 3.1.3.7). Raises InvalidIdToken."""
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
    _demand(bool(nonce) and compare_digest(_text_claim(claims, "nonce").encode(), nonce.encode()), "it answers another question")
    subject, email = _text_claim(claims, "sub"), _text_claim(claims, "email").strip()
    _demand(bool(subject), "it names nobody")
    _demand("@" in email and email.isprintable() and len(email) <= 320, "it has no e-mail address")
    _demand(claims.get("email_verified") is True, "its e-mail address is not verified")
    key = hashlib.sha256(f"{issuer}\0{subject}".encode()).hexdigest()
    name = "".join(c for c in _text_claim(claims, "name") if c.isprintable())[:200]
    return OidcIdentity(key, email.casefold(), name)


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise InvalidIdToken(f"the identity token was refused: {otherwise}")


def _text_claim(claims: Mapping[str, Any], name: str) -> str:
    """The claim as text; empty if it is not a string, or has a lone surrogate, which JSON can hold and UTF-8 cannot encode."""
    value = claims.get(name)
    return value if isinstance(value, str) and not any("\ud800" <= char <= "\udfff" for char in value) else ""


def _seconds(claims: Mapping[str, Any], name: str, *, otherwise: float = float("nan")) -> float:
    """The claim as a number; NaN if the claim is not a number. Every comparison with NaN is false, so the check of the claim
    fails."""
    value = claims.get(name, otherwise)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12 else float("nan")
