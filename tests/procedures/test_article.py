"""The newspaper article of 24/06/2021 (danviet.vn), line by line: the screens and the answers of that day say what it says."""

from datetime import date
from typing import Any

import pytest

from faq.search import SEARCH
from offices.directory import directory
from procedures.api import handler
from tests.gateway import call

DAY = date(2021, 6, 24)


def screen(code: str) -> dict[str, Any]:
    body: dict[str, Any] = call(handler, "GET", f"/procedures/{code}", query={"on": DAY.isoformat()}).body
    return body


def answer(q: str) -> str:
    found = SEARCH.answer(q, DAY)
    assert found.confident, q
    return found.entries[0].version.answer


PERMANENT, TEMPORARY = screen("cap-cccd"), screen("cap-cccd-tam-tru")


def steps(of: dict[str, Any]) -> str:
    return " ".join(each["text"] for each in of["steps"])


@pytest.mark.parametrize(
    "line",
    [
        "tìm tên cơ quan Công an nơi bạn cư trú và chọn Quan tâm",  # step 2
        "Thủ tục > Cấp CCCD",  # step 3
        "Tờ khai Căn cước công dân điện tử",
        "trong 7 ngày tới theo danh sách",  # step 4
        "lấy vân tay",
    ],
)
def test_the_steps(line: str) -> None:
    assert line in steps(PERMANENT)


def test_the_days_on_which_one_can_hand_in_do_not_contradict_each_other() -> None:
    said = " ".join(each["text"] for each in PERMANENT["handIn"])
    assert "Chiều thứ Bảy và Chủ nhật không làm việc" in said
    assert "để nhận số cho ngày cơ quan làm việc" in steps(PERMANENT), (
        "one takes a number on any day, for a working one"
    )


def test_what_to_bring() -> None:
    papers = {each["name"]: each for each in PERMANENT["documents"]}
    assert papers["CMND hoặc CCCD cũ"]["mandatory"] and papers["Sổ hộ khẩu"]["mandatory"]
    other = papers["Giấy khai sinh hoặc giấy tờ hợp pháp khác"]
    assert not other["mandatory"] and "khác với sổ hộ khẩu" in other["why"]


@pytest.mark.parametrize(
    ("q", "said"),
    [
        ("đi làm cccd mang giấy tờ gì", "sổ hộ khẩu"),
        ("thông tin khai khác sổ hộ khẩu thì sao", "giấy khai sinh hoặc giấy tờ hợp pháp khác"),
        ("đang tạm trú có làm cccd được không", "tạm trú"),
        ("chiều thứ bảy có làm không", "nghỉ chiều thứ Bảy và Chủ nhật"),
        ("gửi thẻ về nhà qua bưu điện được không", "chuyển phát"),
        ("chụp ảnh làm cccd mặc áo gì", "rõ mặt và hai tai"),
        ("thẻ gắn chip có lợi ích gì", "chữ ký số"),
        ("gắn chip để làm gì", "OTP"),
        ("lợi ích của thẻ gắn chip", "sửa đổi sau khi cấp thẻ"),
        ("chip tiện hơn thẻ cũ ở điểm nào", "bằng lái xe"),
    ],
)
def test_the_answers(q: str, said: str) -> None:
    assert said in answer(q)


def test_the_benefits_are_those_of_the_article_and_none_of_2022() -> None:
    said = " ".join(each["text"] for each in PERMANENT["benefits"])
    for benefit in ("chữ ký số", "sinh trắc học", "OTP", "sau khi thẻ đã cấp", "bằng lái"):
        assert benefit in said
    later = [each.version.answer for each in SEARCH.browse(DAY)] + [said]
    assert not any("mức 2 trên VNeID" in text and "chưa" not in text for text in later)
    assert "khám chữa bệnh bảo hiểm y tế" not in said


def test_a_temporary_resident_is_told_where() -> None:
    assert "PC06" in TEMPORARY["place"]["text"] and "tạm trú" in TEMPORARY["place"]["text"]
    assert "sổ tạm trú" in " ".join(each["name"].lower() for each in TEMPORARY["documents"])


def test_the_office_of_residence() -> None:
    assert directory().search("Công an Quận 1", DAY, 1).offices[0].id == "cah-760"
