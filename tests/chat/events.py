"""The events that Zalo delivers."""

from typing import Any

from chat.worker import Chat, work_on
from tests.zalo.accounts import OA
from tests.zalo.conftest import NOW


def said(text: str, user: str = "777", app_user: str | None = "1001") -> dict[str, Any]:
    return {
        "event_name": "user_send_text",
        "sender": {"id": user},
        "recipient": {"id": OA},
        "message": {"text": text, "msg_id": f"id of {text}"},
        **({"user_id_by_app": app_user} if app_user else {}),
    }


def tell(chat: Chat, event: dict[str, Any], known_as: str = "an event") -> None:
    work_on(chat, known_as, event, NOW)
