"""Everything held about one citizen, in one document they can read and keep (Luật 91/2025/QH15 Điều 4)."""

from datetime import datetime
from typing import Any

from bookings.booking import Booking
from bookings.store import BookingStore
from cccd.clock import from_epoch
from cccd.dynamodb import Item
from cccd.hashes import CitizenHash
from cccd.session import Citizen
from declarations.declaration import Declaration
from declarations.store import DeclarationStore
from feedback.kinds import kinds
from feedback.store import Feedback, FeedbackStore
from images.store import Images
from privacy.kept import kept
from zalo.acquaintances import Acquaintance, Acquaintances


def held(
    declarations: DeclarationStore,
    bookings: BookingStore,
    chat: Acquaintances,
    feedback: FeedbackStore,
    citizen: Citizen,
    citizen_hash: CitizenHash,
    now: datetime,
) -> dict[str, Any]:
    """All of it, as JSON: declarations and bookings, the citizen's identity in the chat, and the records about them."""
    known = chat.of(citizen_hash)
    return {
        "exportedAt": now.isoformat(),
        "citizen": {"zaloId": citizen.id},
        "declarations": [_declaration(each) for each in declarations.of_citizen(citizen_hash, now)],
        "bookings": [_booking(each.as_of(now)) for each in bookings.of_citizen(citizen_hash)],
        "chat": _chat(max(known.values(), key=lambda each: each.last_seen, default=None)),
        "chats": [{"account": link.removeprefix("CHAT#"), **_told(each)} for link, each in known.items()],
        "feedback": [_feedback(each, feedback.images) for each in feedback.of_citizen(citizen_hash, now)],
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
            for item in declarations.consents.items(citizen_hash)
        ],
        "accesses": [
            {"what": item["what"], "by": item["by"], "at": _instant(item), "declarationId": item.get("declaration")}
            for item in declarations.journal.accesses(citizen_hash)
        ],
        "erasures": [
            {"what": item["what"], "count": item["count"], "by": item["by"], "at": _instant(item)}
            for item in declarations.journal.erasures(citizen_hash)
        ],
        "retention": [vars(each) for each in kept()],
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
    """A booking does not keep the personal id itself, only its last digits and a keyed hash."""
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


def _feedback(said: Feedback, images: Images) -> dict[str, Any]:
    return {
        "officeId": said.office_id,
        "kind": kinds().get(said.kind, ""),
        "title": said.title,
        "content": said.content,
        "at": said.at.isoformat(),
        "answer": said.answer,
        "answeredAt": said.answered_at.isoformat() if said.answered_at else None,
        "imageUrls": [images.link(each) for each in said.images],
    }


def _chat(latest: Acquaintance | None) -> dict[str, Any] | None:
    return _told(latest) if latest else None


def _told(known: Acquaintance) -> dict[str, Any]:
    return {"userId": known.user, "lastSeen": known.last_seen.isoformat()}
