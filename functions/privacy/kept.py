"""How long each thing about a citizen is kept, and what an erasure leaves. The citizen is told both.

A test compares the days with what the stores and the template do.
"""

from dataclasses import dataclass

from bookings.items import KEPT_AFTER_END, TALLY_KEPT
from consent.retention import RECORDS
from declarations.retention import DECLARATIONS
from feedback.store import KEPT as FEEDBACK_KEPT
from zalo.acquaintances import SEEN_FOR


@dataclass(frozen=True)
class Kept:
    """Something that is kept for so many days; None means as long as the citizen wishes. `why` is Vietnamese."""

    what: str
    days: int | None
    why: str


# What an erasure leaves. It has no name, number, address or answer, except in a chat event that waits.
LEFT = (
    Kept("record", RECORDS.kept.days, RECORDS.why),
    Kept(
        "use",
        RECORDS.kept.days,
        "Số lần bạn lưu tờ khai, in, tải dữ liệu, tra cứu, góp ý và xoá trong ngày gần nhất, tổng số bản đã in và tải, và lúc bạn yêu cầu xoá được đếm dưới mã thay cho bạn, không có nội dung; tự mất 5 năm sau lần cuối.",
    ),
    Kept(
        "message",
        30,
        "Tin nhắn về lịch hẹn chỉ còn lại loại tin, giờ hẹn, mã lịch hẹn, mã thay cho bạn và kết quả gửi, không còn nội dung; tự mất 30 ngày sau ngày hẹn.",
    ),
    Kept(
        "ticket",
        KEPT_AFTER_END.days,
        "Số thứ tự đã được phục vụ giữ mã lịch hẹn để không ai khác nhận số đó; tự mất 30 ngày sau ngày hẹn.",
    ),
    Kept(
        "count",
        TALLY_KEPT.days,
        "Số lần đặt và đổi lịch, số người đã đặt hộ và lần hẹn không đến được đếm dưới mã thay cho bạn, không có tên, số hay mã lịch hẹn, để không ai xoá dữ liệu mà vượt giới hạn chung; tự mất 75 ngày sau lần cuối.",
    ),
    Kept(
        "chat-mark",
        SEEN_FOR.days,
        "Dấu cho biết bạn đã rời trò chuyện và tin nào đã được trả lời, không có nội dung; tự mất sau 10 ngày.",
    ),
    Kept(
        "chat-queue",
        7,
        "Tin bạn nhắn mà hệ thống chưa trả lời được nằm trong hàng đợi tối đa 7 ngày rồi tự mất.",
    ),
    Kept(
        "token",
        1,
        "Dấu của lần đăng nhập từ ứng dụng mẫu của Zalo, dưới mã thay cho bạn; hết hiệu lực sau một giờ rồi tự mất.",
    ),
    Kept("upload", 2, "Ảnh đã tải lên mà chưa gửi kèm phản ánh không gắn với bạn; tự mất trong 2 ngày."),
    Kept("change", 1, "Dòng thay đổi của lịch hẹn, dùng để báo tin, tự mất sau 24 giờ."),
    Kept("backup", 35, "Bản sao lưu phòng sự cố còn chứa dữ liệu cũ tối đa 35 ngày rồi tự mất."),
)


def kept() -> list[Kept]:
    """The whole list."""
    declarations = [Kept(status.value, rule.kept.days, rule.why) for status, rule in DECLARATIONS.items()]
    days = KEPT_AFTER_END.days
    return [
        *declarations,
        Kept("booking", days, f"Lịch hẹn được giữ {days} ngày sau ngày hẹn."),
        Kept(
            "feedback",
            FEEDBACK_KEPT.days,
            f"Phản ánh, góp ý của bạn, ảnh đính kèm và câu trả lời được giữ {FEEDBACK_KEPT.days} ngày.",
        ),
        Kept("chat", None, "Mã của bạn trong trò chuyện được giữ đến khi bạn bỏ quan tâm trang Zalo hoặc yêu cầu xoá."),
        *LEFT,
    ]
