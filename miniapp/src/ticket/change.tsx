import { useState } from "react";
import { Button } from "zmp-ui";
import { type Booking, mine, told, type Waiting } from "../api/client";
import { press } from "../api/press";
import { Problem } from "../api/problem";
import { Go, useGo } from "../ui/go";
import { Shown, Trouble } from "../ui/notice";
import { useAnswer, useWork } from "../ui/use-answer";
import { hour, longDate } from "../words";

/** Wait for an earlier seat. Whether this appointment waits is asked when somebody looks. */
export function Earlier({ booking }: { booking: Booking }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="question" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Muốn đến sớm hơn?</summary>
      {open && <Wait booking={booking} />}
    </details>
  );
}

/** One that is offered is taken in one tap. */
function Wait({ booking }: { booking: Booking }) {
  const go = useGo();
  const work = useWork();
  const path = { bookingId: booking.id };
  const found = useAnswer<Waiting | "not waiting">(
    () =>
      told(mine.GET("/bookings/{bookingId}/waiting", { params: { path } })).catch((problem: unknown) => {
        if (problem instanceof Problem && problem.status === 404) return "not waiting";
        throw problem;
      }),
    booking.id,
  );
  const wait = () =>
    work.start(async () => {
      await told(mine.PUT("/bookings/{bookingId}/waiting", { params: { path } }));
      found.again();
    });
  const stop = () =>
    work.start(async () => {
      await told(mine.DELETE("/bookings/{bookingId}/waiting", { params: { path } }));
      found.again();
    });
  const accept = (start: string) =>
    work.start(async () => {
      const moved = await press("accept", { id: booking.id, start }, (key) =>
        told(
          mine.POST("/bookings/{bookingId}/waiting/accept", {
            params: { path, header: { "Idempotency-Key": key } },
            body: { start },
          }),
        ),
      );
      if (moved) go("/phieu-hen", { bookingId: moved.id }, true);
    });
  return (
    <Shown answer={found}>
      {(state) => {
        const waits = state !== "not waiting";
        const offer = waits ? state.offer : null;
        return (
          <div className="actions">
            {offer ? (
              <>
                <p>
                  Có chỗ trống lúc{" "}
                  <strong>
                    {hour(offer.start)} {longDate(offer.start)}
                  </strong>
                  , giữ cho bạn đến {hour(offer.until)}.
                </p>
                <Button fullWidth loading={work.busy} onClick={() => accept(offer.start)}>
                  Nhận chỗ này
                </Button>
              </>
            ) : (
              <p>
                {waits
                  ? "Bạn đang chờ. Có chỗ sớm hơn, chúng tôi nhắn bạn qua Zalo"
                  : "Khi có người huỷ, bạn được báo qua Zalo để đổi sang giờ sớm hơn"}
                ; lịch hẹn hiện tại vẫn giữ nguyên.
              </p>
            )}
            {work.problem && <Trouble problem={work.problem} />}
            {!offer && (
              <Button fullWidth variant="secondary" loading={work.busy} onClick={waits ? stop : wait}>
                {waits ? "Thôi không chờ" : "Báo tôi khi có giờ sớm hơn"}
              </Button>
            )}
          </div>
        );
      }}
    </Shown>
  );
}

export function Change({ booking, take }: { booking: Booking; take: (next: Booking) => void }) {
  const work = useWork();
  const [asking, setAsking] = useState(false);
  const path = { bookingId: booking.id };
  const cancel = () =>
    work.start(async () => {
      const cancelled = await press("cancel", booking.id, (key) =>
        told(mine.POST("/bookings/{bookingId}/cancel", { params: { path, header: { "Idempotency-Key": key } } })),
      );
      if (cancelled) take(cancelled);
    });
  return (
    <div className="actions">
      {booking.status !== "wished" && (
        <Go to="/dat-lich" about={{ moving: booking.id }} variant="secondary">
          Đổi ngày giờ
        </Go>
      )}
      {!asking ? (
        <Button fullWidth variant="tertiary" type="danger" onClick={() => setAsking(true)}>
          Huỷ lịch hẹn
        </Button>
      ) : (
        <div className="box" role="alert">
          <p>Huỷ lịch hẹn này? Chỗ của bạn sẽ được nhường cho người khác.</p>
          <Button fullWidth type="danger" loading={work.busy} onClick={cancel}>
            Đồng ý huỷ
          </Button>
          <Button fullWidth variant="secondary" onClick={() => setAsking(false)}>
            Giữ lịch hẹn
          </Button>
        </div>
      )}
      {work.problem && <Trouble problem={work.problem} again={cancel} />}
    </div>
  );
}
