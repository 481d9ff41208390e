"""A double of the officers' user pool: a sign-in page with PKCE, tokens of Cognito's shape, and the authorizer that checks them.

It stands at /officers of the stack's own address. There are two people, an officer and a chief, and no passwords:

    GET  /officers/oauth2/authorize     the page that asks who signs in
    POST /officers/oauth2/token         a code, or a refresh token, for tokens
    GET  /officers/demo/<user>          an access token at once, for curl
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from html import escape
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from infra.template import Authorizer
from local.clock import Clock
from local.http import Request, Response, message

PATH = "/officers"
LIFETIME = timedelta(hours=1)
# Who there is: name, and groups as an administrator would give them.
PEOPLE = {
    "can-bo": ("Cán bộ Minh", ("ca-26740.officer", "pc06-79.officer")),
    "chi-huy": ("Chỉ huy Hạnh", ("ca-26740.chief", "pc06-79.chief", "ca-27004.chief")),
}
NOBODY = Authorizer("", ())  # of a stack that no authorizer guards
_LOOPBACK = {"127.0.0.1", "localhost"}


class Officers:
    """The pool whose tokens `authorizer` takes."""

    def __init__(self, authorizer: Authorizer, clock: Clock):
        self.authorizer = authorizer
        self._clock = clock
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._codes: dict[str, dict[str, str]] = {}
        self._refresh: dict[str, str] = {}

    def token(self, user: str, **changes: Any) -> str:
        """An access token of that user; `changes` are claims that a test wants otherwise."""
        now = int(self._clock.now().timestamp())
        claims: dict[str, Any] = {
            "sub": hashlib.sha256(user.encode()).hexdigest()[:32],
            "iss": self.authorizer.issuer,
            "client_id": self.authorizer.audience[0],
            "token_use": "access",
            "scope": "openid",
            "username": user,
            "cognito:groups": list(PEOPLE[user][1]) if user in PEOPLE else [],
            "iat": now,
            "exp": now + int(LIFETIME.total_seconds()),
        }
        return jwt.encode(claims | changes, self._key, algorithm="RS256", headers={"kid": "local"})

    def claims(self, request: Request) -> Mapping[str, str] | None:
        """The claims of the request's token as a function gets them, each a text; None for a token that is refused."""
        scheme, _, token = (request.header("authorization") or "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            options: Any = {"verify_aud": False, "verify_exp": False, "verify_iat": False, "verify_nbf": False}
            found = jwt.decode(
                token.strip(),
                self._key.public_key(),
                algorithms=["RS256"],
                issuer=self.authorizer.issuer,
                options=options,
            )
        except jwt.InvalidTokenError:
            return None
        now = self._clock.now().timestamp()
        made_for = found.get("aud", found.get("client_id"))
        if made_for not in self.authorizer.audience or not isinstance(found.get("exp"), int) or found["exp"] <= now:
            return None
        return {name: _as_text(value) for name, value in found.items()}

    def answer(self, request: Request) -> Response | None:
        """The answer to a request for this pool; None for any other."""
        if not request.path.startswith(f"{PATH}/"):
            return None
        match request.method, request.path.removeprefix(PATH).split("/")[1:]:
            case "GET", ["oauth2", "authorize"]:
                return self._authorize(parse_qs(request.query))
            case "POST", ["oauth2", "token"]:
                return self._exchange(parse_qs(request.body.decode(errors="replace")))
            case "GET", ["demo", user] if user in PEOPLE:
                return _json({"access_token": self.token(user)})
            case "GET", ["logout"]:
                return _redirect(parse_qs(request.query).get("logout_uri", [""])[0])
        return message(HTTPStatus.NOT_FOUND)

    def _authorize(self, query: Mapping[str, list[str]]) -> Response:
        asked = {name: values[0] for name, values in query.items()}
        back = asked.get("redirect_uri", "")
        wanted = asked.get("response_type") == "code" and asked.get("code_challenge_method") == "S256"
        if not wanted or asked.get("client_id") not in self.authorizer.audience or not _is_ours(back):
            return message(HTTPStatus.BAD_REQUEST)
        user = asked.get("user")
        if user in PEOPLE:
            code = secrets.token_urlsafe(24)
            self._codes[code] = {"user": str(user), "back": back, "challenge": asked.get("code_challenge", "")}
            return _redirect(f"{back}?{urlencode({'code': code, 'state': asked.get('state', '')})}")
        links = "".join(
            f'<p><a href="{PATH}/oauth2/authorize?{escape(urlencode({**asked, "user": each}))}">{escape(name)}</a></p>'
            for each, (name, _) in PEOPLE.items()
        )
        page = f'<!doctype html><html lang="vi"><meta charset="utf-8"><title>Đăng nhập thử</title><h1>Ai đăng nhập?</h1>{links}'
        return Response(200, [("content-type", "text/html; charset=utf-8")], page.encode())

    def _exchange(self, form: Mapping[str, list[str]]) -> Response:
        asked = {name: values[0] for name, values in form.items()}
        user: str | None = None
        if asked.get("grant_type") == "refresh_token":
            user = self._refresh.get(asked.get("refresh_token", ""))
        elif given := self._codes.pop(asked.get("code", ""), None):
            proof = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
            challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
            if challenge == given["challenge"] and asked.get("redirect_uri") == given["back"]:
                user = given["user"]
        if user is None:
            return _json({"error": "invalid_grant"}, HTTPStatus.BAD_REQUEST)
        refresh = secrets.token_urlsafe(32)
        self._refresh[refresh] = user
        return _json(
            {
                "access_token": self.token(user),
                "id_token": self.token(user, token_use="id", aud=self.authorizer.audience[0]),  # noqa: S106 - a claim's name and value
                "refresh_token": refresh,
                "token_type": "Bearer",
                "expires_in": int(LIFETIME.total_seconds()),
            }
        )


def _as_text(value: Any) -> str:
    """A claim as API Gateway writes it into the event: a list in brackets without commas."""
    return f"[{' '.join(map(str, value))}]" if isinstance(value, list) else str(value)


def _is_ours(url: str) -> bool:
    """Whether codes may be sent there: to a page on this machine."""
    return urlsplit(url).hostname in _LOOPBACK


def _redirect(url: str) -> Response:
    if not _is_ours(url):
        return message(HTTPStatus.BAD_REQUEST)
    return Response(HTTPStatus.FOUND, [("location", url)], b"")


def _json(body: Mapping[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(
        status, [("content-type", "application/json"), ("cache-control", "no-store")], json.dumps(body).encode()
    )
