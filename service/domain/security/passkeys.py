"""Passkeys (WebAuthn): what a browser is asked for, and whether its answer is right. The cryptography is that of py_webauthn.

Import this module where it is used: it takes 6 MB, and few sites use passkeys."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from service.domain.security.relying_party import InvalidPasskey, RelyingParty, VerifiedPasskey

T = TypeVar("T")

#: WebAuthn allows no longer credential ids, in bytes.
LONGEST_ID = 1023
#: The device must check who uses it, by a PIN or a finger. So a passkey is two factors in one.
_VERIFIED = UserVerificationRequirement.REQUIRED


def creation_options(
    party: RelyingParty, *, challenge: bytes, moderator_id: UUID, email: str, name: str, existing: Sequence[str]
) -> dict[str, Any]:
    """What the browser needs to create a passkey. A device that has one of the `existing` ones makes no second one."""
    options = generate_registration_options(
        rp_id=party.domain,
        rp_name="Greenroom",
        user_id=moderator_id.bytes,
        user_name=email,
        user_display_name=name or email,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in existing],
    )
    return _as_json(options_to_json(options))


def request_options(party: RelyingParty, *, challenge: bytes) -> dict[str, Any]:
    """What the browser needs to sign in. The person chooses among the passkeys on their device, so no account is named."""
    return _as_json(
        options_to_json(generate_authentication_options(rp_id=party.domain, challenge=challenge, user_verification=_VERIFIED))
    )


def verify_new(party: RelyingParty, credential: Mapping[str, Any], *, challenge: bytes) -> VerifiedPasskey:
    """The new passkey in the browser's answer. Raises InvalidPasskey."""
    found = _checked(
        lambda: verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=party.domain,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    )
    if not 0 < len(found.credential_id) <= LONGEST_ID:
        raise InvalidPasskey("this passkey was refused; try again")
    return VerifiedPasskey(
        bytes_to_base64url(found.credential_id), bytes_to_base64url(found.credential_public_key), found.sign_count
    )


def credential_id_of(credential: Mapping[str, Any]) -> str:
    """The id of the passkey that the browser used, in base64url. Raises InvalidPasskey."""
    found = _checked(lambda: base64url_to_bytes(credential["id"]))
    if not 0 < len(found) <= LONGEST_ID:
        raise InvalidPasskey("this passkey was refused; try again")
    return bytes_to_base64url(found)


def verify_use(
    party: RelyingParty,
    credential: Mapping[str, Any],
    *,
    challenge: bytes,
    public_key: str,
    sign_count: int,
    moderator_id: UUID,
) -> int:
    """The new counter of signatures of the passkey. Raises InvalidPasskey, also if the counter has not grown: then there is a copy
    of the passkey, which is not allowed for those that count."""
    handle = _checked(lambda: base64url_to_bytes(credential["response"]["userHandle"]))
    if handle != moderator_id.bytes:
        raise InvalidPasskey("this passkey was refused; try again")
    return _checked(
        lambda: (
            verify_authentication_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=party.domain,
                expected_origin=party.origin,
                credential_public_key=base64url_to_bytes(public_key),
                credential_current_sign_count=sign_count,
                require_user_verification=True,
            ).new_sign_count
        )
    )


def _checked(verify: Callable[[], T]) -> T:
    try:
        return verify()
    except Exception:
        # Malformed answers make the library raise errors of many kinds. Their messages may quote the answer.
        raise InvalidPasskey("this passkey was refused; try again") from None


def _as_json(text: str) -> dict[str, Any]:
    options: dict[str, Any] = json.loads(text)
    return options
