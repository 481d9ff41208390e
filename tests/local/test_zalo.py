import http.client
import json
import threading
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.http import Request
from local.zalo import FakeZalo, Mood


@pytest.fixture
def zalo() -> Iterator[FakeZalo]:
    with FakeZalo() as fake:
        yield fake


def get(zalo: FakeZalo, path: str, headers: dict[str, str], timeout: float = 5) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(zalo.url).netloc, timeout=timeout)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.headers["content-type"], response.read()
    finally:
        connection.close()


def me(zalo: FakeZalo, token: str = "demo-nguyen-van-an", **other: str) -> dict[str, Any]:
    headers = {"access_token": token, "appsecret_proof": zalo.proof(token), **other}
    status, _, body = get(zalo, "/v2.0/me?fields=id,name,picture", headers)
    assert status == 200
    answer: dict[str, Any] = json.loads(body)
    return answer


def test_a_demo_token_is_a_citizen(zalo: FakeZalo) -> None:
    answer = me(zalo)
    assert (answer["error"], answer["name"]) == (0, "Nguyen Van An")
    assert answer["picture"]["data"]["url"]
    assert answer["id"].isdigit() and int(answer["id"]) > 2**53


def test_a_citizen_stays_the_same_and_is_not_another(zalo: FakeZalo) -> None:
    assert me(zalo, "demo-lan")["id"] == me(zalo, "demo-lan")["id"] != me(zalo, "demo-mai")["id"]
    with FakeZalo() as another:
        assert me(another, "demo-lan")["id"] == me(zalo, "demo-lan")["id"]


def test_token_and_proof_may_stand_in_the_query(zalo: FakeZalo) -> None:
    query = urllib.parse.urlencode({"access_token": "demo-lan", "appsecret_proof": zalo.proof("demo-lan")})
    assert json.loads(get(zalo, f"/v2.0/me?{query}", {})[2])["name"] == "Lan"


def test_only_the_fields_asked_for_are_told(zalo: FakeZalo) -> None:
    headers = {"access_token": "demo-lan", "appsecret_proof": zalo.proof("demo-lan")}
    assert json.loads(get(zalo, "/v2.0/me?fields=id", headers)[2]).keys() == {"error", "message", "is_sensitive", "id"}


@pytest.mark.parametrize(("token", "error"), [("stolen", 452), ("demo-", 452), ("", 100)])
def test_other_tokens_are_refused(zalo: FakeZalo, token: str, error: int) -> None:
    assert me(zalo, token)["error"] == error


@pytest.mark.parametrize("proof", ["", "0" * 64])
def test_a_wrong_proof_is_refused(zalo: FakeZalo, proof: str) -> None:
    assert me(zalo, appsecret_proof=proof)["error"] == -242


def test_refusals_have_zalos_words(zalo: FakeZalo) -> None:
    assert me(zalo, "stolen") == {"error": 452, "message": "Session key invalid"}
    assert json.loads(get(zalo, "/v2.0/nothing", {})[2])["error"] == 404


def test_moods(zalo: FakeZalo) -> None:
    zalo.mood = Mood.SERVER_ERROR
    assert get(zalo, "/v2.0/me", {})[0] == 500
    zalo.mood = Mood.HTML
    assert get(zalo, "/v2.0/me", {})[1] == "text/html"
    zalo.mood = Mood.WRONG_JSON
    assert isinstance(json.loads(get(zalo, "/v2.0/me", {})[2]), list)
    zalo.mood = Mood.ABROAD
    assert me(zalo)["error"] == -501
    assert me(zalo, "stolen")["error"] == 452  # Zalo looks at the token first
    zalo.mood = Mood.CLOSED
    with pytest.raises(http.client.RemoteDisconnected):
        get(zalo, "/v2.0/me", {})
    zalo.mood = Mood.SLOW
    with pytest.raises(TimeoutError):
        get(zalo, "/v2.0/me", {}, timeout=0.2)
    zalo.mood = Mood.WELL
    assert me(zalo)["error"] == 0


def to(user: str) -> dict[str, Any]:
    return {"recipient": {"user_id": user}, "message": {"text": f"to {user}"}}


def sent(zalo: FakeZalo, query: str = "", timeout: float = 30) -> list[dict[str, Any]]:
    """What arrived from the first account."""
    found: list[dict[str, Any]] = json.loads(get(zalo, f"/sent{query}", {}, timeout)[2])["sent"]
    assert all(each.pop("from") == zalo.account.id for each in found)
    return found


def test_what_arrived_is_shown_and_a_recipients_alone(zalo: FakeZalo) -> None:
    template = {"user_id": "2", "template_id": "t", "template_data": {}}
    zalo.account.sent += [to("1"), template, to("2")]
    assert sent(zalo) == [to("1"), template, to("2")]
    assert sent(zalo, "?to=2") == [template, to("2")]


def test_messages_are_waited_for(zalo: FakeZalo) -> None:
    zalo.patience = 600
    zalo.account.sent.append(to("1"))
    with ThreadPoolExecutor(1) as caller:
        waiting = caller.submit(sent, zalo, "?to=1&wait_for=2")
        assert sent(zalo, "?wait_for=1") == [to("1")]
        zalo.account.sent.append(to("2"))
        assert not waiting.done()
        zalo.account.sent.append(to("1"))
        assert waiting.result(30) == [to("1"), to("1")]


def test_what_there_is_comes_after_a_while(zalo: FakeZalo) -> None:
    zalo.patience = 0.1
    zalo.account.sent.append(to("1"))
    assert sent(zalo, "?wait_for=2") == [to("1")]


def test_who_waits_is_answered_when_the_fake_stops() -> None:
    with ThreadPoolExecutor(1) as caller:
        with FakeZalo() as zalo:
            zalo.patience = 600
            asked = threading.Event()
            answer = zalo.endpoints["GET", "/sent"]

            def noticed(request: Request) -> dict[str, Any]:
                asked.set()
                return answer(request)

            zalo.endpoints["GET", "/sent"] = noticed
            waiting = caller.submit(sent, zalo, "?wait_for=1")
            assert asked.wait(30)
        assert waiting.result(30) == []


def test_a_number_that_is_none_is_refused(zalo: FakeZalo) -> None:
    assert json.loads(get(zalo, "/sent?wait_for=many", {})[2])["error"] == 100
