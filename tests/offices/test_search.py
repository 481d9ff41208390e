"""Typed texts find the office as often as docs/office-search.md says; on the article's day, the district's office."""

from datetime import date
from typing import Any

import pytest

from authoring.offices import prepare
from bench.office_quality import (
    FRESH,
    REPORTED,
    SHAPES,
    UNHEARD,
    UNSEEN,
    WILD,
    Query,
    generated,
    ours,
    quality,
    queries,
    sure,
)
from cccd.telex import telex_decoded
from offices import country, search
from offices.directory import directory
from offices.index import _LONGEST_SLIP
from offices.index import index as country_index
from offices.typed import read

TODAY = date(2026, 11, 23)
THE_ARTICLES_DAY = date(2021, 6, 24)
BETWEEN = date(2025, 5, 5)

QUERIES = queries()
SETS = {
    "tuned": [query for query in QUERIES if not query.held_out],
    "held out": [query for query in QUERIES if query.held_out],
    "fresh": queries(FRESH),
    "unseen": queries(UNSEEN),
}


def found(query: str, on: date = TODAY, limit: int = 20) -> list[str]:
    return [office.id for office in directory().search(query, on, limit).offices]


@pytest.mark.parametrize("asked", SETS.values(), ids=SETS)
def test_floors(asked: list[Query]) -> None:
    measured = quality(ours, asked)
    assert measured.hit1 >= 0.93
    assert measured.hit3 >= 0.96
    assert measured.mrr >= 0.95
    assert measured.rejection >= 0.65


def test_what_was_reported_stays_mended() -> None:
    asked = queries(REPORTED)
    assert not [each.q for each in asked if each.kind == "reported" and found(each.q)[0] not in each.right]
    assert quality(ours, asked).hit1 >= 0.93


def test_the_set_is_what_it_claims() -> None:
    assert len(QUERIES) >= 190
    assert len({query.q for query in QUERIES}) == len(QUERIES)
    assert 0.4 < len(SETS["held out"]) / len(QUERIES) < 0.6
    for query in [*QUERIES, *SETS["fresh"], *SETS["unseen"], *queries(REPORTED)]:
        assert all(directory().find(each) for each in query.right), query.q


def test_what_a_search_reads_is_what_the_names_say() -> None:
    assert prepare.main(["--check"]) == 0


def test_a_ward_that_was_split_leads_to_all_its_wards_the_main_one_first() -> None:
    assert found("phường Đa Kao quận 1")[:2] == ["ca-26740", "ca-26737"]


@pytest.mark.parametrize("query", ["Phường Phúc Xá", "phuc xa", "ca p. phúc xá, q. ba đình, hn", "PHUC XA BA DINH"])
def test_a_type_may_be_part_of_a_name(query: str) -> None:
    assert found(query)[0] == "ca-00097"


def test_accents_count_where_they_are_typed() -> None:
    assert directory().search("Cẩm Giàng", TODAY, 1).offices[0].ward == "Xã Cẩm Giàng"
    assert directory().search("Cẩm Giang", TODAY, 1).offices[0].ward == "Xã Cẩm Giang"
    assert found("Phường Hoà Khánh")[0] == found("Phường Hòa Khánh")[0]


def test_an_office_that_takes_bookings_breaks_ties_but_never_outranks_a_better_name() -> None:
    assert found("quận 1")[:2] == ["ca-26743", "ca-26740"]
    assert found("thành phố vinh")[0] == "ca-16690"
    assert found("biên hòa")[0] == "ca-26068", "Phường Biên Hòa takes no bookings, Trấn Biên does"


@pytest.mark.parametrize(
    ("query", "office"),
    [
        ("phường bến nghé", "cah-760"),
        ("q1", "cah-760"),
        ("hoan kiem", "cah-002"),
        ("huyện hoành bồ", "cah-193"),
        ("tỉnh kiên giang", "pc06-091"),
        ("tphcm", "pc06-79"),
    ],
)
def test_on_the_articles_day_the_district_police_received_people(query: str, office: str) -> None:
    assert found(query, THE_ARTICLES_DAY)[0] == office
    assert all(country.office(each) for each in found(query, THE_ARTICLES_DAY))


@pytest.mark.parametrize(
    ("query", "office"), [("phường bến nghé", "pc06-79"), ("rạch giá", "pc06-091"), ("tỉnh yên bái", "pc06-015")]
)
def test_between_march_and_june_2025_the_provinces_police_did(query: str, office: str) -> None:
    assert found(query, BETWEEN)[0] == office
    assert all(each.startswith("pc06-") for each in found(query, BETWEEN))


@pytest.mark.parametrize("query", ["", " ", "công an", "ca", "phường", "CÔNG AN PHƯỜNG", "\u202e\u0000"])
def test_without_a_place_those_that_take_bookings_come_first(query: str) -> None:
    offices = directory().search(query, TODAY, 100).offices
    assert len(offices) == 100
    assert [bool(office.opening) for office in offices] == sorted(
        (bool(each.opening) for each in offices), reverse=True
    )


@pytest.mark.parametrize("query", ["🙂", "🙂🙂", "???", "paris", "zzzzzz", "警察署", "полиция", "x" * 200, "1" * 200])
def test_what_is_no_place_finds_nothing(query: str) -> None:
    assert found(query) == []


