"""`make facts`: the content that an editor must look at next."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from authoring.facts import in_faq, in_procedures, main, report, unanswered
from authoring.faq.prepare import read_toml
from faq.content import content_of
from procedures.prepared import CONTENT

TODAY = date(2026, 11, 23)
SAID = [*in_procedures(CONTENT), *in_faq(content_of(read_toml()))]


def test_what_expires_within_90_days_is_listed() -> None:
    lines = list(report(SAID, TODAY))
    assert any(line.startswith("  2026-12-31  fee/muc-thu") for line in lines)
    assert any(line.startswith("  2026-12-31  faq/faq-005") for line in lines)
    ends = date(2027, 2, 28)
    expiring = f"  {ends}  fee/mien-truc-tuyen"
    assert not any(line.startswith(expiring) for line in report(SAID, ends - timedelta(days=91)))
    assert any(line.startswith(expiring) for line in report(SAID, ends - timedelta(days=90)))


def test_what_nobody_confirmed_is_listed() -> None:
    text = "\n".join(report(SAID, TODAY))
    assert "only “unsure”" in text
    assert "  faq/faq-045" in text.partition("only “unsure”")[2]
    assert (
        "fee/doi-theo-tuoi" in text.partition("only “quoted”")[2] and "  faq/faq-" in text.partition("only “quoted”")[2]
    )
    assert "only “verified”" not in text


def test_the_report_prints_and_finds_nothing_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([TODAY.isoformat()]) == 0
    assert capsys.readouterr().out.startswith(f"Expires between {TODAY}")


def test_questions_without_an_answer_are_counted_by_what_was_near(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = '{"level":"INFO","message":"unanswered question","nearest":["faq-008","faq-009"]}'
    log = [
        f"2026-11-25T02:10:50.941Z {record}",
        record,
        '{"message":"unanswered question","nearest":[]}',
        "not json",
        "{}",
    ]
    content = content_of(read_toml())
    lines = list(unanswered(log, content))
    assert lines[0] == "Questions without an answer: 3"
    assert lines[1].split()[:2] == ["2", "faq-008"] and "Mất thẻ" in lines[1]
    assert lines[-1].split() == ["1", "none"]
    (tmp_path / "log").write_text("\n".join(log))
    assert main([TODAY.isoformat(), "--log", str(tmp_path / "log")]) == 0
    assert "Questions without an answer: 3" in capsys.readouterr().out
