"""A picture that a stranger sent, written anew: nothing of it is kept but what is seen.

What a camera notes beside it (place, time, device) is left out, and so is whatever else a file may carry.
"""

import re
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

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
            seen = ImageOps.exif_transpose(opened).convert("RGBA")
    except Image.DecompressionBombError:
        raise TooLarge from None
    # What Pillow raises at broken files: OSError and its UnidentifiedImageError, SyntaxError of PNG, the others of a broken Exif.
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError, ZeroDivisionError):
        raise NotAPicture from None
    seen.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    paper = Image.new("RGB", seen.size, "white")
    paper.paste(seen, mask=seen)
    kept = BytesIO()
    paper.save(kept, "JPEG", quality=QUALITY, optimize=True)
    return kept.getvalue()
