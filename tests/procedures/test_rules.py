"""Papers, fee and place on the days on which the law changed."""

from datetime import date, timedelta

import pytest

from procedures import catalog
from procedures.catalog import NothingKnown, NotYetAProcedure, UnknownProcedure
from procedures.content import Residence, Section
from procedures.documents import documents_to_bring
from procedures.guide import Guide, guide
from procedures.prepared import CONTENT
from procedures.sourced import EARLIEST

ARTICLE = date(2021, 6, 24)
TODAY = date(2026, 11, 23)
ADULTS = ("cap-cccd", "cap-cccd-tam-tru", "cap-lan-dau", "cap-doi", "cap-lai")


def papers(code: str, on: date, residence: str | None = None) -> list[str]:
    return [document.code for document in documents_to_bring(code, on, residence)]


def fees(code: str, on: date) -> dict[str, int]:
    return {amount.code: amount.dong for amount in guide(code, on).amounts}


def text(found: Guide, section: Section) -> str:
    return " ".join(statement.text for statement in found.sections[section])


class TestTheArticlesDay:
    def test_bring_the_old_card_and_the_household_book_and_proof_only_of_differences(self) -> None:
        found = documents_to_bring("cap-cccd", ARTICLE)
        assert [(d.name, d.mandatory) for d in found] == [
            ("CMND hoặc CCCD cũ", True),
            ("Sổ hộ khẩu", True),
            ("Giấy khai sinh hoặc giấy tờ hợp pháp khác", False),
        ]
        assert "khác với sổ hộ khẩu hoặc Cơ sở dữ liệu quốc gia về dân cư" in found[2].why

    def test_hand_in_within_seven_days_not_on_saturday_afternoon_or_sunday(self) -> None:
        assert text(guide("cap-cccd", ARTICLE), Section.HAND_IN) == (
            "Nộp hồ sơ trong 7 ngày tới, theo danh sách ngày trên Zalo. Chiều thứ Bảy và Chủ nhật không làm việc."
        )

    def test_permanent_residents_take_a_number_on_any_day(self) -> None:
        steps = text(guide("cap-cccd", ARTICLE), Section.STEPS)
        assert "Bấm số CCCD vào bất kỳ ngày nào, kể cả thứ Bảy và Chủ nhật" in steps

    def test_temporary_residents_have_their_own_procedure_and_paper(self) -> None:
        assert catalog.title("cap-cccd-tam-tru", ARTICLE) == "Cấp CCCD tạm trú"
        assert papers("cap-cccd-tam-tru", ARTICLE) == ["cmnd-cccd-cu", "so-ho-khau", "so-tam-tru", "giay-khai-sinh"]
        assert "Cấp CCCD tạm trú" in text(guide("cap-cccd-tam-tru", ARTICLE), Section.STEPS)


class TestToday:
    def test_it_is_called_the_can_cuoc(self) -> None:
        assert catalog.title("cap-cccd", TODAY) == "Cấp thẻ căn cước (CCCD)"

    def test_no_household_book(self) -> None:
        for code in (*ADULTS, "tre-em-duoi-14"):
            for residence in Residence:
                assert not {"so-ho-khau", "so-tam-tru"} & set(papers(code, TODAY, residence))

    def test_any_office_in_the_country(self) -> None:
        place = text(guide("cap-cccd", TODAY), Section.PLACE)
        assert "không phụ thuộc nơi cư trú" in place
        assert "cấp huyện" not in place

    def test_reads_the_same_until_the_fee_changes(self) -> None:
        found = guide("cap-cccd", TODAY)
        assert (found.valid_from, found.valid_to) == (date(2026, 8, 18), date(2026, 12, 31))
        assert found.notice is None


@pytest.mark.parametrize(
    ("on", "amounts"),
    [
        ("2021-01-01", (15_000, 25_000, 35_000)),
        ("2021-06-24", (15_000, 25_000, 35_000)),
        ("2021-12-31", (15_000, 25_000, 35_000)),
        ("2022-06-30", (15_000, 25_000, 35_000)),
        ("2022-07-01", (30_000, 50_000, 70_000)),
        ("2023-06-30", (30_000, 50_000, 70_000)),
        ("2023-07-01", (15_000, 25_000, 35_000)),
        ("2024-06-30", (30_000, 50_000, 70_000)),
        ("2024-07-01", (15_000, 25_000, 35_000)),
        ("2025-03-01", (30_000, 50_000, 70_000)),
        ("2025-07-01", (15_000, 25_000, 35_000)),
        ("2026-11-23", (15_000, 25_000, 35_000)),
        ("2026-12-31", (15_000, 25_000, 35_000)),
        ("2027-01-01", (30_000, 50_000, 70_000)),
    ],
)
def test_fee_on(on: str, amounts: tuple[int, int, int]) -> None:
    assert tuple(fees("cap-cccd", date.fromisoformat(on)).values()) == amounts


