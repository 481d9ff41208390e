"""Each call of Zalo's e-government template, in requests of the recorded shape, and what its client would trip over."""

import json
from typing import Any

import pytest

from bookings.api import handler as bookings
from cccd.dynamodb import client
from declarations.api import handler as declarations
from local.clock import Clock
from local.gateway import Gateway
from local.http import Request
from local.zalo import FakeZalo
from privacy.api import handler as privacy
from sessions import api as sessions
from tests.conftest import STACK
from tests.contract.egovernment.conftest import OFFICE, Template, Thrown
from tests.declarations.people import FORM_2026
from tests.desk.officers import at_desk
from tests.gateway import CONTEXT, Answer, call, event

DAY = "11-26-2026"
WISH = {"fullName": "Nguyễn Thị Lan", "phoneNumber": "0912345678", "content": "Làm căn cước", "date": DAY}


def signed_in(name: str, zalo: FakeZalo, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The session of the same citizen at our own door."""
    from egovernment import api

    monkeypatch.setattr(sessions, "graph", api.graph)
    answer = call(sessions.handler, "POST", "/sessions", body={"zaloAccessToken": f"demo-{name}"})
    return {"authorization": f"Bearer {answer.body['token']}"}


def test_the_organisation_of_the_mini_app(template: Template) -> None:
    found = template("GET", "/get_organization_api", miniAppId="1234567890123456789")
    assert (found["id"], found["name"], found["officialAccounts"]) == (OFFICE, "Công an phường Sài Gòn", [])
    with pytest.raises(Thrown) as thrown:
        template("GET", "/get_organization_api", miniAppId="7")
    assert thrown.value.code == -9


def test_the_guide_is_the_faq_and_is_paged_from_zero(template: Template) -> None:
    first = template("GET", "/information_guide_api", page="0", pargeSize="10")
    assert (first["current"], first["pageSize"], len(first["data"])) == (0, 10, 10)
    assert {"id", "question", "answer"} == set(first["data"][0])
    loaded, page = len(first["data"]), 0
    while loaded < first["total"]:  # as the client asks for more
        page += 1
        more = template("GET", "/information_guide_api", page=str(page), pargeSize="10")
        assert more["current"] == page and more["data"]
        loaded += len(more["data"])
    assert template("GET", "/information_guide_api", page="90000", pargeSize="10")["data"] == []


def test_articles_need_no_organisation(template: Template) -> None:
    template.organization = ""
    found = template("GET", "/get_articles_api", page="0", pargeSize="10")
    assert found["total"] == len(found["data"]) >= 1


@pytest.mark.parametrize("query", [{"page": "-1"}, {"page": "1000000"}, {"page": "x"}, {"pargeSize": "0"}])
def test_a_page_that_cannot_be_is_told(template: Template, query: dict[str, str]) -> None:
    with pytest.raises(Thrown) as thrown:
        template("GET", "/information_guide_api", **query)
    assert thrown.value.code == -3
    assert thrown.value.message.startswith("Số trang" if "page" in query else "Số dòng mỗi trang")


def test_a_booking_is_a_real_one(
    template: Template, zalo: FakeZalo, monkeypatch: pytest.MonkeyPatch, clock: Any
) -> None:
    assert json.loads(template.raw("GET", "/get_schedule_api")["body"]) == {
        "err": 0,
        "error": 0,
        "message": "Success",
        "data": None,
    }
    made = template("POST", "/create_schedule_api", WISH)
    assert (made["status"], made["date"], made["organizationId"]) == ("approved", DAY, OFFICE)
    assert made["yourNumber"].startswith("0730-") and made["phoneNumber"] == "0912345678"
    assert template("GET", "/get_schedule_api") == made
    (ours,) = call(bookings, "GET", "/bookings", headers=signed_in("lan", zalo, monkeypatch)).body["items"]
    assert (ours["ticket"], ours["status"]) == (made["yourNumber"], "confirmed")
    clock.move_to("2026-11-26T07:35:00+07:00")
    day = f"/desk/offices/{OFFICE}/days/2026-11-26"
    (line,) = at_desk("GET", day).body["tickets"]
    assert (line["ticket"], line["fullName"]) == (made["yourNumber"], "NGUYỄN THỊ LAN")
    at_desk("POST", f"{day}/check-ins", body={"ticket": made["yourNumber"]})
    at_desk("POST", f"{day}/calls", body={"counter": "1"}, headers={"idempotency-key": "first-press"})
    assert template("GET", "/get_schedule_api")["currentNumber"] == made["yourNumber"]


def test_two_taps_are_one_booking_and_another_day_is_refused(template: Template) -> None:
    made = template("POST", "/create_schedule_api", WISH)
    assert template("POST", "/create_schedule_api", WISH) == made
    with pytest.raises(Thrown) as thrown:
        template("POST", "/create_schedule_api", WISH | {"date": "11-27-2026"})
    assert thrown.value.code == -1 and thrown.value.message


def held_at_our_door(headers: dict[str, str], start: str, personal_id: str = "079190001234", **more: str) -> Answer:
    applicant = {"fullName": "Lan", "personalId": personal_id, "dateOfBirth": "1990-05-20", "phone": "0912345678"}
    body = {"officeId": OFFICE, "procedure": "cap-cccd", "start": start, "applicant": applicant} | more
    key = {"idempotency-key": f"pressed-for-{personal_id}"}
    return call(bookings, "POST", "/bookings", body=body, headers=headers | key)


def test_whoever_has_an_appointment_at_our_own_door_gets_no_second_here(
    template: Template, zalo: FakeZalo, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = signed_in("lan", zalo, monkeypatch)
    held = held_at_our_door(headers, "2026-11-27T08:00:00+07:00").body
    assert call(bookings, "POST", f"/bookings/{held['id']}/confirm", headers=headers).status == 200
    with pytest.raises(Thrown):
        template("POST", "/create_schedule_api", WISH)
    assert template("GET", "/get_schedule_api")["yourNumber"] == held["ticket"], "the one that they have"


def test_what_somebody_holds_for_another_at_our_own_door_is_not_confirmed_here(
    template: Template, zalo: FakeZalo, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = signed_in("lan", zalo, monkeypatch)
    held = held_at_our_door(headers, "2026-11-26T08:00:00+07:00").body
    with pytest.raises(Thrown):
        template("POST", "/create_schedule_api", WISH)
    assert call(bookings, "GET", f"/bookings/{held['id']}", headers=headers).body["status"] == "held"


def test_an_appointment_made_here_counts_at_our_own_door(
    template: Template, zalo: FakeZalo, monkeypatch: pytest.MonkeyPatch
) -> None:
    template("POST", "/create_schedule_api", WISH)
    ours = signed_in("lan", zalo, monkeypatch)
    assert held_at_our_door(ours, "2026-11-27T08:00:00+07:00").code == "too_many_bookings"
    shared = {"zaloAccessToken": "demo-lan", "phoneToken": "phone-0912345678"}  # checkov:skip=CKV_SECRET_6: an example
    session = call(sessions.handler, "POST", "/sessions/phone-number", body=shared, headers=ours).body
    proven = {"authorization": f"Bearer {session['token']}"}
    told = [held_at_our_door(proven, "2026-11-27T08:00:00+07:00", f"07919000123{n}") for n in range(4)]
    assert [each.status for each in told[:3]] == [201] * 3, "a proven number is good for four, also of one person"
    assert told[3].code == "too_many_bookings", "the template's is one of the four"


def test_a_temporary_resident_gets_their_own_procedure(template: Template) -> None:
    assert "tạm trú" in template("POST", "/create_schedule_api", WISH | {"content": "Tôi TAM TRU ở đây"})["content"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"date": "26-11-2026"}, "Ngày hẹn chưa đúng"),
        ({"date": "31/02/2027"}, "Ngày hẹn chưa đúng"),
        ({"date": None}, "Ngày hẹn chưa đúng"),
        ({"date": "11-01-2020"}, "Ngày này đã qua"),
        ({"date": "11-24-2026"}, "Ngày này đã qua"),
        ({"date": "12-31-2027"}, "Chỉ nhận lịch hẹn từ"),
        ({"date": "11-29-2026"}, "Chủ nhật cơ quan không làm việc"),
        ({"phoneNumber": "091234567"}, "Số điện thoại"),
        ({"phoneNumber": "091234567890"}, "Số điện thoại"),
        ({"fullName": ""}, "Họ tên"),
        ({"fullName": "<script>"}, "Họ tên chỉ gồm"),
        ({"fullName": 7}, "Họ tên phải là chữ"),
        ({"content": "x" * 2000}, "Nội dung dài quá 1000"),
    ],
)
def test_what_does_not_fit_is_told_in_words_that_the_template_can_show(
    template: Template, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(Thrown) as thrown:
        template("POST", "/create_schedule_api", WISH | change)
    assert thrown.value.code in (-1, -3) and said in thrown.value.message
    assert template("GET", "/get_schedule_api") is None, "nothing is booked"


def test_each_field_that_is_missing_is_named(template: Template) -> None:
    with pytest.raises(Thrown) as thrown:
        template("POST", "/create_schedule_api", {"content": ""})
    for name in ("Họ tên", "Số điện thoại", "Ngày hẹn"):
        assert f"Vui lòng điền mục {name}." in thrown.value.message


@pytest.mark.parametrize("date", ["2026-11-26", "26/11/2026", "2026-11-26T00:00:00.000Z", "11-26-2026"])
def test_other_ways_to_write_a_day_are_understood(template: Template, date: str) -> None:
    assert template("POST", "/create_schedule_api", WISH | {"date": date})["date"] == DAY


@pytest.mark.parametrize("organization", ["", "ca-00000", "ca-26737", "null", "' OR 1=1"])
def test_an_organisation_that_is_none_is_told(template: Template, organization: str) -> None:
    template.organization = organization
    calls = [("GET", "/get_schedule_api", None), ("POST", "/create_schedule_api", WISH)]
    for method, path, body in (
        calls if organization != "ca-26737" else calls[1:]
    ):  # it exists, and takes no appointments
        with pytest.raises(Thrown) as thrown:
            template(method, path, body)
        assert thrown.value.code == -3


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Bearer undefined", "Bearer null", "Basic x:y", "Bearer đ"]
)
def test_before_the_token_exists_it_is_told_so(template: Template, authorization: str | None) -> None:
    from egovernment import api

    headers = {"authorization": authorization} if authorization is not None else {}
    answer = api.handler(event("GET", "/get_schedule_api", headers=headers), CONTEXT)
    assert json.loads(answer["body"])["err"] == -115


def test_a_token_that_zalo_refuses_is_told_so(template: Template) -> None:
    template.name = None
    from egovernment import api

    answer = api.handler(
        event("GET", "/get_schedule_api", headers={"authorization": "Bearer not-of-zalo", "x-organization-id": OFFICE}),
        CONTEXT,
    )
    assert json.loads(answer["body"])["err"] == -115


def test_a_token_is_asked_of_zalo_once_and_neither_it_nor_whose_it_is_is_kept(
    template: Template, monkeypatch: pytest.MonkeyPatch, clock: Any
) -> None:
    from egovernment import api

    asked: list[str] = []
    graph = api.graph()
    profile = graph.profile

    def counted(token: str) -> Any:
        asked.append(token)
        return profile(token)

    monkeypatch.setattr(graph, "profile", counted)
    for _ in range(3):
        template("GET", "/get_schedule_api")
    assert asked == ["demo-lan"]
    kept = json.dumps(client().scan(TableName="BookingsTable", ConsistentRead=True)["Items"])
    assert "demo-lan" not in kept and profile("demo-lan").id not in kept
    clock.shift(3601)
    template("GET", "/get_schedule_api")
    assert len(asked) == 2, "an hour later it is asked again"


def test_a_dossier_is_its_owner_s_alone(template: Template, zalo: FakeZalo, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = signed_in("lan", zalo, monkeypatch)
    code = call(declarations, "POST", "/declarations", body=FORM_2026, headers=mine).body["id"]
    (found,) = template("GET", "/search_profiles_api", profileCode=f" {code.upper()} ", organizationId=OFFICE)
    assert found["profileCode"] == code and "đã gửi" in found["notifications"][0]["message"]
    assert set(found) == {"name", "profileCode", "dueDate", "notifications"}
    assert template("GET", "/search_profiles_api", profileCode="x", organizationId=OFFICE) == []
    assert Template("minh")("GET", "/search_profiles_api", profileCode=code, organizationId=OFFICE) == []
    assert template("GET", "/search_profiles_api", profileCode=code, organizationId="ca-26743") == []


def test_guessing_codes_ends(template: Template) -> None:
    for number in range(40):
        template("GET", "/search_profiles_api", profileCode=f"{number:026d}")
    with pytest.raises(Thrown) as thrown:
        template("GET", "/search_profiles_api", profileCode="a" * 26)
    assert thrown.value.code == -117


@pytest.mark.parametrize("raw", ["{", "[]", "null", '"x"', "", '{"fullName": {"a": 1}}'])
def test_a_body_that_is_none_is_told_in_the_envelope(template: Template, raw: str) -> None:
    from egovernment import api

    headers = {"authorization": "Bearer demo-lan", "x-organization-id": OFFICE, "content-type": "application/json"}
    answer = api.handler(event("POST", "/create_schedule_api", raw=raw, headers=headers), CONTEXT)
    assert answer["statusCode"] < 500 and json.loads(answer["body"])["err"] == -3


def test_a_failure_of_ours_comes_in_the_envelope_too(template: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError

    monkeypatch.setattr("egovernment.api.organisations", broken)
    answer = template.raw("GET", "/get_organization_api", miniAppId="1")
    assert (answer["statusCode"], json.loads(answer["body"])["err"]) == (500, -1)


def test_a_day_that_is_full_is_told(template: Template, clock: Any) -> None:
    names = iter(range(500))
    while True:
        try:
            Template(f"người {next(names)}".replace("ư", "u").replace("ờ", "o").replace(" ", "-"))(
                "POST", "/create_schedule_api", WISH
            )
        except Thrown as full:
            assert full.code == -1 and "chỗ" in full.message
            break
    found = [line["ticket"] for line in at_desk("GET", f"/desk/offices/{OFFICE}/days/2026-11-26").body["tickets"]]
    assert len(found) == len(set(found)) == next(names) - 1


def test_who_erased_everything_signs_in_anew_with_the_token_that_they_have(
    template: Template, zalo: FakeZalo, monkeypatch: pytest.MonkeyPatch, clock: Any
) -> None:
    assert template("GET", "/search_profiles_api", profileCode="a" * 26) == []
    clock.shift(60)
    assert call(privacy, "DELETE", "/me/data", headers=signed_in("lan", zalo, monkeypatch)).status == 200
    clock.shift(60)
    with pytest.raises(Thrown) as thrown:
        template("GET", "/search_profiles_api", profileCode="a" * 26)
    assert thrown.value.code == -115
    assert template("GET", "/search_profiles_api", profileCode="a" * 26) == [], "Zalo vouches for it once more"


@pytest.mark.parametrize("path", ["/create_schedule_api", "/feedback_api", "/get_schedule_api", "/upload_image_api"])
def test_a_browser_may_send_the_organisation_beside_its_token(path: str) -> None:
    """A preflight alone: the gateway answers it, no function runs."""
    asked = [
        ("Origin", "https://h5.zdn.vn"),
        ("Access-Control-Request-Method", "GET" if path.startswith("/get_") else "POST"),
        ("Access-Control-Request-Headers", "authorization, content-type, x-organization-id"),
    ]

    def invoke(*_: Any) -> Any:
        pytest.fail("a preflight is the gateway's")

    answer = Gateway(STACK, invoke, Clock(), lambda _: None).answer(Request("OPTIONS", path, asked))
    told = dict(answer.headers)
    assert (answer.status, told["access-control-allow-origin"]) == (204, "*")
    assert asked[1][1] in told["access-control-allow-methods"].split(",")
    assert set(asked[2][1].split(", ")) <= set(told["access-control-allow-headers"].split(","))
