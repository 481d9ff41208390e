import { useEffect, useRef } from "react";
import { Button } from "zmp-ui";
import { type Booking, mine, open, told } from "../api/client";
import { press } from "../api/press";
import { Problem } from "../api/problem";
import { now } from "../clock";
import { drop, recall } from "../saved";
import { Go, useGo } from "../ui/go";
import { Trouble } from "../ui/notice";
import { Alternatives, holdSeat } from "../ui/seat";
import { useAnswer, useWork } from "../ui/use-answer";
import { useNow } from "../ui/use-phone";
import { hour, longDate, minutesAndSeconds } from "../words";

/** A hold runs down. At its end the server is asked what became of it, also after the app was in the background. */
export function Hold({ booking, take, read }: { booking: Booking; take: (next: Booking) => void; read: () => void }) {
  const instant = useNow(now, 1000);
  const work = useWork();
  const left = Date.parse(booking.holdExpiresAt ?? booking.start) - instant;
  const over = left <= 0;
  const asked = useRef(false);
  useEffect(() => {
    if (over && !asked.current) {
      asked.current = true;
      read();
    }
  }, [over, read]);
  const path = { bookingId: booking.id };
  const confirm = () =>
    work.start(async () => {
      try {
        const confirmed = await press("confirm", booking.id, (key) =>
          told(mine.POST("/bookings/{bookingId}/confirm", { params: { path, header: { "Idempotency-Key": key } } })),
        );
        if (confirmed) {
          drop("hold");
          take(confirmed);
        }
      } catch (problem) {
        if (problem instanceof Problem && !problem.unsettled) read();
        throw problem;
      }
    });
  return (
    <section className="box" aria-labelledby="hold">
      <h2 id="hold">Xác nhận lịch hẹn</h2>
      {over ? (
        <>
          <p>Đã hết giờ giữ chỗ.</p>
          <HoldAgain booking={booking} />
        </>
      ) : (
        <>
          <p>
            Chỗ được giữ cho bạn thêm{" "}
            <strong className="countdown" role="timer" aria-live="off">
              {minutesAndSeconds(left)}
            </strong>
            . Bấm xác nhận để chắc chắn có chỗ.
          </p>
          {work.problem && <Trouble problem={work.problem} again={confirm} />}
          <Button fullWidth loading={work.busy} onClick={confirm}>
            Xác nhận
          </Button>
        </>
      )}
    </section>
  );
}

export function Again({ booking }: { booking: Booking }) {
  return (
    <section className="box" role="alert">
      <h2>Hết giờ giữ chỗ</h2>
      <p>Bạn chưa xác nhận kịp nên chỗ này đã được trả lại.</p>
      <HoldAgain booking={booking} />
    </section>
  );
}

/** Whether the seat is still free, and one tap to hold it again. */
function HoldAgain({ booking }: { booking: Booking }) {
  const go = useGo();
  const work = useWork();
  const day = booking.start.slice(0, 10);
  const seats = useAnswer(async () => {
    const path = { officeId: booking.officeId };
    const found = await told(
      open.GET("/offices/{officeId}/slots", { params: { path, query: { from: day, days: 1 } } }),
    );
    return found.days[0]?.slots.find((each) => each.start === booking.start)?.seatsLeft ?? 0;
  }, booking.id);
  const before = recall("hold");
  const request = before?.bookingId === booking.id ? before.request : null;
  const hold = (start: string) =>
    work.start(async () => {
      if (!request) return;
      const held = await holdSeat({ ...request, start });
      if (held) go("/phieu-hen", { bookingId: held.id }, true);
    });
  return (
    <>
      {seats.data !== null && (
        <p>
          {seats.data > 0
            ? `Khung giờ ${hour(booking.start)} còn ${seats.data} chỗ.`
            : `Khung giờ ${hour(booking.start)} đã hết chỗ.`}
        </p>
      )}
      {work.problem && (
        <Trouble problem={work.problem} {...(work.problem.unsettled ? { again: () => hold(booking.start) } : {})}>
          <Alternatives problem={work.problem} hold={hold} />
        </Trouble>
      )}
      {request && seats.data !== 0 && (
        <Button fullWidth loading={work.busy} onClick={() => hold(booking.start)}>
          Giữ lại chỗ này
        </Button>
      )}
      <Go to="/dat-lich" variant="secondary">
        Chọn giờ khác
      </Go>
    </>
  );
}

export function Wish({ booking }: { booking: Booking }) {
  return (
    <section className="box" aria-labelledby="wish">
      <h2 id="wish">Chờ xếp chỗ</h2>
      {booking.drawAt && (
        <p>
          Chỗ của ngày này được xếp lúc {hour(booking.drawAt)} {longDate(booking.drawAt)}. Có chỗ thì lịch hẹn tự được
          xác nhận và có số thứ tự; bạn không phải làm gì thêm.
        </p>
      )}
      {booking.drawCode && <p className="small">Mã của bạn để đối chiếu kết quả: {booking.drawCode}</p>}
    </section>
  );
}
