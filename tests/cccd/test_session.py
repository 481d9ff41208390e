"""Session tokens: a JWT as any library reads it, and nothing but our own is taken."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from cccd.errors import SessionExpired, Unauthenticated
from cccd.session import LIFETIME, Citizen, issue, verify

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
KEY = b"a key of the tests, as long as the real ones are: 64 characters."
LAN = Citizen("1000000000000000001")
CLAIMS = {"iss": "cccd", "sub": LAN.id, "iat": 1795572000, "exp": int((NOW + LIFETIME).timestamp())}


def test_a_token_of_ours_is_a_jwt_that_any_library_reads() -> None:
    token, ends = issue(LAN, KEY, NOW)
    assert (
        jwt.decode(token, KEY, algorithms=["HS256"], issuer="cccd", options={"verify_exp": False, "verify_iat": False})[
            "sub"
        ]
        == LAN.id
    )
    assert ends == NOW + LIFETIME
    assert verify(f"Bearer {token}", [KEY], NOW) == LAN
    assert verify(f"bearer  {jwt.encode(CLAIMS, KEY, algorithm='HS256')} ", [KEY], NOW) == LAN


def test_a_token_ends_to_the_second() -> None:
    token, ends = issue(LAN, KEY, NOW)
    assert verify(f"Bearer {token}", [KEY], ends - timedelta(seconds=1)) == LAN
    with pytest.raises(SessionExpired):
        verify(f"Bearer {token}", [KEY], ends)


def changed(**claims: object) -> str:
    return jwt.encode({name: value for name, value in (CLAIMS | claims).items() if value is not None}, KEY, "HS256")


TOKEN, _ = issue(LAN, KEY, NOW)
HEADER, BODY, SIGNATURE = TOKEN.split(".")


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        f"Basic {TOKEN}",
        TOKEN,
        f"Bearer {HEADER}.{BODY}",
        f"Bearer {HEADER}.{BODY}.",
        f"Bearer {HEADER}.{BODY}.{SIGNATURE[:-1]}",
        f"Bearer {HEADER}.{BODY}.{SIGNATURE}x",
        f"Bearer {HEADER}.{BODY}x.{SIGNATURE}",
        f"Bearer {HEADER}..{BODY}.{SIGNATURE}",
        f"Bearer {HEADER}.{BODY}.ký",
        "Bearer ..",
        f"Bearer {'x' * 100_000}",
        f"Bearer {jwt.encode(CLAIMS, '', algorithm='none')}",
        f"Bearer {jwt.encode(CLAIMS, KEY, algorithm='HS512')}",
        f"Bearer {jwt.encode(CLAIMS, KEY, algorithm='HS256', headers={'kid': '1'})}",
        f"Bearer {jwt.encode(CLAIMS, b'another key ' * 6, algorithm='HS256')}",
        f"Bearer {changed(iss='somebody else')}",
        f"Bearer {changed(iss=None)}",
        f"Bearer {changed(sub=None)}",
        f"Bearer {changed(exp=None)}",
        f"Bearer {changed(exp='9999999999')}",
        f"Bearer {jwt.encode({**CLAIMS, 'sub': '1'}, KEY, 'HS256').replace(HEADER, HEADER.swapcase(), 1)}",
    ],
)
def test_anything_else_is_nobody(authorization: str | None) -> None:
    with pytest.raises(Unauthenticated):
        verify(authorization, [KEY], NOW)
