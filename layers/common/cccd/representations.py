"""An answer that many ask for, in its two forms: as it is, and gzipped for those who take that.

API Gateway's HTTP APIs do not compress. Each form has a strong ETag of its own (RFC 9110, section 8.8.3.3).
"""

import base64
import hashlib
import re
import zlib
from functools import cached_property
from typing import NamedTuple

SMALLEST = 1024  # bytes; what is smaller goes in one packet anyway
GZIP = 31  # zlib's `wbits` for a gzip header and trailer; the time in it is always 0

_ETAG = re.compile(r'(?:W/)?("[^"]*")')  # RFC 9110, 8.8.3; compared without the mark of a weak one
_WANTED = re.compile(r"|q=(1(\.0{0,3})?|0\.(?=\d*[1-9])\d{1,3})")  # a weight above 0, or none


class Form(NamedTuple):
    """What Lambda hands over: a body, in base64 if it is gzipped, and its ETag."""

    body: str
    etag: str
    gzipped: bool


class Representations:
    """The forms of a written answer. It is compressed when somebody first takes it so, and then never again."""

    def __init__(self, text: str):
        content = text.encode()
        tag = hashlib.sha256(content).hexdigest()[:24]
        self._plain = Form(text, f'"{tag}"', gzipped=False)
        self._gzip_etag = f'"{tag}-gzip"' if len(content) >= SMALLEST else None

    @cached_property
    def _gzipped(self) -> Form:
        assert self._gzip_etag
        packed = zlib.compress(self._plain.body.encode(), wbits=GZIP)
        return Form(base64.b64encode(packed).decode(), self._gzip_etag, gzipped=True)

    def best(self, accept_encoding: str) -> Form:
        """The form to send to whoever accepts these codings."""
        return self._gzipped if self._gzip_etag and takes_gzip(accept_encoding) else self._plain

    def current(self, if_none_match: str, accept_encoding: str) -> str | None:
        """The ETag of a form that the client has and can read; None if it has none that is current."""
        gzip_etag = self._gzip_etag if takes_gzip(accept_encoding) else None
        readable = [etag for etag in (gzip_etag, self._plain.etag) if etag]
        if if_none_match.strip() == "*":
            return readable[0]
        known = _ETAG.findall(if_none_match)
        return next((etag for etag in readable if etag in known), None)


def takes_gzip(accept_encoding: str) -> bool:
    """Whether an `Accept-Encoding` allows gzip. Without the header, or where it makes no sense, nobody gets it."""
    weights: dict[str, str] = {}
    for each in accept_encoding.lower().split(","):
        coding, _, weight = each.partition(";")
        weights[coding.strip()] = weight.replace(" ", "")
    asked = next((weights[coding] for coding in ("gzip", "x-gzip", "*") if coding in weights), "q=0")
    return _WANTED.fullmatch(asked) is not None