def test_the_fee_of_2027_is_an_inference_and_says_so() -> None:
    found = guide("cap-cccd", date(2027, 1, 1))
    assert "Nếu không có văn bản giảm mới" in text(found, Section.FEE)
    assert found.notice is not None
    assert "23/11/2026" in found.notice


def test_each_kind_of_issue_shows_its_own_amount() -> None:
    assert fees("cap-doi", TODAY) == {"chuyen-sang-can-cuoc": 15_000, "doi": 25_000}
    assert fees("cap-lai", TODAY) == {"cap-lai": 35_000}
    assert fees("cap-lan-dau", TODAY) == {}
    assert "Cấp thẻ căn cước lần đầu: không thu." in text(guide("cap-lan-dau", TODAY), Section.FEE)


@pytest.mark.parametrize(
    ("last_day", "free"), [("2026-08-14", False), ("2026-08-15", True), ("2027-02-28", True), ("2027-03-01", False)]
)
def test_free_online_for_a_while(last_day: str, free: bool) -> None:
    assert ("28/02/2027" in text(guide("cap-doi", date.fromisoformat(last_day)), Section.FEE)) is free


def test_the_household_book_ends_with_2022() -> None:
    assert "so-ho-khau" in papers("cap-cccd", date(2022, 12, 31))
    assert "so-ho-khau" not in papers("cap-cccd", date(2023, 1, 1))


def test_a_damaged_card_is_exchanged_before_july_2024_and_reissued_after() -> None:
    before, after = date(2024, 6, 30), date(2024, 7, 1)
    assert "hư hỏng không dùng được" in text(guide("cap-doi", before), Section.CONDITIONS)
    assert "hư hỏng không dùng được" not in text(guide("cap-doi", after), Section.CONDITIONS)
    assert "hư hỏng không dùng được" in text(guide("cap-lai", after), Section.CONDITIONS)


def test_intake_paused_in_the_last_days_of_june_2024() -> None:
    assert "tạm ngừng nhận hồ sơ" in text(guide("cap-cccd", date(2024, 6, 30)), Section.NOTES)
    assert "tạm ngừng nhận hồ sơ" not in text(guide("cap-cccd", date(2024, 7, 1)), Section.NOTES)


def test_district_police_end_on_the_last_of_february_2025() -> None:
    assert "Công an cấp huyện" in text(guide("cap-cccd", date(2025, 2, 28)), Section.PLACE)
    assert "dừng hoạt động từ 01/03/2025" in text(guide("cap-cccd", date(2025, 3, 1)), Section.PLACE)


def test_residence_defaults_to_what_the_procedure_is_for() -> None:
    assert papers("cap-cccd-tam-tru", ARTICLE) == papers("cap-cccd", ARTICLE, "temporary")
    with pytest.raises(ValueError, match="homeless"):
        documents_to_bring("cap-cccd", ARTICLE, "homeless")


def test_children_have_a_procedure_since_july_2024() -> None:
    assert catalog.title("tre-em-duoi-14", date(2024, 7, 1)) == "Cấp thẻ căn cước cho trẻ dưới 14 tuổi"
    with pytest.raises(NotYetAProcedure, match="từ đủ 14 tuổi"):
        guide("tre-em-duoi-14", date(2024, 6, 30))
    assert "tre-em-duoi-14" not in [each.code for each in catalog.listed(date(2024, 6, 30))]


def test_unknown_codes_and_days_are_refused() -> None:
    with pytest.raises(UnknownProcedure):
        documents_to_bring("ho-chieu", TODAY)
    with pytest.raises(NothingKnown):
        documents_to_bring("cap-cccd", EARLIEST - timedelta(days=1))


@pytest.mark.parametrize("residence", Residence)
@pytest.mark.parametrize("code", ["cap-cccd", "tre-em-duoi-14"])
def test_the_answer_reads_the_same_on_its_first_and_last_day_and_not_beyond(code: str, residence: Residence) -> None:
    day = CONTENT.procedures[code].names[0].valid_from
    periods = 0
    while True:
        found = guide(code, day, residence)
        assert found.valid_from == day
        if found.valid_to is None:
            break
        last = guide(code, found.valid_to, residence)
        assert (last.sections, last.documents, last.valid_from) == (found.sections, found.documents, day)
        day = found.valid_to + timedelta(days=1)
        following = guide(code, day, residence)
        assert (following.procedure, following.sections, following.documents) != (
            found.procedure,
            found.sections,
            found.documents,
        )
        periods += 1
    assert periods >= 5
