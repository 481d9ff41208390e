"""Everything held about one citizen, in one document they can read and keep (Luật 91/2025/QH15 Điều 4)."""

from datetime import datetime
from typing import Any

from bookings.booking import Booking
from bookings.store import BookingStore
from cccd.clock import from_epoch
from cccd.dynamodb import Item
from cccd.session import Citizen
from consent.retention import RECORDS
from declarations.declaration import Declaration
from declarations.retention import DECLARATIONS
from declarations.store import DeclarationStore
from zalo.acquaintances import Acquaintance, Acquaintances

_CHAT_KEPT = "Mã của bạn trong trò chuyện được giữ đến khi bạn bỏ quan tâm trang Zalo hoặc yêu cầu xoá."
BOOKINGS_KEPT_DAYS = 30  # after the appointment, as bookings.items has it


def held(
    declarations: DeclarationStore,
    bookings: BookingStore,
    chat: Acquaintances,
    citizen: Citizen,
    citizen_hash: str,
    now: datetime,
) -> dict[str, Any]:
    """All of it, as JSON: what was declared and booked, who they are in the chat, and the records about it."""
    return {
        "exportedAt": now.isoformat(),
        "citizen": {"zaloId": citizen.id},
        "declarations": [_declaration(each) for each in declarations.of_citizen(citizen_hash, now)],
        "bookings": [_booking(each.as_of(now)) for each in bookings.of_citizen(citizen_hash)],
        "chat": _chat(chat.find(citizen_hash)),
        "consents": [
            {
                "purpose": item["purpose"],
                "given": item["given"],
                "version": item["version"],
                "sha256": item["sha256"],
                "at": _instant(item),
                "channel": item["channel"],
                "declarationId": item["declaration"],
            }
            for item in declarations.records(citizen_hash, "CONSENT")
        ],
        "accesses": [
            {"what": item["what"], "by": item["by"], "at": _instant(item), "declarationId": item.get("declaration")}
            for item in declarations.records(citizen_hash, "ACCESS")
        ],
        "erasures": [
            {"what": item["what"], "count": item["count"], "by": item["by"], "at": _instant(item)}
            for item in declarations.records(citizen_hash, "ERASED")
        ],
        "retention": _retention(),
    }


def _instant(item: Item) -> str:
    return from_epoch(item["at"]).isoformat()


def _declaration(declaration: Declaration) -> dict[str, Any]:
    return {
        "id": declaration.id,
        "status": declaration.status.value,
        "version": declaration.version,
        "edition": declaration.edition,
        "procedure": declaration.procedure,
        "officeId": declaration.office_id,
        "createdAt": declaration.created_at.isoformat(),
        "updatedAt": declaration.updated_at.isoformat(),
        "submittedAt": declaration.submitted_at.isoformat() if declaration.submitted_at else None,
        "data": dict(declaration.answers),
    }


def _booking(booking: Booking) -> dict[str, Any]:
    """The personal id itself is not kept with a booking, only its last digits and a keyed hash."""
    return {
        "id": booking.id,
        "ticket": booking.ticket,
        "status": booking.status.value,
        "officeId": booking.office_id,
        "procedure": booking.procedure,
        "start": booking.start.isoformat(),
        "end": booking.end.isoformat(),
        "heldAt": booking.held_at.isoformat(),
        "declarationId": booking.declaration_id,
        "applicant": {
            "fullName": booking.applicant.full_name,
            "personalId": booking.applicant.masked_id,
            "dateOfBirth": booking.applicant.date_of_birth,
            "phone": booking.applicant.phone,
        },
    }


def _chat(known: Acquaintance | None) -> dict[str, Any] | None:
    return {"userId": known.user, "lastSeen": known.last_seen.isoformat()} if known else None


def _retention() -> list[dict[str, Any]]:
    kept = [{"what": status.value, "days": rule.kept.days, "why": rule.why} for status, rule in DECLARATIONS.items()]
    bookings = f"Lịch hẹn được giữ {BOOKINGS_KEPT_DAYS} ngày sau ngày hẹn."
    return [
        *kept,
        {"what": "booking", "days": BOOKINGS_KEPT_DAYS, "why": bookings},
        {"what": "chat", "days": None, "why": _CHAT_KEPT},
        {"what": "record", "days": RECORDS.kept.days, "why": RECORDS.why},
    ]
