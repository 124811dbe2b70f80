"""Runs oidc-provider-mock: `python -W ignore -m tests.fakes.oidc_server PORT`. It asks for PKCE, too.

`PUT /crooked` with one of CROOKED as JSON decides what is wrong with the next tokens; "" is none of it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from care.embedded import free_port

CROOKED = (
    *("another key", "no signature", "hmac with the public key", "hmac with the secret", "wrong nonce", "no nonce"),
    *("another audience", "another issuer", "expired", "no token", "no address", "not verified", "verified in words"),
)
SECRET = "the secret of the client, known to the provider"


@contextmanager
def provider(folder: Path) -> Iterator[str]:
    """The address of one that runs, until the end."""
    port, log = free_port(), folder / "oidc.log"
    command = [sys.executable, "-W", "ignore", "-m", "tests.fakes.oidc_server", str(port)]
    environment = os.environ | {"AUTHLIB_INSECURE_TRANSPORT": "1"}  # it refuses http, also on this machine
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 60
        while not _answers(url):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield url
    finally:
        process.kill()
        process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/jwks", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def main(port: int) -> None:
    from flask import Flask, Response, request
    from oidc_provider_mock import app as mock
    from oidc_provider_mock._storage import storage
    from werkzeug.serving import run_simple

    app: Flask = mock(require_nonce=True)
    state = {"crooked": "", "challenge": ""}

    @app.put("/crooked")
    def crooked() -> tuple[str, int]:
        state["crooked"] = str(request.json)
        return "", 204

    @app.before_request
    def proof() -> tuple[str, int] | None:
        """PKCE (RFC 7636), which the mock leaves out."""
        if request.path == "/oauth2/authorize":
            state["challenge"] = request.args["code_challenge"]
            assert request.args["code_challenge_method"] == "S256"
        if request.path == "/oauth2/token":
            digest = hashlib.sha256(request.form["code_verifier"].encode()).digest()
            if _coded(digest) != state["challenge"]:
                return json.dumps({"error": "invalid_grant"}), 400
        return None

    @app.after_request
    def bend(response: Response) -> Response:
        how = state["crooked"]
        if request.path == "/oauth2/token" and response.status_code == 200 and how:
            token = json.loads(response.get_data())
            response.set_data(json.dumps(_bent(token, how, storage.jwk.as_dict(is_private=True))))
        return response

    run_simple("127.0.0.1", port, app, threaded=True)


def _bent(token: dict[str, Any], how: str, key: dict[str, Any]) -> dict[str, Any]:
    from joserfc import jwk, jwt

    private = jwk.RSAKey.import_key(key)
    payload = token["id_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    changed: dict[str, dict[str, Any]] = {
        "wrong nonce": {"nonce": "another"},
        "no nonce": {"nonce": None},
        "another audience": {"aud": "somebody else", "azp": "care"},
        "another issuer": {"iss": "http://127.0.0.1:1"},
        "expired": {"iat": 1_000_000_000, "exp": 1_000_000_600},
        "no address": {"email": None},
        "not verified": {"email_verified": False},
        "verified in words": {"email_verified": "true"},
    }
    claims = {name: value for name, value in (claims | changed.get(how, {})).items() if value is not None}
    kid = {"kid": private.kid}
    signed: dict[str, Callable[[], str]] = {
        "another key": lambda: jwt.encode(
            {"alg": "RS256", **kid}, claims, jwk.RSAKey.generate_key(2048, {"kid": str(private.kid)})
        ),
        "no signature": lambda: f"{_unsigned(claims, 'none')}.",
        "hmac with the public key": lambda: _hmac(claims, private.as_pem(private=False)),
        "hmac with the secret": lambda: _hmac(claims, SECRET.encode()),
        "no token": lambda: "",
    }
    make = signed.get(how, lambda: jwt.encode({"alg": "RS256", **kid}, claims, private))
    return token | {"id_token": make()}


def _hmac(claims: dict[str, Any], key: bytes) -> str:
    signed = _unsigned(claims, "HS256")
    return f"{signed}.{_coded(hmac.digest(key, signed.encode(), 'sha256'))}"


def _unsigned(claims: dict[str, Any], algorithm: str) -> str:
    return ".".join(_coded(json.dumps(part).encode()) for part in ({"alg": algorithm}, claims))


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


if __name__ == "__main__":
    main(int(sys.argv[1]))
