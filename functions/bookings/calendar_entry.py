"""An appointment as an iCalendar file, for the calendar of a phone (RFC 5545)."""

import hashlib
from datetime import UTC, datetime

from bookings.booking import Booking, BookingStatus
from offices.office import Office

_STATUS = {
    BookingStatus.HELD: "TENTATIVE",
    BookingStatus.WISHED: "TENTATIVE",
    BookingStatus.CONFIRMED: "CONFIRMED",
    BookingStatus.SERVED: "CONFIRMED",
}
_MAX_OCTETS = 75  # of a line, by the RFC


def calendar_entry(booking: Booking, office: Office | None, now: datetime) -> str:
    """One event with an alarm the evening before. It names no person, as people share calendars."""
    place = f"{office.name}, {office.address}" if office else ""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//cccd-booking//VI",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{_uid(booking)}",
        f"SEQUENCE:{booking.version}",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(booking.start)}",
        f"DTEND:{_utc(booking.end)}",
        f"STATUS:{_STATUS.get(booking.status, 'CANCELLED')}",
        f"SUMMARY:{_text(f'Làm căn cước (CCCD), {_which(booking)}')}",
        f"LOCATION:{_text(place)}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-PT12H",
        f"DESCRIPTION:{_text('Chuẩn bị giấy tờ đi làm căn cước')}",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _which(booking: Booking) -> str:
    return f"số {booking.ticket}" if booking.ticket else booking.status.in_vietnamese


def _uid(booking: Booking) -> str:
    """The same for every version of the entry; it does not contain the booking's id, which begins with the applicant's hash."""
    return f"{hashlib.sha256(booking.id.encode()).hexdigest()[:32]}@cccd"


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """The line cut at 75 octets, never inside a character; each further line begins with a space."""
    pieces, octets = [""], 0
    for letter in line:
        size = len(letter.encode())
        if octets + size > _MAX_OCTETS:
            pieces.append("")
            octets = 1
        pieces[-1] += letter
        octets += size
    return "\r\n ".join(pieces)
