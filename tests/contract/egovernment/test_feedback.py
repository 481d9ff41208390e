"""Feedback: from the template to the office and back, as its citizen's own data."""

from typing import Any

import pytest

from cccd.dynamodb import client
from cccd.table import Table
from feedback.desk_api import handler as desk
from local.zalo import FakeZalo
from privacy.api import handler as privacy
from tests.contract.egovernment.conftest import OFFICE, Template, Thrown
from tests.contract.egovernment.test_template import signed_in
from tests.desk.officers import at_desk, claims
from tests.gateway import Answer, call

SAID: dict[str, Any] = {
    "title": "Chờ lâu",
    "content": "Tôi chờ một giờ.",
    "imageUrls": [],
    "feedbackTypeId": None,
    "token": "",
}
PATH = f"/desk/offices/{OFFICE}/feedback"


def office(method: str = "GET", path: str = PATH, **parts: Any) -> Answer:
    return at_desk(method, path, via=desk, **parts)


def listed(template: Template) -> Any:
    return template("GET", "/feedback_api", page="0", pargeSize="10")


def test_the_form_that_nobody_tapped_is_of_the_first_type(template: Template) -> None:
    kinds = template("GET", "/feedback_types_api")
    assert kinds and set(kinds[0]) == {"id", "title", "order"}
    assert template("POST", "/feedback_api", SAID) is True
    (mine,) = listed(template)["data"]
    assert (mine["type"], mine["title"], mine["content"]) == (kinds[0]["title"], SAID["title"], SAID["content"])
    assert isinstance(mine["id"], int) and mine["response"] == "" and mine["responseTime"], "no 01/01/1970"


def test_the_office_answers_and_its_citizen_reads_it(template: Template, clock: Any) -> None:
    template("POST", "/feedback_api", SAID | {"feedbackTypeId": 2})
    (said,) = office().body["items"]
    assert (said["kind"], said["answer"]) == ("Thái độ phục vụ", None)
    clock.shift(60)
    for _ in range(2):
        assert office("PUT", f"{PATH}/{said['id']}/answer", body={"text": "Cảm ơn bạn đã góp ý."}).status == 204
    (mine,) = listed(template)["data"]
    assert mine["response"] == "Cảm ơn bạn đã góp ý." and mine["responseTime"] > mine["creationTime"]


def test_nobody_reads_what_another_wrote(template: Template) -> None:
    template("POST", "/feedback_api", SAID)
    assert listed(Template("minh"))["data"] == []
    template.organization = "ca-26743"
    assert listed(template)["data"] == [], "at another office it is not shown either"


def test_nobody_hides_what_others_told_the_office(
    template: Template, monkeypatch: pytest.MonkeyPatch, clock: Any
) -> None:
    """Page after page, each feedback once, the latest first; a page costs what it shows, however many there are."""
    monkeypatch.setattr("feedback.store.PAGE", 4)
    for number in range(9):
        Template(f"nguoi-{number}")("POST", "/feedback_api", SAID | {"title": f"Lần {number}"})
        clock.shift(1)
    told: list[str] = []
    cursor, pages = None, 0
    while cursor or not pages:
        page = office(query={"cursor": cursor} if cursor else None).body
        told += [each["title"] for each in page["items"]]
        cursor, pages = page["nextCursor"], pages + 1
        if pages == 1:  # what comes meanwhile shifts nothing
            template("POST", "/feedback_api", SAID)
    assert (told, pages) == ([f"Lần {number}" for number in reversed(range(9))], 3)


