"""What the content says that one can do in this app, the contract has an operation for."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from authoring.faq.prepare import read_toml
from authoring.procedures import review
from cccd import problems
from chat.replies import words
from faq.content import content_of
from procedures.prepared import CONTENT

CONTRACT = json.loads(Path("docs/openapi.json").read_text(encoding="utf-8"))
OPERATIONS = {each["operationId"] for path in CONTRACT["paths"].values() for each in path.values()}

# A sentence that speaks of this app, and the operations that it promises.
PROMISES = {
    r"đổi hoặc huỷ được trên ứng dụng": ["rescheduleBooking", "cancelBooking"],
    r"sửa được trên ứng dụng trước khi hồ sơ được tiếp nhận": ["reviseDeclaration"],
    r"tờ khai và lịch hẹn của (bạn|mình)": ["listDeclarations", "listBookings"],
    r"xem, sửa, rút tờ khai và xoá dữ liệu của mình": [
        "readDeclaration", "reviseDeclaration", "withdrawDeclaration", "eraseMyData",
    ],
    r"tải về, sửa, rút đồng ý hoặc yêu cầu xoá": ["readMyData", "changeMyConsents", "eraseMyData"],
    r"xem lịch của từng cơ quan trong ứng dụng|lịch của từng cơ quan hiện trên ứng dụng": ["readOffice", "readSlots"],
    r"ứng dụng không mở chỗ hẹn": ["readSlots"],
    r"để xem lịch hẹn, mời bạn mở ứng dụng": ["listBookings"],
    r"xem, sửa, tải về, xoá thông tin của mình, rút tờ khai và rút lại đồng ý": [
        "readMyData", "reviseDeclaration", "eraseMyData", "withdrawDeclaration", "changeMyConsents",
    ],
    r"tôi có thể rút lại bất cứ lúc nào trong ứng dụng này": ["changeMyConsents"],
    r"mở ứng dụng trên zalo để dùng dịch vụ": ["signIn"],
    r"mở lại ứng dụng trên zalo rồi đăng nhập lại": ["signIn"],
}  # fmt: skip
_APP = re.compile(r"ứng dụng(?! (VNeID|định danh|Zalo))", re.IGNORECASE)
_OTHER_APPS = re.compile(r"cài ứng dụng|tải ứng dụng|Tên ứng dụng", re.IGNORECASE)


def texts() -> Iterator[tuple[str, str]]:
    for topic in content_of(read_toml()).topics:
        for version in topic.versions:
            yield version.id, version.answer
    for where, each in review.statements(CONTENT):
        yield where, review.told(each)
    chat = words()
    yield from (("chat", text) for text in (chat.welcome, chat.menu, chat.sign_in_first, chat.no_booking))
    yield from ((each.code, each.detail) for each in problems.PROBLEMS.values())
    consent = tomllib.loads(Path("functions/consent/consent.toml").read_text(encoding="utf-8"))
    yield from (("consent", each["text"]) for text in consent["text"] for each in text["purpose"])


def test_every_promise_of_a_feature_is_kept() -> None:
    unknown = []
    for where, text in texts():
        for sentence in re.split(r"(?<=[.;:])\s", text):
            if not _APP.search(sentence) or _OTHER_APPS.search(sentence):
                continue
            if not any(re.search(promise, sentence, re.IGNORECASE) for promise in PROMISES):
                unknown.append(f"{where}: {sentence}")
    assert unknown == []


@pytest.mark.parametrize("promise", PROMISES)
def test_what_is_promised_is_in_the_contract(promise: str) -> None:
    assert set(PROMISES[promise]) <= OPERATIONS
    assert any(re.search(promise, text, re.IGNORECASE) for _, text in texts()), "a promise that nobody makes any more"
