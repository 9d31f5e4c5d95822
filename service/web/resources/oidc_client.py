"""The OpenID provider as a client sees it: discovery, keys, the code exchanged for an identity token whose signature holds."""

import base64
import hashlib
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from threading import Lock
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests

from service.actions.accounts.oidc import AuthorizationRequest
from service.config import Settings
from service.domain.errors import Unavailable
from service.domain.security.oidc import InvalidIdToken, OidcIdentity, verify_id_token

#: Signatures that are believed: of key pairs only. Neither `none` nor one made with a secret, which a public key could be taken for.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
_PAIRS = frozenset({"RSA", "EC", "OKP"})
#: Seconds that discovery and keys are believed, and after which an unknown key is looked for again.
KEPT, AGAIN = 3600.0, 30.0
_MOST, _SECONDS = 256 * 1024, (3, 5)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class OidcClient:
    """One provider, chosen by the operator. What it says of itself is fetched when somebody first signs in, and kept for an hour."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._said: dict[str, tuple[float, dict[str, Any]]] = {}

    @property
    def is_set(self) -> bool:
        return bool(self._settings.oidc_issuer and self._settings.oidc_client_id)

    @property
    def name(self) -> str:
        return self._settings.oidc_name or urlsplit(self._settings.oidc_issuer).netloc

    def authorization_request(self, question: AuthorizationRequest) -> str:
        """Where the browser goes."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(question.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code", "client_id": self._settings.oidc_client_id, "redirect_uri": self._back, "scope": "openid email profile",
            "state": question.state, "nonce": question.nonce, "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        where = self._address("authorization_endpoint")
        return f"{where}{'&' if urlsplit(where).query else '?'}{urlencode(query)}"

    def person(self, question: AuthorizationRequest, code: str) -> OidcIdentity:
        """Who answered. Raises NotBelieved for an answer that does not hold, Unavailable where the provider is away."""
        token = self._exchanged(question, code).get("id_token")
        if not isinstance(token, str):
            raise InvalidIdToken("the provider answered without an identity token")
        claims = self._claims(token)
        issuer, client_id = self._settings.oidc_issuer, self._settings.oidc_client_id
        return verify_id_token(claims, issuer=issuer, client_id=client_id, nonce=question.nonce, now=datetime.now(UTC))

    def _exchanged(self, question: AuthorizationRequest, code: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self._back, "client_id": self._settings.oidc_client_id,
            "code_verifier": question.verifier,
        }  # fmt: skip
        secret = self._settings.oidc_client_secret
        return _fetch_json("POST", self._address("token_endpoint"), form | ({"client_secret": secret} if secret else {}))

    def _claims(self, token: str) -> Mapping[str, Any]:
        # Only here: it is 3 MB for those who have a provider, and they are few.
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        for fresh in (KEPT, AGAIN):
            keys = [key for key in self._document("keys", fresh).get("keys", ()) if isinstance(key, dict)]
            pairs = [key for key in keys if key.get("kty") in _PAIRS and key.get("use", "sig") == "sig"]
            try:
                return dict(jwt.decode(token, KeySet.import_key_set({"keys": pairs}), algorithms=ALGORITHMS).claims)
            except (JoseError, ValueError, TypeError, KeyError) as error:
                wrong = error
        raise InvalidIdToken(f"the identity token was refused: {type(wrong).__name__}")

    def _document(self, which: str, fresh: float = KEPT) -> dict[str, Any]:
        with self._lock:
            at, said = self._said.get(which, (float("-inf"), {}))
            if time.monotonic() - at < fresh:
                return said
        said = _fetch_json("GET", self._address("jwks_uri")) if which == "keys" else self._discovered()
        with self._lock:
            self._said[which] = (time.monotonic(), said)
        return said

    def _discovered(self) -> dict[str, Any]:
        issuer = self._settings.oidc_issuer
        said = _fetch_json("GET", _safe(issuer).rstrip("/") + "/.well-known/openid-configuration")
        if said.get("issuer") != issuer:
            raise InvalidIdToken("the provider calls itself otherwise than `oidc_issuer` does")
        return said

    def _address(self, name: str) -> str:
        return _safe(str(self._document("itself").get(name, "")))

    @property
    def _back(self) -> str:
        return f"{self._settings.url}/sign-in/elsewhere/back"


def _safe(address: str) -> str:
    parts = urlsplit(address)
    if not (parts.scheme == "https" and parts.hostname) and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise InvalidIdToken("the provider names an address that is not https")
    return address


def _fetch_json(method: str, address: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
    """One JSON object, of at most 256 KB, without redirects and without a proxy of the environment."""
    try:
        with requests.Session() as session:
            session.trust_env = False
            options: dict[str, Any] = {"timeout": _SECONDS, "allow_redirects": False, "stream": True}
            with session.request(method, address, data=form, headers={"Accept": "application/json"}, **options) as response:
                body = response.raw.read(_MOST + 1, decode_content=True)
    except (requests.RequestException, OSError) as error:
        raise Unavailable("the sign-in provider did not answer; try again, or sign in otherwise") from error
    if response.status_code >= 500 or len(body) > _MOST:
        raise Unavailable("the sign-in provider is not well; try again, or sign in otherwise")
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if response.status_code != 200 or not isinstance(said, dict):
        raise InvalidIdToken("the provider refused the answer")
    return said
