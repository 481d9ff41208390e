"""A message as it goes out: in words within Zalo's 7 days, otherwise as a template's parameters. Plain values in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.account import Account
from bookings.booking import Booking
from cccd.clock import shown, weekday
from declarations.checklist import to_bring
from forms.answers import Answers
from notifications.notice import Kind, Notice
from notifications.templates import DoesNotFit, Templates
from offices.directory import directory
from offices.office import Office
from procedures.content import Document
from zalo.acquaintances import Acquaintance
from zalo.message import Button, Reply

NO_DECLARATION = "Bạn chưa gắn tờ khai nào với lịch hẹn này: khai trước trên ứng dụng sẽ nhanh hơn."
REPLACED = "Trước đó đã có người khác đặt lịch cho cùng số định danh này; lịch đó đã được huỷ vì bạn đã xác thực số điện thoại."
NO_LONGER = "Tờ khai gắn với lịch hẹn này không còn dùng được. Bạn có thể mở ứng dụng để khai và gửi lại."


@dataclass(frozen=True)
class Template:
    """A template message: the template's id and its parameters."""

    id: str
    data: dict[str, str]


@dataclass(frozen=True)
class Letter:
    """One message from an account to one user of its chat: either `words`, while Zalo takes them, or `template`."""

    account: Account
    user: str
    words: dict[str, Any] | None
    template: Template | None


def write(
    notice: Notice,
    booking: Booking,
    declared: Answers | None,
    account: Account,
    friend: Acquaintance,
    now: datetime,
    templates: Templates,
    mini_app_url: str,
) -> Letter | None:
    """The message of a notice; None if nothing can reach the citizen. `declared` has the declared answers, if any.

    Raises:
        DoesNotFit: only a template could be sent, and Zalo would not take its parameters.
    """
    in_window = friend.in_window(now)
    text = words_of_offer(notice, booking) if notice.kind is Kind.OFFER else words(notice.kind, booking, declared)
    reply = Reply(text, (Button("Xem lịch hẹn", path="lich-hen"),))
    ordinary = reply.message(mini_app_url) if in_window else None
    try:
        # An offer lasts ten minutes, and a template takes the parameters of an appointment: it goes out in words or not at all.
        template = None if notice.kind is Kind.OFFER else _template(notice.kind, booking, declared, account, templates)
    except DoesNotFit:
        if not in_window:
            raise
        template = None
    return Letter(account, friend.user, ordinary, template) if ordinary or template else None


def words_of_offer(notice: Notice, booking: Booking) -> str:
    """The words of an offer; it names the time until which the seat is kept."""
    assert notice.until is not None
    day, own = notice.start.date(), booking.start.date()
    return (
        f"Vừa có chỗ sớm hơn làm căn cước (CCCD) tại {_place(directory().find(booking.office_id))}: {notice.start:%H:%M} "
        f"{weekday(day)} {shown(day)}. Chỗ này được giữ cho bạn đến {notice.until:%H:%M}: mở ứng dụng và bấm nhận nếu bạn "
        f"muốn đổi. Nếu không nhận, lịch hẹn {booking.start:%H:%M} {shown(own)} của bạn vẫn giữ nguyên."
    )


