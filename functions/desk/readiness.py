"""What a person's declaration still lacks when they come to the desk."""

from bookings.booking import Booking
from declarations.linking import Linked, misfits


def missing(booking: Booking, declaration: Linked | None) -> str | None:
    """What an officer reads of the linked declaration, as it stands now; None where it is ready to go."""
    if booking.declaration_id is None:
        return "Chưa khai tờ khai."
    if declaration is None:
        return "Tờ khai đã bị xoá."
    if not declaration.submitted:
        return "Tờ khai đã rút lại hoặc đang sửa, chưa gửi lại."
    if misfits(declaration, booking):
        return "Tờ khai đã sửa, không còn khớp với lịch hẹn."
    return None
