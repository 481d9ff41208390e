"""What comes with a press of a button: its key, and where a booking is to go. It loads no form, unlike `asked.py`."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Header

from cccd.fields import StartField
from cccd.wire import Model

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$",
        description="Mã do ứng dụng tạo cho mỗi lần bấm nút; gửi lại cùng mã thì nhận lại cùng lịch hẹn.",
    ),
]


class Move(Model):
    """Where to move a booking."""

    start: StartField
