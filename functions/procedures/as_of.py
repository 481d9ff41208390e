"""The day a citizen asks about (`?on=`): from the first day our content knows to a far but reasonable end."""

from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from cccd import clock
from cccd.fields import DateField
from procedures.sourced import EARLIEST

LATEST = date(2099, 12, 31)


def _within_content(on: date) -> date:
    if on < EARLIEST:
        raise PydanticCustomError(
            "cccd_too_early", "Chúng tôi có nội dung từ ngày 01/01/2021. Vui lòng chọn từ ngày đó trở đi."
        )
    if on > LATEST:
        raise PydanticCustomError(
            "cccd_too_late", "Ngày này quá xa, chưa ai biết quy định khi đó. Vui lòng chọn trước năm 2100."
        )
    return on


type AsOf = Annotated[
    Annotated[DateField, AfterValidator(_within_content)] | None,
    Query(description="Ngày muốn hỏi, từ 2021-01-01; bỏ trống là hôm nay (giờ Việt Nam)."),
]


def asked_day(on: date | None) -> date:
    """The day asked about, or today in Vietnam."""
    return on or clock.today()
