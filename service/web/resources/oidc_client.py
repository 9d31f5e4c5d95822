"""An OpenID Connect client: discovery, keys, and the exchange of a code for an ID token with a valid signature."""

import base64
import hashlib
import json
from collections.abc import Mapping
from threading import Lock
from typing import Any
from urllib.parse import urlencode, urlsplit

from cachetools import TTLCache

from service.actions.accounts.oidc import AuthorizationRequest
from service.clock import utcnow
from service.config import Settings
from service.domain.errors import Unavailable
from service.domain.security.oidc import InvalidIdToken, OidcIdentity, verify_id_token

#: Accepted signature algorithms: only asymmetric ones. Not `none`, and no HMAC: an attacker could sign with the public key as the
#: HMAC secret (algorithm confusion).
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
_PAIRS = frozenset({"RSA", "EC", "OKP"})
#: KEPT: seconds that the discovery document and the keys are cached. AGAIN: if a token has an unknown key, the keys are fetched
#: again if they are older than this.
KEPT, AGAIN = 3600.0, 30.0
_MOST, _SECONDS = 256 * 1024, (3, 5)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class OidcClient:
    """One provider, chosen by the operator. Its discovery document is fetched at the first sign-in and cached for an hour."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._documents = {seconds: TTLCache[str, dict[str, Any]](2, seconds) for seconds in (KEPT, AGAIN)}

    @property
    def is_set(self) -> bool:
        return bool(self._settings.oidc_issuer and self._settings.oidc_client_id)

    @property
    def name(self) -> str:
        return self._settings.oidc_name or urlsplit(self._settings.oidc_issuer).netloc

    def authorization_request(self, question: AuthorizationRequest) -> str:
        """The URL at the provider to which the browser is redirected."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(question.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code", "client_id": self._settings.oidc_client_id, "redirect_uri": self._back, "scope": "openid email profile",
            "state": question.state, "nonce": question.nonce, "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        endpoint = self._address("authorization_endpoint")
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(query)}"

    def person(self, question: AuthorizationRequest, code: str) -> OidcIdentity:
        """The identity behind this code. Raises InvalidIdToken if the token is not valid, Unavailable if the provider is down."""
        token = self._exchanged(question, code).get("id_token")
        if not isinstance(token, str):
            raise InvalidIdToken("the provider answered without an identity token")
        claims = self._claims(token)
        issuer, client_id = self._settings.oidc_issuer, self._settings.oidc_client_id
        return verify_id_token(claims, issuer=issuer, client_id=client_id, nonce=question.nonce, now=utcnow())

    def _exchanged(self, question: AuthorizationRequest, code: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self._back, "client_id": self._settings.oidc_client_id,
            "code_verifier": question.verifier,
        }  # fmt: skip
        secret = self._settings.oidc_client_secret
        return _fetch_json("POST", self._address("token_endpoint"), form | ({"client_secret": secret} if secret else {}))

    def _claims(self, token: str) -> Mapping[str, Any]:
        # A lazy import: joserfc takes 3 MB of memory, and few installations have a provider.
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        for fresh in (KEPT, AGAIN):
            keys = [key for key in self._document("keys", fresh).get("keys", ()) if isinstance(key, dict)]
            pairs = [key for key in keys if key.get("kty") in _PAIRS and key.get("use", "sig") == "sig"]
            try:
                return dict(jwt.decode(token, KeySet.import_key_set({"keys": pairs}), algorithms=ALGORITHMS).claims)
            except (JoseError, ValueError, TypeError, KeyError) as error:
                cause = error
        raise InvalidIdToken(f"the identity token was refused: {type(cause).__name__}")

    def _document(self, which: str, fresh: float = KEPT) -> dict[str, Any]:
        with self._lock:
            cached = self._documents[fresh].get(which)
        if cached is not None:
            return cached
        document = _fetch_json("GET", self._address("jwks_uri")) if which == "keys" else self._discovered()
        with self._lock:
            for cache in self._documents.values():
                cache[which] = document
        return document

    def _discovered(self) -> dict[str, Any]:
        issuer = self._settings.oidc_issuer
        document = _fetch_json("GET", _safe(issuer).rstrip("/") + "/.well-known/openid-configuration")
        if document.get("issuer") != issuer:
            raise InvalidIdToken("the provider calls itself otherwise than `oidc_issuer` does")
        return document

    def _address(self, name: str) -> str:
        return _safe(str(self._document("itself").get(name, "")))

    @property
    def _back(self) -> str:
        return f"{self._settings.url}/sign-in/oidc/callback"


def _safe(address: str) -> str:
    parts = urlsplit(address)
    if not (parts.scheme == "https" and parts.hostname) and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise InvalidIdToken("the provider names an address that is not https")
    return address


def _fetch_json(method: str, address: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Fetch one JSON object of at most 256 KB. Follows no redirects and ignores the proxies of the environment."""
    # Imported only here: without a provider, it would only cost memory.
    import requests

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
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if response.status_code != 200 or not isinstance(document, dict):
        raise InvalidIdToken("the provider refused the answer")
    return document