def words(kind: Kind, booking: Booking, declared: Answers | None) -> str:
    """The words about a booking that the citizen reads. They contain no name: somebody else may read the screen."""
    place = _place(directory().find(booking.office_id))
    day = booking.start.date()
    when = f"{booking.start:%H:%M} {weekday(day)} {shown(day)}"
    match kind:
        case Kind.CONFIRMED:
            text = f"Lịch hẹn làm căn cước (CCCD) đã được xác nhận: {when}, số {booking.ticket}, tại {place}."
        case Kind.MOVED:
            text = f"Lịch hẹn làm căn cước (CCCD) đã đổi sang {when}, số mới {booking.ticket}, tại {place}."
        case Kind.CANCELLED:
            return (
                f"Lịch hẹn làm căn cước (CCCD) lúc {when}, số {booking.ticket}, tại {place} đã được huỷ. "
                "Bạn có thể đặt lại bất cứ lúc nào."
            )
        case Kind.DISPLACED:
            return (
                f"Lịch hẹn làm căn cước (CCCD) lúc {when}, số {booking.ticket}, tại {place} không còn hiệu lực: người đã xác "
                "thực số điện thoại vừa đặt lịch cho cùng số định danh. Nếu bạn đặt hộ người nhà thì không cần làm gì thêm; "
                "nếu thấy nhầm lẫn, vui lòng liên hệ cơ quan Công an."
            )
        case Kind.RELEASED:
            return (
                f"Lịch hẹn làm căn cước (CCCD) lúc {when}, số {booking.ticket}, tại {place} đã được cơ quan Công an huỷ theo "
                "đề nghị của người làm thẻ. Nếu thấy nhầm lẫn, vui lòng liên hệ cơ quan Công an."
            )
        case Kind.NOT_DRAWN:
            return (
                f"Rất tiếc, nguyện vọng làm căn cước (CCCD) ngày {shown(day)} tại {place} chưa được bốc thăm trúng, vì có nhiều "
                "người đăng ký hơn số chỗ. Bạn có thể đặt chỗ còn lại hoặc đăng ký ngày mới mở trong ứng dụng."
            )
        case Kind.CLOSED:
            return f"{_closed(booking, when, place)} {_kept(booking)}"
        case Kind.SOON:
            return (
                f"Sắp đến lượt số {booking.ticket} tại {place}. Mời bạn ở gần quầy và chuẩn bị sẵn giấy tờ; nếu lỡ lượt, bạn báo cán "
                "bộ để được gọi lại."
            )
        case Kind.OFFER:
            raise ValueError("an offer has words of its own")
        case Kind.REMINDER:
            text = f"Nhắc lịch: ngày mai, {when}, bạn có hẹn làm căn cước (CCCD) tại {place}, số {booking.ticket}."
    lines = [text, REPLACED] if kind is Kind.CONFIRMED and booking.replaced else [text]
    papers = to_bring(booking.procedure, declared, day)
    if brought := [each for each in papers if not each.at_office]:
        lines.append(f"Bạn nhớ mang theo: {_listed(brought)}.")
    if filled_in := [each for each in papers if each.at_office]:
        lines.append(f"Tại cơ quan bạn sẽ điền: {_listed(filled_in)}.")
    if kind is Kind.REMINDER and declared is None:
        lines.append(NO_LONGER if booking.declaration_id else NO_DECLARATION)
    return "\n".join(lines)


def _closed(booking: Booking, when: str, place: str) -> str:
    why = (booking.closed_why or "").rstrip(".")
    return f"Rất tiếc, {place} không nhận hồ sơ vào giờ hẹn {when} của bạn được: {why}."


def _kept(booking: Booking) -> str:
    if not booking.kept or booking.kept_until is None:
        return "Bạn mở ứng dụng để đổi sang giờ khác; cán bộ cũng sẽ gọi cho bạn."
    times = "; ".join(
        f"{each.start:%H:%M} {shown(each.start.date())}" for each in sorted(booking.kept, key=lambda each: each.start)
    )
    until = f"{booking.kept_until:%H:%M} {shown(booking.kept_until.date())}"
    return f"Các giờ này được giữ cho bạn đến {until}: {times}. Bạn mở ứng dụng và bấm một lần để chọn."


def _listed(papers: Sequence[Document]) -> str:
    return "; ".join(paper.name if paper.mandatory else f"{paper.name} (nếu cần)" for paper in papers)


def _place(office: Office | None) -> str:
    if office is None:
        return "cơ quan Công an đã chọn"
    if office.address == f"{office.ward}, {office.province}":
        return f"{office.name}, {office.province}"
    return f"{office.name} ({office.address})" if office.address else office.name


def _template(
    kind: Kind, booking: Booking, declared: Answers | None, account: Account, templates: Templates
) -> Template | None:
    office = directory().find(booking.office_id)
    found = templates.id(account, kind)
    if found is None or office is None:
        return None
    return Template(found, templates.data(kind, booking, office, declared is not None))
