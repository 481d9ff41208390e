import { Button } from "zmp-ui";
import { type Booking, type HoldRequest, mine, type Slot, told } from "../api/client";
import { press } from "../api/press";
import type { Problem } from "../api/problem";
import { note } from "../appointments";
import { remember } from "../saved";
import { hour, longDate } from "../words";

/** Hold a seat; null for a second tap. What was asked for stays on the phone, to hold it again should it lapse. */
export async function holdSeat(request: HoldRequest): Promise<Booking | null> {
  const booking = await press("hold", request, (key) =>
    told(mine.POST("/bookings", { params: { header: { "Idempotency-Key": key } }, body: request })),
  );
  if (booking) {
    note(booking);
    remember("hold", { bookingId: booking.id, request });
  }
  return booking;
}

/** The nearest open slots of a refusal, each held or moved to in one tap. */
export function Alternatives({ problem, hold }: { problem: Problem; hold: (start: string) => void }) {
  const open = (problem.body.alternatives ?? []) as Slot[];
  return (
    <>
      {open.map((each) => (
        <Button key={each.start} fullWidth variant="secondary" onClick={() => hold(each.start)}>
          {hour(each.start)} {longDate(each.start)} · còn {each.seatsLeft} chỗ
        </Button>
      ))}
    </>
  );
}