def test_the_last_page_that_is_full_has_no_next(template: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedback.store.PAGE", 2)
    for _ in range(2):
        template("POST", "/feedback_api", SAID)
    assert office().body["nextCursor"] is None


@pytest.mark.parametrize("cursor", ["x", "1-2", "FEEDBACK#", "1795572000000-" + "A" * 26, "a" * 65])
def test_a_cursor_that_is_none_is_told(template: Template, cursor: str) -> None:
    refused = office(query={"cursor": cursor})
    assert refused.status == 422 and refused.body["errors"][0]["field"] == "cursor"


def test_only_an_officer_of_the_office_reads_and_answers(template: Template) -> None:
    template("POST", "/feedback_api", SAID)
    (said,) = office().body["items"]
    other = claims("[ca-26743.chief]")
    assert at_desk("GET", PATH, other, via=desk).code == "not_your_office"
    theirs = f"/desk/offices/ca-26743/feedback/{said['id']}/answer"
    assert at_desk("PUT", theirs, other, via=desk, body={"text": "Cảm ơn."}).code == "not_found"
    assert at_desk("GET", PATH, {}, via=desk).code == "unauthenticated"


@pytest.mark.parametrize(
    "feedback_id",
    ["x", "1-", "-a", "1-zzz", "99999999999999-a", "1-a b", "%00", "1-" + "a" * 3000, "1795572000000-" + "A" * 26],
)
def test_what_can_be_no_id_is_answered_as_none_and_never_asked_of_the_table(
    template: Template, monkeypatch: pytest.MonkeyPatch, feedback_id: str
) -> None:
    monkeypatch.setattr(Table, "get", lambda *_: pytest.fail("a key may be too long for the table"))
    monkeypatch.setattr(Table, "written", lambda *_: pytest.fail("a key may be too long for the table"))
    assert office("PUT", f"{PATH}/{feedback_id}/answer", body={"text": "Cảm ơn."}).status in (404, 405)


def test_an_id_of_no_feedback_is_answered_as_none(template: Template) -> None:
    never = "1795572000000-" + "a" * 26
    assert office("PUT", f"{PATH}/{never}/answer", body={"text": "Cảm ơn."}).code == "not_found"


@pytest.mark.parametrize("text", ["<b>đậm</b>", "một\x00hai", "một\x1b[2Jhai", "  ", "x" * 2001])
def test_an_answer_that_no_page_could_show_is_refused(template: Template, text: str) -> None:
    template("POST", "/feedback_api", SAID)
    (said,) = office().body["items"]
    assert office("PUT", f"{PATH}/{said['id']}/answer", body={"text": text}).status == 422
    assert office("PUT", f"{PATH}/{said['id']}/answer", body={"text": "Cảm ơn.\n\tBạn chờ nhé."}).status == 204
    assert listed(template)["data"][0]["response"] == "Cảm ơn.\n\tBạn chờ nhé."


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": ""}, "Tiêu đề cần ít nhất 1"),
        ({"title": "x" * 201}, "Tiêu đề dài quá 200"),
        ({"title": "một\x07hai"}, "Tiêu đề có ký tự ẩn"),
        ({"content": "<b>đậm</b>"}, "Nội dung không dùng được dấu < và >"),
        ({"content": "một\x07hai"}, "Nội dung có ký tự ẩn"),
        ({"content": "   "}, "Nội dung cần ít nhất 1"),
        ({"feedbackTypeId": 99}, "chọn lại loại phản ánh"),
        ({"feedbackTypeId": "x"}, "Loại phản ánh phải là số"),
        ({"feedbackTypeId": 10**30}, "loại phản ánh"),
        ({"imageUrls": None}, "Ảnh đính kèm phải là một danh sách"),
        ({"imageUrls": [7]}, "Ảnh đính kèm phải là chữ"),
        ({"imageUrls": ["x"] * 6}, "Ảnh đính kèm có quá 5"),
    ],
)
def test_what_does_not_fit_is_told_and_nothing_is_kept(template: Template, change: dict[str, Any], said: str) -> None:
    with pytest.raises(Thrown) as thrown:
        template("POST", "/feedback_api", SAID | change)
    assert thrown.value.code == -3 and said in thrown.value.message and "Mục này" not in thrown.value.message
    assert listed(template)["data"] == []


def test_forty_in_a_minute_are_twenty(template: Template) -> None:
    for _ in range(20):
        template("POST", "/feedback_api", SAID)
    with pytest.raises(Thrown) as thrown:
        template("POST", "/feedback_api", SAID)
    assert thrown.value.code == -117
    found = listed(template)
    assert (found["total"], len({each["id"] for each in found["data"]})) == (20, 10), (
        "in one instant, each with an id of its own"
    )


def test_it_is_exported_and_erased_with_everything_else(
    template: Template, zalo: FakeZalo, monkeypatch: pytest.MonkeyPatch
) -> None:
    template("POST", "/feedback_api", SAID)
    mine = signed_in("lan", zalo, monkeypatch)
    (held,) = call(privacy, "GET", "/me/data", headers=mine).body["feedback"]
    assert (held["content"], held["officeId"]) == (SAID["content"], OFFICE)
    assert call(privacy, "DELETE", "/me/data", headers=mine).body["feedback"] == 1
    assert client().scan(TableName="FeedbackTable", ConsistentRead=True)["Items"] == []
    assert office().body["items"] == []


def test_it_is_gone_after_a_year(template: Template, clock: Any) -> None:
    template("POST", "/feedback_api", SAID)
    clock.shift(365 * 86_400)
    assert listed(template)["data"] == office().body["items"] == [], "whether or not it is erased already"
