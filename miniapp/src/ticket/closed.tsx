import { Button } from "zmp-ui";
import { type Booking, mine, told } from "../api/client";
import { press } from "../api/press";
import { now } from "../clock";
import { Go } from "../ui/go";
import { Trouble } from "../ui/notice";
import { useWork } from "../ui/use-answer";
import { hour, longDate } from "../words";

/** The office has closed the appointment's time: why, and the seats it keeps for this citizen, each taken in one tap. */
export function Closed({ booking, take }: { booking: Booking; take: (next: Booking) => void }) {
  const work = useWork();
  const { closed } = booking;
  if (!closed) return null;
  const kept = closed.keptUntil && Date.parse(closed.keptUntil) > now() ? closed.kept : [];
  const move = (start: string) =>
    work.start(async () => {
      const moved = await press("move", { bookingId: booking.id, start }, (key) =>
        told(
          mine.POST("/bookings/{bookingId}/reschedule", {
            params: { path: { bookingId: booking.id }, header: { "Idempotency-Key": key } },
            body: { start },
          }),
        ),
      );
      if (moved) take(moved);
    });
  return (
    <section className="box trouble" aria-labelledby="closed">
      <h2 id="closed">Cơ quan không làm việc giờ này</h2>
      <p>{closed.reason}</p>
      {kept.length > 0 && closed.keptUntil && (
        <>
          <p>
            Chỗ được giữ riêng cho bạn đến {hour(closed.keptUntil)} {longDate(closed.keptUntil)}. Mời bạn chọn:
          </p>
          {kept.map((each) => (
            <Button key={each.start} fullWidth loading={work.busy} onClick={() => move(each.start)}>
              {hour(each.start)} {longDate(each.start)}
            </Button>
          ))}
        </>
      )}
      {work.problem && <Trouble problem={work.problem} />}
      <Go to="/dat-lich" about={{ moving: booking.id }} variant="secondary">
        Chọn giờ khác
      </Go>
    </section>
  );
}
