"""The template's envelope: `{err, message, data}`, for every answer and every refusal.

The template's client reads no HTTP status; it throws where `err` is not 0. The status is the real one all the same, for everybody else,
and `error` is what Zalo's own platform calls `err`.
"""

import json
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from cccd.invocation import Event

UNAUTHORISED = -115  # the client asks Zalo for another token
TOO_OFTEN = -117  # the client tells of a day's limit, or shows `message`
FAILED, INVALID, UNKNOWN = -1, -3, -9  # as Zalo's tutorial backend numbers them

_NUMBERS = {401: UNAUTHORISED, 429: TOO_OFTEN, 400: INVALID, 413: INVALID, 422: INVALID, 404: UNKNOWN}

type Handler = Callable[[Event, LambdaContext], dict[str, Any]]


# The template shows the message alone, so it must name the field as the form does.
_FIELDS = {
    "title": "Tiêu đề",
    "content": "Nội dung",
    "fullName": "Họ tên",
    "phoneNumber": "Số điện thoại",
    "date": "Ngày hẹn",
    "imageUrls": "Ảnh đính kèm",
    "feedbackTypeId": "Loại phản ánh",
    "miniAppId": "Mã ứng dụng",
    "profileCode": "Mã hồ sơ",
    "organizationId": "Mã cơ quan",
    "page": "Số trang",
    "pargeSize": "Số dòng mỗi trang",
    "body": "nội dung gửi lên",
}


def _of_its_field(error: dict[str, str]) -> str:
    """The sentence, with the field's name where it says only that it is this one."""
    sentence, name = error["message"], _FIELDS.get(error["field"].partition(".")[0])
    if name is None:
        return sentence
    for this in ("Mục này", "Giá trị này", "Danh sách này", "Số này"):
        if sentence.startswith(this):
            return name[:1].upper() + name[1:] + sentence.removeprefix(this)
    if sentence.startswith("Giá trị"):
        return f"{name}: {sentence[:1].lower()}{sentence[1:]}"
    return sentence.replace("mục này", f"mục {name}")


def success(data: object) -> dict[str, object]:
    """An answer that the client takes. It throws at null, false and 0, except where null means that there is nothing."""
    return {"err": 0, "error": 0, "message": "Success", "data": data}


def enveloped(handler: Handler) -> Handler:
    """The handler, whose refusals come in the envelope: all of them, also those of the edge and our own failures."""

    def answer(event: Event, context: LambdaContext) -> dict[str, Any]:
        told = handler(event, context)
        if told["statusCode"] < 400:
            return told
        problem = json.loads(told["body"])
        fields = [_of_its_field(each) for each in problem.get("errors", [])]
        number = _NUMBERS.get(told["statusCode"], FAILED)
        said = {"err": number, "error": number, "message": " ".join(fields) or problem["detail"], "data": None}
        headers = {**told["headers"], "Content-Type": "application/json"}
        body = json.dumps({**said, "code": problem["code"]}, ensure_ascii=False)
        return {**told, "headers": headers, "body": body}

    return answer
