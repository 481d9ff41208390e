import gzip
from base64 import b64decode

import pytest

from cccd.representations import SMALLEST, Representations, takes_gzip

LONG = "Bạn cần mang theo thẻ căn cước đã được cấp. " * 100


@pytest.mark.parametrize(
    "accept_encoding",
    [
        "gzip",
        "GZIP",
        "gzip, deflate, br, zstd",
        "br;q=1.0, gzip;q=0.8, *;q=0.1",
        "gzip;q=0.001",
        "gzip; q=1.000",
        "*",
        "br, *;q=0.5",
        "identity;q=0, gzip",
    ],
)
def test_who_takes_gzip(accept_encoding: str) -> None:
    assert takes_gzip(accept_encoding)


@pytest.mark.parametrize(
    "accept_encoding",
    [
        "",
        "br",
        "identity",
        "gzip;q=0",
        "gzip; q=0.000",
        "gzip;q=0, *",
        "*;q=0",
        "gzipped",
        "x gzip",
        "gzip;q=a lot",
        "gzip;q=-1",
        "gzip;q=1.5",
        "gzip;q=",
        ";;;,,,=",
        "\u0000",
        "căn cước",
    ],
)
def test_who_does_not(accept_encoding: str) -> None:
    assert not takes_gzip(accept_encoding)


def test_both_forms_say_the_same_under_etags_of_their_own() -> None:
    answer = Representations(LONG)
    plain, gzipped = answer.best(""), answer.best("gzip")
    assert plain.body == LONG and not plain.gzipped
    assert gzipped.gzipped and gzip.decompress(b64decode(gzipped.body)).decode() == LONG
    assert plain.etag != gzipped.etag
    assert Representations(LONG).best("gzip") == gzipped != Representations(LONG + "!").best("gzip")


def test_it_is_compressed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Representations(LONG)
    first = answer.best("gzip")
    monkeypatch.setattr("zlib.compress", None)
    assert answer.best("gzip") is first
    with pytest.raises(TypeError):
        Representations(LONG).best("gzip")


def test_what_is_small_stays_as_it_is() -> None:
    assert not Representations("x" * (SMALLEST - 1)).best("gzip").gzipped
    assert Representations("x" * SMALLEST).best("gzip").gzipped
    assert Representations("ă" * (SMALLEST // 2)).best("gzip").gzipped, "bytes count, not letters"


def test_who_asks_whether_a_form_is_current() -> None:
    answer = Representations(LONG)
    plain, gzipped = answer.best("").etag, answer.best("gzip").etag
    assert answer.current(plain, "") == answer.current(plain, "gzip") == plain
    assert answer.current(gzipped, "gzip") == gzipped
    assert answer.current(f'"old", W/{plain}', "") == plain
    assert answer.current(f"{plain}, {gzipped}", "gzip") == gzipped
    assert answer.current(f"{plain}, {gzipped}", "br") == plain
    assert answer.current(gzipped, "") is None, "a cache that asks for somebody who cannot read it"
    assert answer.current("", "gzip") is answer.current('"old"', "gzip") is None
    small = Representations("x")
    assert small.current(small.best("gzip").etag, "gzip") == small.best("").etag
