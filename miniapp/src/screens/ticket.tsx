import { useEffect, useState } from "react";
import { useLocation } from "react-router-dom";
import { Button } from "zmp-ui";
import { type Booking, mine, told } from "../api/client";
import { isActive, nextOf, note, STATUS } from "../appointments";
import { now } from "../clock";
import { recall } from "../saved";
import { Change, Earlier } from "../ticket/change";
import { Closed } from "../ticket/closed";
import { Calendar, Qr, ToBring, Today, useOffice, Where } from "../ticket/day";
import { Again, Hold, Wish } from "../ticket/hold";
import { type About, Go } from "../ui/go";
import { Loading, Trouble } from "../ui/notice";
import { Screen } from "../ui/screen";
import { type Answer, useAnswer } from "../ui/use-answer";
import { useNow, useReturn } from "../ui/use-phone";
import { hour, longDate, until } from "../words";

/** An appointment: its hold, its ticket, what to bring. What was read last stays readable without a network. */
export default function Ticket() {
  const { state } = useLocation();
  const kept = recall("appointments");
  const id = (state as About | null)?.bookingId ?? nextOf(kept?.bookings ?? [], now())?.id ?? "";
  const found = useAnswer<Booking | null>(async () => {
    if (!id) return null;
    const read = await told(mine.GET("/bookings/{bookingId}", { params: { path: { bookingId: id } } }));
    note(read);
    return read;
  }, id);
  useReturn(found.again);
  const booking = found.data ?? kept?.bookings.find((each) => each.id === id) ?? null;
  const old = found.data === null && booking !== null;
  return (
    <Screen title="Phiếu hẹn">
      {found.problem && !old && <Trouble problem={found.problem} again={found.again} />}
      {found.problem && old && (
        <div className="box" role="status">
          <p>Đang xem bản lưu trên máy. {found.problem.detail}</p>
          <Button fullWidth variant="secondary" onClick={found.again}>
            Tải lại
          </Button>
        </div>
      )}
      {booking ? (
        <Appointment key={booking.id} booking={booking} answer={found} />
      ) : (
        !found.problem && (found.loading ? <Loading /> : <None />)
      )}
    </Screen>
  );
}

function None() {
  return (
    <>
      <p>Bạn chưa có lịch hẹn nào.</p>
      <Go to="/dat-lich">Chọn ngày giờ</Go>
    </>
  );
}

function Appointment({ booking: read, answer }: { booking: Booking; answer: Answer<Booking | null> }) {
  const [changed, setChanged] = useState<Booking | null>(null);
  const booking = changed ?? read;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is read anew counts more than an earlier change.
  useEffect(() => setChanged(null), [answer.data]);
  const office = useOffice(booking.officeId);
  const take = (next: Booking) => {
    note(next);
    setChanged(next);
  };
  return (
    <>
      <p className={`state state-${booking.status}`} role="status">
        {STATUS[booking.status]}
      </p>
      {booking.replacedAnother && (
        <p className="box">Có người khác đã đặt lịch cho số định danh này; lịch đó đã nhường cho lịch hẹn của bạn.</p>
      )}
      <Closed booking={booking} take={take} />
      <When booking={booking} />
      {booking.status === "held" && <Hold booking={booking} take={take} read={answer.again} />}
      {booking.status === "lapsed" && <Again booking={booking} />}
      {booking.status === "wished" && <Wish booking={booking} />}
      {booking.status === "confirmed" && <Today booking={booking} read={answer.again} />}
      {booking.status === "confirmed" && <Qr booking={booking} />}
      {office && <Where office={office} />}
      {isActive(booking) && <ToBring booking={booking} />}
      {booking.status === "confirmed" && (
        <>
          <Calendar booking={booking} />
          <Earlier booking={booking} />
        </>
      )}
      {isActive(booking) && <Change booking={booking} take={take} />}
      {!isActive(booking) && booking.status !== "lapsed" && <Go to="/dat-lich">Đặt lịch khác</Go>}
    </>
  );
}

function When({ booking }: { booking: Booking }) {
  const instant = useNow(now, 30_000);
  return (
    <section className="box ticket" aria-label="Giờ hẹn">
      {booking.ticket && (
        <p className="number">
          <span className="small">Số thứ tự</span> {booking.ticket}
        </p>
      )}
      <p>
        <strong>
          {hour(booking.start)} – {hour(booking.end)}
        </strong>
        <br />
        <strong>{longDate(booking.start)}</strong>
        {isActive(booking) && ` (${until(booking.start, instant)})`}
      </p>
      <p>
        {booking.applicant.fullName}
        <br />
        <span className="small">Số định danh {booking.applicant.personalId}</span>
      </p>
      {booking.peopleAhead !== null && (
        <p>
          <strong>Trước bạn còn {booking.peopleAhead} người.</strong>
        </p>
      )}
    </section>
  );
}
