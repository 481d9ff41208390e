"""A source counts only while the text that it cites is in force."""

from datetime import date

import pytest

from authoring.faq.prepare import read_toml
from authoring.texts import cited, life_findings
from faq.content import content_of
from procedures.sourced import Confidence, Sourced


def said(source: str, first: date, last: date | None = None) -> Sourced:
    return Sourced(first, last, source, Confidence.VERIFIED)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("TT 59/2021/TT-BCA Điều 10 (luatvietnam.vn)", ["TT 59/2021"]),
        ("Luật Căn cước 26/2023/QH15 Điều 38; TT 73/2024/TT-BTC", ["Luật 26/2023", "TT 73/2024"]),
        ("Luật Căn cước công dân 59/2014/QH13 Điều 21", ["Luật 59/2014"]),
        ("Luật Căn cước 2023 Điều 24", ["Luật 26/2023"]),
        ("TT 117/2026/TT-BTC; NQ 66.22/2026/NQ-CP", ["TT 117/2026", "NQ 66.22/2026"]),
        ("danviet.vn 24/06/2021", []),
    ],
)
def test_the_texts_of_a_source(source: str, names: list[str]) -> None:
    assert [each.name for each in cited(source)] == names


@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        (said("TT 73/2024/TT-BTC", date(2024, 7, 1)), "in force from 2024-12-06"),
        (said("TT 73/2024/TT-BTC", date(2024, 12, 6)), ""),
        (said("TT 59/2021/TT-BCA", date(2021, 7, 1)), "in force until 2024-06-30"),
        (said("TT 59/2021/TT-BCA", date(2021, 7, 1), date(2024, 6, 30)), ""),
        (said("danviet.vn; TT 59/2021/TT-BCA từ 01/07/2021", date(2021, 1, 1), date(2024, 6, 30)), ""),
        (said("TT 64/2025/TT-BTC hết hiệu lực 31/12/2026", date(2027, 1, 1)), ""),
        (said("TT 64/2025/TT-BTC", date(2027, 1, 1)), "in force until 2026-12-31"),
        (said("TT 120/2021/TT-BTC từ 01/01/2022", date(2021, 1, 1), date(2021, 6, 30)), "of other days"),
        (said("TT 9999/2030/TT-BCA", date(2024, 7, 1)), "does not know"),
    ],
)
def test_a_statement_outside_the_life_of_its_source(statement: Sourced, wrong: str) -> None:
    found = list(life_findings("x", statement, "Lời nói."))
    assert bool(found) == bool(wrong)
    assert not wrong or any(wrong in each for each in found)


def test_nothing_is_told_of_before_it_exists() -> None:
    early = said("danviet.vn 24/06/2021", date(2021, 1, 1), date(2021, 11, 30))
    assert list(life_findings("x", early, "Xem trên VNeID."))
    assert not list(life_findings("x", early, "Lúc này chưa có ứng dụng VNeID."))


def test_every_statement_of_one_fee_agrees() -> None:
    """The exchange at 25, 40 and 60 and for changed boundaries is free in every place that speaks of it."""
    answers = {version.id: version for topic in content_of(read_toml()).topics for version in topic.versions}
    for each in ("faq-005-2024b", "faq-005-2025a", "faq-006-2024", "faq-006"):
        assert "25, 40, 60 tuổi" in answers[each].answer
        assert "không thu" in answers[each].answer.lower()
        assert "sắp xếp đơn vị hành chính" in answers[each].answer
    for each in ("faq-016-2024", "faq-016"):
        assert "không phải nộp lệ phí" in answers[each].answer
