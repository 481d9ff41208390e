"""Other offices to go to: what an office that takes no bookings says to the citizen who found it."""

from datetime import date

from cccd import clock
from cccd.effective import holds
from offices.directory import Directory, bookable
from offices.office import Office

MOST_NAMED = 5


def elsewhere(office: Office, directory: Directory, today: date) -> list[Office]:
    """Offices to go to instead, at most five: its successors, or the offices of the province that take bookings."""
    if bookable(office, today):
        return []
    if office.successors and not holds(office, today):
        found = [after for each in office.successors if (after := directory.find(each)) and holds(after, today)]
        # The first of the successors is the nearest. After that, an office that takes bookings helps most.
        found[1:] = sorted(found[1:], key=lambda each: not bookable(each, today))
    else:
        found = directory.bookable_in(office.province, today)
    return found[:MOST_NAMED]


def notices(office: Office, others: list[Office], today: date) -> list[str]:
    """The notices of an office; if it takes no bookings, they say why."""
    if bookable(office, today):
        return list(office.notices)
    return [*office.notices, _why_not(office, others, today)]


def _why_not(office: Office, others: list[Office], today: date) -> str:
    names = "; ".join(each.name for each in others)
    if office.valid_from and today < office.valid_from:
        return f"{office.name} nhận hồ sơ từ ngày {clock.shown(office.valid_from)}."
    if office.valid_to and office.valid_to < today:
        instead = names or "Công an cấp xã nơi gần nhất"
        return f"{office.name} đã dừng hoạt động sau ngày {clock.shown(office.valid_to)}. Vui lòng đến: {instead}."
    if others:
        return (
            f"{office.name} chưa nhận đặt lịch hẹn tại đây. Trong {office.province}, bạn có thể đặt lịch tại: {names}."
        )
    return (
        f"{office.name} chưa nhận đặt lịch hẹn tại đây, và {office.province} chưa có cơ quan nào nhận. "
        "Vui lòng liên hệ trực tiếp cơ quan Công an nơi bạn ở để hỏi giờ tiếp dân trước khi đến."
    )
