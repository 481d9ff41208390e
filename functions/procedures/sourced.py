"""What every piece of content has: the days on which it holds, its source, and how well that source was checked.

Procedures and the FAQ share it; `timeline.py` reviews it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

ONE_DAY = timedelta(days=1)

# Chip cards are issued since January 2021; our content says nothing about earlier days.
EARLIEST = date(2021, 1, 1)


class Confidence(StrEnum):
    """How far the source of a statement was checked; the words are explained in content/procedures.toml."""

    VERIFIED = "verified"
    QUOTED = "quoted"
    PARTLY = "partly"
    KNOWLEDGE = "knowledge"
    INFERRED = "inferred"
    UNSURE = "unsure"
    SERVICE_RULE = "service-rule"


CONFIDENCE_TOLD = {
    Confidence.VERIFIED: "Đã đối chiếu với nguồn công khai.",
    Confidence.QUOTED: "Theo bản trích dẫn văn bản, chưa đối chiếu với bản gốc.",
    Confidence.PARTLY: "Mới đối chiếu được một phần.",
    Confidence.KNOWLEDGE: "Theo hiểu biết chung, chưa đối chiếu lại.",
    Confidence.INFERRED: "Suy ra từ các văn bản khác.",
    Confidence.UNSURE: "Chưa chắc chắn: vui lòng hỏi cơ quan Công an nơi bạn nộp hồ sơ.",
    Confidence.SERVICE_RULE: "Quy ước của dịch vụ này.",
}


@dataclass(frozen=True)
class Sourced:
    """A statement from one day to another (both included, None is open), and its source."""

    valid_from: date
    valid_to: date | None
    source: str
    confidence: Confidence


@dataclass(frozen=True)
class Silence:
    """Days on which there is nothing to say, and why."""

    valid_from: date
    valid_to: date | None
    why: str


def sourced(row: dict[str, Any]) -> dict[str, Any]:
    """The fields of a TOML row that says something, ready for a `Sourced`."""
    return {"valid_to": None, **row, "confidence": Confidence(row["confidence"])}


def silence(row: dict[str, Any]) -> Silence:
    """A TOML row that explains why nothing is said."""
    return Silence(**{"valid_to": None, **row})