@pytest.mark.parametrize(
    "query", ["a " * 100, "tan phu " * 25, "p1q1" * 50, "ca" * 100, "o, " * 60, "\x00tan\x07 binh", "1 2 3 4 5"]
)
def test_no_text_is_too_much(query: str) -> None:
    assert len(found(query)) <= 20


@pytest.mark.parametrize(
    "query",
    [
        "cho hỏi công an phường Bến Nghé ở đâu ạ",
        "em muon lam cccd o phuong ben nghe",
        "xin hoi ca phuong ben nghe di loi nao",
    ],
)
def test_a_question_may_stand_around_the_name(query: str) -> None:
    assert found(query)[0] == "ca-26740"


def test_abbreviations_are_spelled_out() -> None:
    words = read("CA p.Bến Nghé q1 TPHCM")
    assert [word.text for word in words if not word.loose] == ["ben", "nghe", "1", "ho", "chi", "minh"]
    assert [word.level for word in words if word.text in ("ben", "1")] == ["ward", "district"]


def test_numbered_wards_are_found_together_without_their_number() -> None:
    assert set(found("phường mỹ đình")[:2]) == {"ca-00592", "ca-00166"}


def test_words_without_accents_among_words_with_them_mean_just_that() -> None:
    assert found("thanh hóa")[0] == "pc06-38", "not Thạnh Hóa"
    assert found("xã thạnh hóa")[0] != "pc06-38"


@pytest.mark.parametrize("shape", SHAPES)
def test_an_address_of_every_shape_finds_its_ward(shape: str) -> None:
    measured = quality(ours, [each for each in generated(40, seed=7) if each.kind == shape], sure)
    assert measured.hit1 >= 0.93
    assert measured.hit3 >= 0.96
    assert measured.doubted == 0


def test_places_that_nobody_here_had_heard() -> None:
    measured = quality(ours, queries(UNHEARD), sure)
    assert measured.hit1 >= 0.95
    assert measured.hit3 >= 0.97


def test_what_nobody_had_seen() -> None:
    measured = quality(ours, queries(WILD), sure)
    assert measured.hit1 >= 0.95
    assert measured.hit3 >= 0.96
    assert measured.rejection >= 0.8
    assert measured.doubted <= 0.05


@pytest.mark.parametrize(
    ("query", "office"),
    [
        ("45 Nguyễn Trãi, Bến Thành, Quận 1", "ca-26743"),  # not Quận 1's first office for another ward
        ("102 Lý Tự Trọng, Bến Nghé, Quận 1", "ca-26740"),
        ("102 ly tu trong ben nghe quan 1", "ca-26740"),
        ("12 Quang Trung, Quang Trung, Hà Đông", "ca-09556"),
        ("8 Đồng Nai, quận 10", "ca-27190"),
        ("phuowfng beens nghes", "ca-26740"),
        ("p22 bthanh", "ca-26956"),
        ("bd hn", "ca-00004"),
        ("h cc", "ca-27496"),
    ],
)
def test_an_address_is_read_from_its_end(query: str, office: str) -> None:
    assert office in found(query)[:3]


@pytest.mark.parametrize("query", ["pc06", "công an tỉnh", "phòng PC06"])
def test_who_asks_for_the_provinces_police_gets_every_one(query: str) -> None:
    assert len(found(query, limit=100)) == 34
    assert all(each.startswith("pc06-") for each in found(query))
    assert {each[:4] for each in found(query, THE_ARTICLES_DAY)} == {"pc06"}


def test_a_tone_key_stands_behind_its_vowel() -> None:
    assert "tinh" not in telex_decoded("trinh")
    assert "phuong" in telex_decoded("phuowfng")


@pytest.mark.parametrize("query", ["12 le loi quan 1", "12 lê lợi, quận 1", "12 le loi q1", "so 12/3 le loi, q.1"])
def test_the_named_part_of_an_address_is_enough(query: str) -> None:
    assert found(query)[0] in ("ca-26743", "ca-26740")


@pytest.mark.parametrize(("office", "name"), [("ca-00691", "Công an phường Hà Giang 2"), ("cah-760", "Công an Quận 1")])
def test_a_name_in_a_sentence(office: str, name: str) -> None:
    known = directory().find(office)
    assert known and known.name == name


def test_a_text_of_many_places_costs_no_more_than_a_long_address(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = 0

    def counted(*args: Any) -> list[int]:
        nonlocal rounds
        rounds += 1
        return likely(*args)

    likely = search._likely
    monkeypatch.setattr(search, "_likely", counted)
    many = "gần phường rao, xã li, xã buom, huyện kang, quận mdrak, huyện 16, xã poo, xã ning, quận blao, xã kno, xã jo, phường ot"
    found(many)
    assert 0 < rounds <= 2 + 2 * search._MOST_PARTS + search._LONGEST_TAIL


def test_a_word_longer_than_any_name_is_not_guessed_at() -> None:
    assert len(country_index().meant("nghieng" * 20, begun=False, slips=True)) == 0
    assert max(map(len, country_index().words)) < _LONGEST_SLIP
