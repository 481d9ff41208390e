"""POST /sessions against a fake Zalo that uses the real protocol over HTTP, in good and bad moods."""

from base64 import b64decode
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bookings.api import handler as bookings
from cccd import clock, session
from cccd.errors import SessionExpired, Unauthenticated
from cccd.keyring import secret
from cccd.session import Citizen
from local.zalo import FakeZalo, Mood
from sessions import api
from tests.gateway import CONTEXT, Answer, call, event
from zalo.graph import ZaloGraph, ZaloProfile
from zalo.refused import MOST, MOST_OF_ADDRESS, REMEMBERED, RefusedTokens


@pytest.fixture
def zalo(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeZalo]:
    with FakeZalo() as fake:
        graph = ZaloGraph(fake.url, fake.app_secret.encode(), seconds=1)
        monkeypatch.setattr(api, "graph", lambda: graph)
        monkeypatch.setattr(api, "refused", RefusedTokens())
        yield fake
        graph.close()


def sign_in(token: object) -> Answer:
    return call(api.handler, "POST", "/sessions", body={"zaloAccessToken": token})


def test_a_citizen_signs_in(zalo: FakeZalo) -> None:
    answer = sign_in("demo-lan")
    assert answer.status == 201
    assert set(answer.body) == {"token", "expiresAt", "citizen"}
    assert answer.body["expiresAt"].endswith("+07:00")
    who = session.verify(f"Bearer {answer.body['token']}", [secret("SessionKey")], clock.now())
    assert who.id == answer.body["citizen"]["id"]
    assert int(who.id) > 2**53, "ids are strings, as JavaScript could not hold them"


def test_two_citizens_are_two(zalo: FakeZalo) -> None:
    assert sign_in("demo-lan").body["citizen"]["id"] != sign_in("demo-minh").body["citizen"]["id"]


def test_a_token_that_zalo_refuses_is_told(zalo: FakeZalo) -> None:
    assert sign_in("somebody-else").code == "zalo_token_invalid"


@pytest.mark.parametrize("mood", [each for each in Mood if each is not Mood.WELL])
def test_whatever_ails_zalo_is_told_as_unavailable(zalo: FakeZalo, mood: Mood) -> None:
    zalo.mood = mood
    answer = sign_in("demo-lan")
    assert answer.code == "zalo_unavailable"
    assert answer.headers["retry-after"] == "30"


