"""The second factor: codes that a phone shows (TOTP, RFC 6238), and recovery codes for the day without the phone."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

#: Seconds that a code is shown, its digits, and how many codes before and after the present one are taken.
PERIOD, DIGITS, ALLOWED_DRIFT = 30, 6, 1
RECOVERY_CODES = 10


def new_secret() -> str:
    """160 random bits, written as people type them."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, step: int) -> str:
    """The code of one step (RFC 4226, section 5.3)."""
    # SHA-1 is what every authenticator knows; as an HMAC nothing is known against it.
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    at = digest[-1] & 0x0F
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_at(now: datetime) -> int:
    return int(now.timestamp()) // PERIOD


def step_of(secret: str, given: str, *, now: datetime, after: int) -> int | None:
    """The step whose code was given, one later than `after`; each code counts once. None where it fits none."""
    typed = "".join(given.split()).encode()
    found = None
    # Every step is compared, so that the time that it takes tells nothing.
    for step in range(step_at(now) - ALLOWED_DRIFT, step_at(now) + ALLOWED_DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), typed) and step > after:
            found = step
    return found


def provisioning_uri(secret: str, account: str) -> str:
    """What the QR code says: the address that authenticators read."""
    query = urlencode({"secret": secret, "issuer": "Greenroom", "algorithm": "SHA1", "digits": DIGITS, "period": PERIOD})
    return f"otpauth://totp/{quote(f'Greenroom:{account}', safe=':@')}?{query}"


def new_recovery_codes() -> list[str]:
    """Ten codes of 80 random bits each."""
    codes = (base64.b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(RECOVERY_CODES))
    return ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in codes]


def digest_of_recovery(given: str) -> str:
    """What is kept of a recovery code; blanks, dashes and capitals do not matter."""
    return hashlib.sha256("".join(c for c in given.lower() if c.isalnum()).encode()).hexdigest()
