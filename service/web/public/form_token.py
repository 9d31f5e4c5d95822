"""The render token: the time at which a form was shown, signed so that the sender of the form cannot change it."""

from itsdangerous import BadSignature, SignatureExpired, TimestampSigner

from service.clock import utcnow
from service.domain.errors import Invalid

#: Seconds after which a form expires.
VALID = 24 * 3600


def signed(secret: str, site_id: str) -> str:
    """A token for a form that is shown now."""
    return _signer(secret).sign(site_id).decode()


def seconds_since(token: str, secret: str, site_id: str) -> float:
    """Seconds since the form was shown. Raises Invalid for a token that is forged, of another site, or too old."""
    try:
        payload, shown = _signer(secret).unsign(token, max_age=VALID, return_timestamp=True)
    except SignatureExpired:
        raise Invalid.field("/rendered", "expired", "this form was open for more than a day; please send it once more") from None
    except BadSignature:
        raise Invalid.field("/rendered", "signature", "this form could not be recognised; please send it once more") from None
    if payload.decode() != site_id:
        raise Invalid.field("/rendered", "signature", "this form belongs to another site; please send it once more")
    return max(0.0, (utcnow() - shown).total_seconds())


class _Signer(TimestampSigner):
    """Another web process may have shown the form, so both need the same clock."""

    def get_timestamp(self) -> int:
        return int(utcnow().timestamp())


def _signer(secret: str) -> TimestampSigner:
    return _Signer(secret, salt="greenroom form")
