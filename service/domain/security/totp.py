"""Two-factor codes: TOTP codes of an authenticator app (RFC 6238), and recovery codes for a lost phone."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

#: Seconds for which a code is valid, its number of digits, and how many codes before and after the current code are also
#: accepted.
PERIOD, DIGITS, ALLOWED_DRIFT = 30, 6, 1
RECOVERY_CODES = 10


def new_secret() -> str:
    """160 random bits in base32, the form that people type into an authenticator app."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, step: int) -> str:
    """The code of one step (RFC 4226, section 5.3)."""
    # SHA-1, because every authenticator app supports it. As a part of HMAC it is still secure.
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    at = digest[-1] & 0x0F
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_at(now: datetime) -> int:
    return int(now.timestamp()) // PERIOD


def step_of(secret: str, given: str, *, now: datetime, after: int) -> int | None:
    """The step of a given code; None if the code is wrong. It must be later than `after`, so that each code works once."""
    typed = "".join(given.split()).encode()
    matching_step = None
    # Always compare every step: the time taken must not reveal which one matches (timing attack).
    for step in range(step_at(now) - ALLOWED_DRIFT, step_at(now) + ALLOWED_DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), typed) and step > after:
            matching_step = step
    return matching_step


def provisioning_uri(secret: str, account: str) -> str:
    """The content of the QR code: the `otpauth://` URI that authenticator apps read."""
    query = urlencode({"secret": secret, "issuer": "Greenroom", "algorithm": "SHA1", "digits": DIGITS, "period": PERIOD})
    return f"otpauth://totp/{quote(f'Greenroom:{account}', safe=':@')}?{query}"


def new_recovery_codes() -> list[str]:
    """Ten codes of 80 random bits each."""
    codes = (base64.b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(RECOVERY_CODES))
    return ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in codes]


def digest_of_recovery(given: str) -> str:
    """The stored hash of a recovery code. Spaces, dashes and case make no difference."""
    return hashlib.sha256("".join(c for c in given.lower() if c.isalnum()).encode()).hexdigest()
