"""An event of events/ as the running stack takes it today: with a session, a key, a signature and a free time of its own."""

import json
import uuid
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, Request, build_opener

from local.settings import CannotRun
from local.whereabouts import Whereabouts

CITIZEN = "demo-lan"

# Never use a proxy: the stack is on this machine.
_direct = build_opener(ProxyHandler({}))


def event(path: Path, stack: Whereabouts) -> Any:
    """The event at `path`, made fresh; what is no HTTP request is as it was. `CannotRun` if there is no such event."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CannotRun(f"{path} is no event: {error}") from None
    return _fresh(found, stack) if isinstance(found, dict) and "headers" in found else found


def _fresh(event: dict[str, Any], stack: Whereabouts) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in event["headers"].items()}
    if "authorization" in headers and "authorizer" not in event["requestContext"]:
        headers["authorization"] = f"Bearer {_asked(f'{stack.api}/sessions', {'zaloAccessToken': CITIZEN})['token']}"
    if "idempotency-key" in headers:
        headers["idempotency-key"] = str(uuid.uuid4())
    body = json.loads(event.get("body") or "{}") if not event.get("isBase64Encoded") else {}  # a picture stays as it is
    if "start" in body:
        body["start"] = _free_time(body["officeId"], stack)
    if "x-zevent-signature" in headers:
        body["timestamp"] = str(_now(stack) * 1000)
        headers["x-zevent-signature"] = f"mac={_asked(f'{stack.zalo}/sign', body)['mac']}"
    return {**event, "headers": headers, **({"body": json.dumps(body)} if body else {})}


def _free_time(office: str, stack: Whereabouts) -> str:
    """The start of the office's first slot that has a seat left."""
    days = _asked(f"{stack.api}/offices/{office}/slots?days=7")["days"]
    free: str = next(slot["start"] for day in days for slot in day["slots"] if slot["seatsLeft"])
    return free


def _now(stack: Whereabouts) -> int:
    """The stack's time, which may be another than the machine's, in seconds."""
    with _direct.open(f"{stack.api}/health", timeout=60) as answer:
        return int(parsedate_to_datetime(answer.headers["date"]).timestamp())


def _asked(url: str, body: dict[str, Any] | None = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    try:
        with _direct.open(Request(url, content, {"content-type": "application/json"}), timeout=60) as answer:
            return json.load(answer)
    except URLError as error:
        raise CannotRun(f"the running stack does not answer at {url}: {error}") from None
