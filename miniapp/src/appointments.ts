/** The citizen's appointments: read from the API, and kept on the phone for where there is no network. */
import { type Booking, mine, type Office, open, told } from "./api/client";
import { now } from "./clock";
import { type Remembered, recall, remember } from "./saved";

/** Read them anew, with their offices. */
export async function readAppointments(): Promise<Remembered> {
  const { items } = await told(mine.GET("/bookings"));
  const before = recall("appointments")?.offices ?? {};
  const offices: Record<string, Office> = {};
  for (const id of new Set(items.filter(isActive).map((each) => each.officeId))) {
    const found = await told(open.GET("/offices/{officeId}", { params: { path: { officeId: id } } })).catch(
      () => before[id],
    );
    if (found) offices[id] = found;
  }
  return keep({ at: now(), bookings: items, offices: { ...before, ...offices } });
}

/** Put one booking, as an answer brought it, into what is kept. */
export function note(booking: Booking): void {
  const before = recall("appointments") ?? { at: 0, bookings: [], offices: {} };
  const others = before.bookings.filter((each) => each.id !== booking.id);
  keep({ ...before, at: now(), bookings: [booking, ...others] });
}

function keep(found: Remembered): Remembered {
  remember("appointments", found);
  return found;
}

export function isActive(booking: Booking): boolean {
  return booking.status === "held" || booking.status === "confirmed" || booking.status === "wished";
}

/** The one that is next: active and not over, earliest first. */
export function nextOf(bookings: readonly Booking[], instant: number): Booking | null {
  const coming = bookings.filter((each) => isActive(each) && Date.parse(each.end) > instant);
  coming.sort((a, b) => a.start.localeCompare(b.start));
  return coming[0] ?? null;
}

export const STATUS: Record<Booking["status"], string> = {
  held: "Đang giữ chỗ, chưa xác nhận",
  confirmed: "Đã xác nhận",
  cancelled: "Đã huỷ",
  lapsed: "Hết giờ giữ chỗ",
  served: "Đã làm xong",
  no_show: "Không đến",
  displaced: "Nhường cho lịch hẹn do chính chủ đặt",
  released: "Cơ quan đã thu lại lịch hẹn này",
  wished: "Chờ xếp chỗ",
  not_drawn: "Chưa xếp được chỗ",
};
