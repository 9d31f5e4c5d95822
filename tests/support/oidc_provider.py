"""An OpenID provider for tests: a separate process with real keys. It signs in the configured person, correctly or with faults.

Started with its port as argument. `POST /next` sets who signs in next, and what is wrong with the response.
"""

import base64
import hashlib
import hmac
import json
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from joserfc import jws, jwt
from joserfc.jwk import RSAKey

from tests.support.servers import Server

CLIENT, SECRET = "greenroom-client", "a secret of the client"


class Provider(Server):
    """The provider as a child process of a test."""

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}/realm/"

    def command(self) -> list[str]:
        root = Path(__file__).parents[2]
        return ["env", f"PYTHONPATH={root}", sys.executable, "-m", "tests.support.oidc_provider", str(self.port)]

    def __exit__(self, *_: object) -> None:
        """Stop the process. Python does not handle SIGQUIT: it dumps core, or ignores the signal if that was inherited."""
        self.stop()

    def ready(self) -> bool:
        try:
            return requests.get(f"{self.issuer}.well-known/openid-configuration", timeout=10).ok
        except requests.RequestException:
            return False

    def next(self, email: str = "dana@news.example", *, wrong: str = "", **claims: Any) -> None:
        """Set who signs in next. `wrong`: with what the token is signed, or another fault that the token endpoint knows."""
        told = {"claims": {"sub": f"sub of {email}", "email": email, "email_verified": True, **claims}, "wrong": wrong}
        assert requests.post(f"{self.issuer}next", json=told, timeout=60).ok

    @property
    def exchanges(self) -> int:
        return int(requests.get(f"{self.issuer}exchanges", timeout=60).text)


KEY = RSAKey.generate_key(2048, {"kid": "the key", "use": "sig"}, private=True)
OTHER = RSAKey.generate_key(2048, {"kid": "the key", "use": "sig"}, private=True)
STATE: dict[str, Any] = {"next": {}, "codes": {}, "exchanges": 0}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        query, name = dict(parse_qsl(where.query)), where.path.removeprefix("/realm/")
        if name == ".well-known/openid-configuration":
            said = "https://somebody.else.example" if STATE["next"].get("wrong") == "discovery" else issuer()
            self._json(
                {
                    "issuer": said,
                    **{f"{n}_endpoint": issuer() + n for n in ("authorization", "token")},
                    "jwks_uri": issuer() + "keys",
                }
            )
        elif name == "keys":
            self._json({"keys": [KEY.as_dict(private=False), {"kty": "oct", "k": "AAAA", "kid": "a secret"}]})
        elif name == "authorization":
            code = secrets.token_urlsafe(16)
            STATE["codes"][code] = {**query, **STATE["next"]}
            self._to(f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], 'iss': issuer()})}")
        else:
            self._text(str(STATE["exchanges"]))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.endswith("/next"):
            STATE["next"] = json.loads(body)
            self._text("")
            return
        STATE["exchanges"] += 1
        form = dict(parse_qsl(body.decode()))
        # A code can be used only once.
        asked = STATE["codes"].pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        honest = asked and (
            asked["code_challenge"] == base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
            and asked["code_challenge_method"] == "S256"
            and (form["client_id"], form["client_secret"], form["redirect_uri"]) == (CLIENT, SECRET, asked["redirect_uri"])
        )
        if not honest:
            self._json({"error": "invalid_grant"}, 400)
        elif asked["wrong"] == "huge":
            self._json({"id_token": "x" * 1_000_000})
        elif asked["wrong"] == "redirect":
            self._to(issuer() + "keys")
        else:
            self._json({"access_token": "x", "token_type": "Bearer", "id_token": token_for(asked)})

    def _json(self, said: object, status: int = 200) -> None:
        self._answer(status, json.dumps(said).encode(), "application/json")

    def _text(self, said: str) -> None:
        self._answer(200, said.encode(), "text/plain")

    def _to(self, where: str) -> None:
        self._answer(302, b"", "text/plain", where)

    def _answer(self, status: int, body: bytes, kind: str, where: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if where:
            self.send_header("Location", where)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Logs nothing."""


def token_for(asked: dict[str, Any]) -> str:
    now = int(time.time())
    usual = {"iss": issuer(), "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
    claims = {name: value for name, value in {**usual, **asked["claims"]}.items() if value is not None}
    match asked["wrong"]:
        case "alg none":
            return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."
        case "public key as secret":
            # Algorithm confusion: a client that trusts the token's `alg` verifies an HMAC with the public key as the secret.
            signed = f"{_part({'alg': 'HS256', 'kid': 'the key'})}.{_part(claims)}"
            return f"{signed}.{_b64(hmac.digest(KEY.as_pem(private=False), signed.encode(), 'sha256'))}"
        case "secret in the key set":
            signed = f"{_part({'alg': 'HS256', 'kid': 'a secret'})}.{_part(claims)}"
            return f"{signed}.{_b64(hmac.digest(bytes(3), signed.encode(), 'sha256'))}"
        case "another key":
            return jwt.encode({"alg": "RS256", "kid": "the key"}, claims, OTHER)
        case "key in the token":
            return jwt.encode({"alg": "RS256", "jwk": OTHER.as_dict(private=False)}, claims, OTHER)
        case "changed":
            head, _, signature = jwt.encode({"alg": "RS256", "kid": "the key"}, claims, KEY).split(".")
            return f"{head}.{_part({**claims, 'email': 'admin@news.example'})}.{signature}"
        case "no token":
            return ""
    # In ASCII: a provider may say anything that JSON can.
    return jws.serialize_compact({"alg": "RS256", "kid": "the key"}, json.dumps(claims).encode(), KEY)


def issuer() -> str:
    return f"http://127.0.0.1:{sys.argv[1]}/realm/"


def _part(said: object) -> str:
    return _b64(json.dumps(said).encode())


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
