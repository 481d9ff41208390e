"""A message as Zalo's Official Account API takes it: a text with buttons. Plain values in, no network."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

MAX_TEXT = 2000  # characters of a message
MAX_TITLE = 100  # characters of a button
MAX_BUTTONS = 5


@dataclass(frozen=True)
class Button:
    """A button: it opens the Mini App at a path, or sends words as if the citizen had typed them."""

    title: str
    path: str | None = None
    say: str | None = None


@dataclass(frozen=True)
class Reply:
    """A message to one citizen, with buttons."""

    text: str
    buttons: tuple[Button, ...] = ()

    def message(self, mini_app_url: str) -> dict[str, Any]:
        """The message as Zalo's Official Account API takes it."""
        body: dict[str, Any] = {"text": self.text[:MAX_TEXT]}
        if self.buttons:
            buttons = [_button(button, mini_app_url) for button in self.buttons[:MAX_BUTTONS]]
            body["attachment"] = {"type": "template", "payload": {"buttons": buttons}}
        return body


def _button(button: Button, mini_app_url: str) -> dict[str, Any]:
    if button.path is not None:
        url = f"{mini_app_url.rstrip('/')}/{quote(button.path, safe='/?=&-')}"
        return {"title": button.title[:MAX_TITLE], "type": "oa.open.url", "payload": {"url": url}}
    return {"title": button.title[:MAX_TITLE], "type": "oa.query.show", "payload": button.say or button.title}