def test_a_wrong_app_secret_is_our_fault_not_the_citizens(zalo: FakeZalo, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = ZaloGraph(zalo.url, b"not the secret")
    monkeypatch.setattr(api, "graph", lambda: graph)
    assert sign_in("demo-lan").code == "zalo_unavailable"
    graph.close()


@pytest.mark.parametrize("token", [None, 7, "", " ", "x" * 5_000, "a\r\nHost: evil", "🙂", ["demo-lan"], {}])
def test_what_is_no_token_never_reaches_zalo(zalo: FakeZalo, token: object) -> None:
    answer = sign_in(token)
    assert answer.code == "invalid_request"
    assert [error["field"] for error in answer.body["errors"]] == ["zaloAccessToken"]


def phone(phone_token: object, token: object = "demo-lan") -> Answer:
    body = {"zaloAccessToken": token, "phoneToken": phone_token}
    return call(api.handler, "POST", "/sessions/phone-number", body=body)


def test_a_phone_number_is_shared_once(zalo: FakeZalo) -> None:
    answer = phone("phone-84912345678")
    assert (answer.status, answer.body["phone"]) == (200, "0912345678")
    key = secret("SessionKey")
    proven = session.verify(f"Bearer {answer.body['token']}", [key], clock.now())
    assert proven == Citizen(sign_in("demo-lan").body["citizen"]["id"], session.phone_mark(key, "84912345678"))
    assert "912345678" not in b64decode(answer.body["token"].split(".")[1] + "==").decode()
    assert phone("phone-84912345678").code == "phone_token_invalid"


def test_a_refused_phone_token_and_a_refused_access_token_are_told_apart(zalo: FakeZalo) -> None:
    assert phone("somebody else's".replace(" ", "-")).code == "phone_token_invalid"
    unknown = phone("phone-84912345678", token="nobody")  # checkov:skip=CKV_SECRET_6: an example
    assert unknown.code == "zalo_token_invalid"
    assert phone("phone-not-a-number").code == "zalo_unavailable"


@pytest.mark.parametrize("mood", [each for each in Mood if each is not Mood.WELL])
def test_a_phone_number_cannot_be_had_while_zalo_ails(zalo: FakeZalo, mood: Mood) -> None:
    zalo.mood = mood
    assert phone("phone-84912345678").code == "zalo_unavailable"


def test_signed_in_citizens_go_on_while_zalo_is_down(zalo: FakeZalo) -> None:
    token = sign_in("demo-lan").body["token"]
    zalo.mood = Mood.CLOSED
    own = call(bookings, "GET", "/bookings", headers={"authorization": f"Bearer {token}"})
    assert (own.status, own.body["items"]) == (200, [])


def test_a_session_ends() -> None:
    now = clock.now()
    token, ends = session.issue(session.Citizen("1"), b"k" * 32, now)
    assert session.verify(f"bearer {token}", [b"k" * 32], ends - timedelta(seconds=1)).id == "1"
    with pytest.raises(SessionExpired):
        session.verify(f"Bearer {token}", [b"k" * 32], ends)
    with pytest.raises(Unauthenticated):
        session.verify(f"Bearer {token}", [b"another key" * 3], now)


@pytest.mark.parametrize(
    "told",
    [
        {"error": []},
        {"error": {"code": 452}},
        {"error": "452"},
        {"error": None},
        {"error": 0},
        {"error": 0, "id": 7},
        {"error": 0, "id": ""},
        {"error": 0, "id": "²"},
        {"error": 0, "id": "1" * 33},
        {"error": -501},
        {"error": 12000},
    ],
)
def test_an_answer_of_another_shape_is_no_citizen(zalo: FakeZalo, told: dict[str, object]) -> None:
    zalo.endpoints["GET", "/v2.0/me"] = lambda request: told
    assert sign_in("demo-lan").code == "zalo_unavailable"


@pytest.mark.parametrize("error", [-242, -32, -501, 12000, 12002, [], None, "117"])
def test_what_no_token_could_help_is_not_the_tokens_fault(zalo: FakeZalo, error: object) -> None:
    zalo.endpoints["GET", "/v2.0/me/info"] = lambda request: {"error": error}
    assert phone("phone-84912345678").code == "zalo_unavailable"


class Counting:
    """Counts what Zalo is asked."""

    def __init__(self, graph: ZaloGraph):
        self._graph = graph
        self.profiles = self.phones = 0

    def profile(self, token: str) -> ZaloProfile:
        self.profiles += 1
        return self._graph.profile(token)

    def phone(self, token: str, phone_token: str) -> str:
        self.phones += 1
        return self._graph.phone(token, phone_token)


@pytest.fixture
def asked(zalo: FakeZalo, monkeypatch: pytest.MonkeyPatch) -> Counting:
    counting = Counting(api.graph())
    monkeypatch.setattr(api, "graph", lambda: counting)
    return counting


def test_zalo_is_asked_once_about_a_token_that_it_refuses(asked: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    at = [0.0]
    monkeypatch.setattr(api, "refused", RefusedTokens(lambda: at[0]))
    for _ in range(5):
        assert sign_in("somebody-else").code == "zalo_token_invalid"
        assert phone("phone-84912345678", "somebody-else").code == "zalo_token_invalid"
    assert asked.profiles == 1
    assert sign_in("demo-lan").status == 201, "others go on"
    at[0] = REMEMBERED
    assert sign_in("somebody-else").code == "zalo_token_invalid"
    assert asked.profiles == 3, "after a minute Zalo may have changed its mind"


def test_zalo_is_asked_once_about_a_phone_token_that_it_refuses(asked: Counting) -> None:
    for _ in range(5):
        assert phone("used-already").code == "phone_token_invalid"
    assert asked.phones == 1


def test_made_up_tokens_of_one_address_are_not_all_passed_on(asked: Counting) -> None:
    codes = [sign_in(f"made-up-{number}").code for number in range(3 * MOST_OF_ADDRESS)]
    assert asked.profiles == MOST_OF_ADDRESS
    assert codes == ["zalo_token_invalid"] * MOST_OF_ADDRESS + ["zalo_unavailable"] * 2 * MOST_OF_ADDRESS
    assert sign_in("demo-lan").headers["retry-after"] == str(REMEMBERED)
    elsewhere = event("POST", "/sessions", body={"zaloAccessToken": "demo-lan"})
    elsewhere["requestContext"]["http"]["sourceIp"] = "203.0.113.9"
    assert api.handler(elsewhere, CONTEXT)["statusCode"] == 201


def test_what_is_remembered_of_refused_tokens_is_bounded() -> None:
    at = [0.0]
    refused = RefusedTokens(lambda: at[0])
    for number in range(MOST + 100):
        refused.add(f"token {number}", f"address {number}")
    assert len(refused._refused) == len(refused._of_address) == MOST
    assert not refused.has("token 0") and refused.has(f"token {MOST + 99}")
    at[0] = REMEMBERED
    assert not refused.has(f"token {MOST + 99}")
    assert not refused._refused and not refused._of_address
