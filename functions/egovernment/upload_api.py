"""The template's upload of pictures: the native client's own multipart request, which brings no token as far as is known.

So anybody may upload. What nobody sends a feedback with is gone after a day; how many come is bounded in the template.
"""

import base64
import binascii
import re
from io import BytesIO

from multipart import MultipartError, MultipartParser, MultipartPart, parse_options_header

from cccd.errors import FieldError, InvalidRequest
from cccd.http import lambda_handler, resolver
from cccd.invocation import Event
from cccd.settings import Settings
from egovernment.asked import MOST_IMAGES
from egovernment.envelope import enveloped, success
from images.picture import NotAPicture, TooLarge, written_anew
from images.store import Images

_EXTENDED_NAME = re.compile(r';\s*filename\*=(?=[^"]*(?:"[^"]*"[^"]*)*$)', re.IGNORECASE)  # outside of quotes
MOST_PARTS = 32  # of a form: the pictures, and what a client adds to them

app = resolver()


class UploadSettings(Settings):
    """Where pictures are kept."""

    images_bucket: str


settings = UploadSettings.load()


@app.post("/upload_image_api")
def upload_image() -> dict[str, object]:
    """The client shows `domain` + name, and posts the name with its feedback."""
    sent = _files(app.current_event.raw_event)
    if not sent:
        raise _refused("missing", "Không thấy ảnh trong yêu cầu. Vui lòng chọn lại ảnh.")
    if len(sent) > MOST_IMAGES:
        raise _refused("too_many", f"Mỗi lần gửi được nhiều nhất {MOST_IMAGES} ảnh. Vui lòng chọn ít ảnh hơn.")
    pictures = [_checked(each) for each in sent]  # all of them, before any is kept
    images = Images(settings.images_bucket)
    links = [images.link(images.put(each)).rpartition("/") for each in pictures]
    return success({"domain": f"{links[0][0]}/", "images": [name for _, _, name in links]})


def _files(event: Event) -> list[bytes]:
    """The contents of the form's files, whatever their fields are called.

    Raises:
        InvalidRequest: it is no such form.
    """
    kind, options = parse_options_header(event["headers"].get("content-type", ""))
    boundary = options.get("boundary", "")
    body = event.get("body") or ""
    try:
        raw = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
        if kind != "multipart/form-data" or not boundary:
            return []
        parts = list(MultipartParser(BytesIO(raw), boundary, len(raw), part_limit=MOST_PARTS, spool_limit=len(raw) + 1))
        return [part.raw for part in parts if _is_file(part)]
    except (MultipartError, binascii.Error, UnicodeError, ValueError, LookupError):
        raise _refused("malformed", "Ảnh gửi lên chưa trọn. Vui lòng chọn lại ảnh.") from None


def _is_file(part: MultipartPart) -> bool:
    """Whether it is told as a file in any of the ways: its name, its name in the form of RFC 8187, or the type of a picture."""
    named = part.filename is not None or _EXTENDED_NAME.search(part.disposition)
    return bool(named) or part.content_type.startswith("image/")


def _checked(sent: bytes) -> bytes:
    try:
        return written_anew(sent)
    except TooLarge:
        raise _refused(
            "too_large", "Ảnh quá lớn (trên 4 MB hoặc 40 triệu điểm ảnh). Vui lòng chọn ảnh nhỏ hơn."
        ) from None
    except NotAPicture:
        raise _refused("not_a_picture", "Tệp này không phải ảnh JPG, PNG hay WebP. Vui lòng chọn ảnh khác.") from None


def _refused(code: str, message: str) -> InvalidRequest:
    return InvalidRequest([FieldError("image", code, message)])


handler = enveloped(lambda_handler(app, json_body=False))
