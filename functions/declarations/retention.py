"""How long a declaration is kept, and why. The periods are a proposal until the office's own rule is known.

Source: Luật 91/2025/QH15 Điều 3 (only as long as the purpose needs); periods as docs/decisions/0008 proposes.
"""

from datetime import datetime, timedelta

from consent.retention import Retention
from declarations.declaration import DeclarationStatus

# An appointment lies at most 31 days ahead; the submitted form outlives it by two weeks.
DECLARATIONS = {
    DeclarationStatus.DRAFT: Retention(timedelta(days=7), "Bản nháp được giữ 7 ngày kể từ lần lưu cuối."),
    DeclarationStatus.SUBMITTED: Retention(
        timedelta(days=45), "Tờ khai đã gửi được giữ 45 ngày để cơ quan dùng trong buổi hẹn."
    ),
    DeclarationStatus.WITHDRAWN: Retention(timedelta(days=7), "Tờ khai đã rút được giữ 7 ngày phòng khi bạn đổi ý."),
}


def kept_until(status: DeclarationStatus, changed: datetime, before: datetime | None = None) -> datetime:
    """The time at which a declaration of that status, changed at that moment, must be gone.

    A submitted declaration never goes before the time `before` that its owner was told: an appointment may rely on it.
    """
    until = changed + DECLARATIONS[status].kept
    return max(until, before) if before and status is DeclarationStatus.SUBMITTED else until
