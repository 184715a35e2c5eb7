"""An OpenID Connect provider that vouches for one person, who is signed in there and agrees to everything."""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

CLIENT_ID, SUBJECT = "fers", "subject-1234"


class OidcProvider:
    def __init__(self):
        self._key = RSAKey.generate_key(2048, {"kid": "test", "use": "sig"})
        self._nonces: dict[str, str] = {}
        self.issuer = ""
        self.vouched_ago = 0
        """Seconds since it gave out what it says now, as Streamlit's cookie goes on saying it."""

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._configuration),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
            ]
        )

    def secrets_toml(self) -> str:
        """What `.streamlit/secrets.toml` says of it."""
        return f"""
            [auth]
            redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
            cookie_secret = "{secrets.token_hex(32)}"
            [auth.university]
            client_id = "{CLIENT_ID}"
            client_secret = "secret"
            server_metadata_url = "{self.issuer}/.well-known/openid-configuration"
        """

    async def _configuration(self, _request: Request) -> JSONResponse:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def _authorize(self, request: Request) -> RedirectResponse:
        code, asked = secrets.token_hex(8), request.query_params
        self._nonces[code] = asked.get("nonce", "")
        return RedirectResponse(f"{asked['redirect_uri']}?code={code}&state={asked['state']}")

    async def _token(self, request: Request) -> JSONResponse:
        nonce, issued = self._nonces.pop((await request.form())["code"]), int(time.time()) - self.vouched_ago
        claims = {"iss": self.issuer, "sub": SUBJECT, "aud": CLIENT_ID, "nonce": nonce}
        claims |= {"iat": issued, "exp": issued + 3600}
        token = jwt.encode({"alg": "RS256", "kid": "test"}, claims | {"email": "ada@example.org"}, self._key)
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "expires_in": 600, "id_token": token})

    async def _keys(self, _request: Request) -> JSONResponse:
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})


@contextmanager
def oidc_provider() -> Iterator[OidcProvider]:
    provider = OidcProvider()
    server = uvicorn.Server(uvicorn.Config(provider.app(), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    provider.issuer = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield provider
    server.should_exit = True
    thread.join(10)
