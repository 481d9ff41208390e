"""How long records are kept, and why. The periods are a proposal until the office's own rule is known.

Source: Luật 91/2025/QH15 Điều 3 (only as long as the purpose needs); periods as docs/decisions/0008 proposes.
"""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Retention:
    """One purpose: how long after the last change something is kept, and why, in Vietnamese."""

    kept: timedelta
    why: str


RECORDS = Retention(
    timedelta(days=5 * 365),
    "Nhật ký đồng ý, truy cập và xoá được giữ 5 năm để chứng minh; trong đó không có nội dung tờ khai.",
)
