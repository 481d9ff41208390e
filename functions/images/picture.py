"""A picture that a stranger sent, written anew: nothing of it is kept but what is seen.

What a camera notes beside it (place, time, device) is left out, and so is whatever else a file may carry.
"""

import re
import struct
from io import BytesIO

from PIL import ExifTags, Image, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")  # no other decoder of Pillow ever sees what a stranger sent
MOST_BYTES = 4_000_000  # API Gateway hands a function 6 MB, and in base64 a picture is a third longer
MOST_PIXELS = 40_000_000  # a phone's own are of 12 million; in memory each takes four bytes
# A progressive JPEG of a camera has about ten; each costs as much as the picture has pixels, however few bytes it is.
MOST_SCANS = 50
LONGEST_SIDE = 1600  # pixels of what is kept: a form that is photographed stays legible
QUALITY = 85

# The head of a JPEG's scan: its marker, its length and the number of its components, which belong to each other. A decoder takes no
# scan without such a head, and in other bytes (what was recorded beside it, a film behind it) one in 2**38 places looks like one.
_SCAN = re.compile(rb"\xff\xda\x00(?:\x06\x00|\x08\x01|\x0a\x02|\x0c\x03|\x0e\x04)")

# The turn that undoes each orientation (Exif 2.32, tag 274).
_TURNS: dict[object, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# What Pillow raises at broken files: OSError and its UnidentifiedImageError, SyntaxError of PNG, the others of a broken Exif.
_BROKEN = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    TypeError,
    LookupError,
    ArithmeticError,
    struct.error,
)


class NotAPicture(Exception):
    """It is of none of the formats, or broken."""


class TooLarge(Exception):
    """It has more bytes, pixels or scans than we take."""


def written_anew(sent: bytes) -> bytes:
    """The same picture as a JPEG, upright, at most `LONGEST_SIDE` long, with nothing else in it.

    Raises:
        NotAPicture, TooLarge
    """
    if len(sent) > MOST_BYTES or len(_SCAN.findall(sent)) > MOST_SCANS:
        raise TooLarge
    try:
        with Image.open(BytesIO(sent), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:  # told by the head; nothing is decoded yet
                raise TooLarge
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            turn = _TURNS.get(_orientation(opened))
            seen = (opened if turn is None else opened.transpose(turn)).convert("RGBA")
    except Image.DecompressionBombError:
        raise TooLarge from None
    except _BROKEN:
        raise NotAPicture from None
    seen.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    paper = Image.new("RGB", seen.size, "white")
    paper.paste(seen, mask=seen)
    kept = BytesIO()
    paper.save(kept, "JPEG", quality=QUALITY, optimize=True)
    return kept.getvalue()


def _orientation(opened: Image.Image) -> object:
    """How the camera was held, as its Exif tells; None if that is broken: the picture is good all the same.

    Nothing else of an Exif is read, and it is never written: both break at what a stranger can put into it.
    """
    try:
        return opened.getexif().get(ExifTags.Base.Orientation)
    except _BROKEN:
        return None
