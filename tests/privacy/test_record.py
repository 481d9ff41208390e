"""The record of processing says what the code does: every kind of data, and how long it is kept."""

import re

from privacy.kept import kept
from tests.conftest import ROOT

FOLDER = ROOT / "docs" / "personal-data"


def test_the_record_has_every_kind_of_data_with_its_days() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `([\w-]+)` \|.*\| ([^|]+) \|$", text, re.MULTILINE)
    assert dict(told) == {each.what: str(each.days) if each.days else "while wished" for each in kept()}


def test_the_assessment_names_the_same_days() -> None:
    text = (FOLDER / "mau-danh-gia-tac-dong.md").read_text(encoding="utf-8")
    days = {each.what: each.days for each in kept()}
    for words, what in (("nháp", "draft"), ("đã gửi", "submitted"), ("lịch hẹn", "booking"), ("sao lưu", "backup")):
        assert re.search(rf"{words} {days[what]} ngày", text), what
    assert days["record"] == 5 * 365 and "nhật ký đồng ý và xoá 5 năm" in text


def test_its_links_lead_somewhere() -> None:
    for page in FOLDER.glob("*.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
