"""A stranger's picture: what is kept of it, and what is refused before it costs anything."""

from contextlib import suppress
from io import BytesIO
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from images.picture import LONGEST_SIDE, MOST_BYTES, MOST_SCANS, NotAPicture, TooLarge, written_anew

PLACE = b"10 46 36 N"  # as a phone writes where a picture was taken


def picture(size: tuple[int, int] = (400, 300), form: str = "JPEG", mode: str = "RGB", **said: Any) -> bytes:
    kept = BytesIO()
    Image.new(mode, size, 0).save(kept, form, **said)
    return kept.getvalue()


def seen(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data), formats=["JPEG"])


@pytest.mark.parametrize(
    ("form", "mode"), [("JPEG", "RGB"), ("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB")]
)
def test_each_format_becomes_a_plain_jpeg(form: str, mode: str) -> None:
    assert seen(written_anew(picture(form=form, mode=mode))).size == (400, 300)


def test_what_a_phone_notes_beside_it_is_gone() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x9286] = "A phone", PLACE
    sent = picture(exif=exif, comment=b"a comment", icc_profile=b"a profile")
    assert b"A phone" in sent and b"a comment" in sent
    kept = written_anew(sent)
    assert not seen(kept).getexif() and not {"exif", "comment", "icc_profile"} & set(seen(kept).info)
    assert b"A phone" not in kept


def test_it_stands_upright_without_its_note() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    assert seen(written_anew(picture(exif=exif))).size == (300, 400)


def test_a_large_one_is_made_smaller_and_a_transparent_one_white() -> None:
    assert max(seen(written_anew(picture((5000, 2000)))).size) == LONGEST_SIDE
    clear = BytesIO()
    Image.new("RGBA", (9, 9), (0, 0, 0, 0)).save(clear, "PNG")
    assert seen(written_anew(clear.getvalue())).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_fifty_megapixels_are_refused_by_their_head(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = picture((10_000, 5_000), form, "L")
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("it was decoded"))
    with pytest.raises(TooLarge):
        written_anew(sent)


def test_too_many_bytes_are_refused_unread() -> None:
    with pytest.raises(TooLarge):
        written_anew(b"\xff" * (MOST_BYTES + 1))


def with_scans(more: int) -> bytes:
    """A progressive picture whose last scan, of 65 bytes, comes so many times more."""
    sent = picture((4000, 2000), "JPEG", "L", progressive=True, quality=20)
    last = sent[sent.rindex(b"\xff\xda") : -2]
    return sent[:-2] + last * more + sent[-2:]


def test_a_few_bytes_of_many_scans_are_refused_before_they_cost_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    assert written_anew(with_scans(30)), "as many as no camera writes"
    sent = with_scans(5_000)
    assert len(sent) < MOST_BYTES
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("it was decoded"))
    with pytest.raises(TooLarge):
        written_anew(sent)


def test_what_a_phone_keeps_beside_and_behind_a_photograph_is_not_taken_for_scans() -> None:
    film = Random(1).randbytes(2_000_000) + b"\xff\xda" * 1_000
    assert film.count(b"\xff\xda") > MOST_SCANS
    assert seen(written_anew(picture(progressive=True) + film)).size == (400, 300)


def test_other_files_are_no_pictures() -> None:
    for sent in (b"", b"hello", b"<svg/>", b"%PDF-1.7", picture(form="GIF"), picture(form="BMP"), picture(form="TIFF")):
        with pytest.raises(NotAPicture):
            written_anew(sent)


@given(st.randoms(use_true_random=False), st.sampled_from(["JPEG", "PNG", "WEBP"]))
def test_a_broken_picture_is_taken_or_refused_and_nothing_else(random: Random, form: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    broken = bytearray(picture((16, 16), form, exif=exif))
    for _ in range(random.randint(1, 8)):
        broken[random.randrange(len(broken))] = random.randrange(256)
    with suppress(NotAPicture, TooLarge):
        written_anew(bytes(broken[: random.randint(1, len(broken))]))
