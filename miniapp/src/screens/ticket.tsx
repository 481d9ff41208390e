import { useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "react-router-dom";
import { renderSVG } from "uqr";
import { Button } from "zmp-ui";
import { type Booking, mine, type Office, open, type Queue, told, type Waiting } from "../api/client";
import { press } from "../api/press";
import { Problem, refusal } from "../api/problem";
import { carryAsCitizen } from "../api/session";
import { isActive, nextOf, note, STATUS } from "../appointments";
import { now } from "../clock";
import { drop, recall, remember } from "../saved";
import { type About, Go, useGo } from "../ui/go";
import { Loading, Shown, Trouble } from "../ui/notice";
import { Papers } from "../ui/papers";
import { Screen } from "../ui/screen";
import { Alternatives, holdSeat } from "../ui/seat";
import { type Answer, useAnswer, useNow, useReturn, useWork } from "../ui/use-answer";
import { dayOf, hour, longDate, minutesAndSeconds, until } from "../words";
import { leave, save } from "../zalo";

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

/** A hold runs down. At its end the server is asked what became of it, also after the app was in the background. */
function Hold({ booking, take, read }: { booking: Booking; take: (next: Booking) => void; read: () => void }) {
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

function Again({ booking }: { booking: Booking }) {
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

function Wish({ booking }: { booking: Booking }) {
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

const CALLS = 20_000; // milliseconds after which the numbers that are called are asked for again

/** On the day itself: which numbers are called, and whether it is this one. */
function Today({ booking, read }: { booking: Booking; read: () => void }) {
  const instant = useNow(now, CALLS);
  const today = dayOf(instant) === booking.start.slice(0, 10);
  const officeId = booking.officeId;
  const queue = useAnswer<Queue | null>(
    async () => (today ? told(open.GET("/offices/{officeId}/queue", { params: { path: { officeId } } })) : null),
    `${today} ${instant}`,
  );
  const called = queue.data?.counters.find((each) => each.ticket === booking.ticket)?.counter ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: with each call, how many are ahead is another number.
  useEffect(() => {
    if (today) read();
  }, [JSON.stringify(queue.data?.counters), today]);
  if (!queue.data) return null; // the ticket is what counts; this is asked for again by itself
  const { counters, waiting, wait } = queue.data;
  return (
    <section className="box" aria-labelledby="today">
      <h2 id="today">Đang gọi</h2>
      <div role="status">{called !== null && <p className="called">Mời bạn đến quầy {called}.</p>}</div>
      {counters.length > 0 ? (
        <ul className="said">
          {counters.map((each) => (
            <li key={each.counter}>
              Quầy {each.counter}: số {each.ticket}
            </li>
          ))}
        </ul>
      ) : (
        <p>Chưa gọi số nào.</p>
      )}
      <p>
        {waiting} người đang chờ.
        {wait && ` Giờ này thường chờ ${wait.p50} đến ${wait.p90} phút.`}
      </p>
    </section>
  );
}

function Qr({ booking }: { booking: Booking }) {
  // What the desk's scanner reads: the id of the appointment, in capitals, of which a QR code needs fewer dots.
  const text = booking.id.toUpperCase();
  const image = useMemo(() => `data:image/svg+xml;utf8,${encodeURIComponent(renderSVG(text, { border: 2 }))}`, [text]);
  return <img className="qr" src={image} alt={`Mã QR của số ${booking.ticket}`} width="200" height="200" />;
}

function useOffice(officeId: string): Office | null {
  const kept = recall("appointments")?.offices[officeId] ?? null;
  const found = useAnswer<Office>(
    () => told(open.GET("/offices/{officeId}", { params: { path: { officeId } } })),
    officeId,
  );
  useEffect(() => {
    const before = recall("appointments");
    if (found.data && before)
      remember("appointments", { ...before, offices: { ...before.offices, [officeId]: found.data } });
  }, [found.data, officeId]);
  return found.data ?? kept;
}

function Where({ office }: { office: Office }) {
  const work = useWork();
  const { location: point } = office;
  const place = point ? `${point.latitude},${point.longitude}` : `${office.name}, ${office.address}`;
  const map = `https://www.google.com/maps/search/?api=1&query=${encodeURIComponent(place)}`;
  return (
    <section aria-labelledby="where">
      <h2 id="where">Nơi đến</h2>
      <p>
        <strong>{office.name}</strong>
        <br />
        {office.address}
      </p>
      {office.notices.map((each) => (
        <p key={each} className="box">
          {each}
        </p>
      ))}
      <Button fullWidth variant="secondary" onClick={() => work.start(() => leave(map))}>
        Mở bản đồ
      </Button>
      {work.problem && <Trouble problem={work.problem} />}
    </section>
  );
}

function ToBring({ booking }: { booking: Booking }) {
  const [ticked, setTicked] = useState<string[]>(recall("ticked")?.[booking.id] ?? []);
  const tick = (code: string, ready: boolean) => {
    const next = ready ? [...ticked, code] : ticked.filter((each) => each !== code);
    setTicked(next);
    const known = recall("appointments")?.bookings.map((each) => each.id) ?? [];
    const others = Object.entries(recall("ticked") ?? {}).filter(([id]) => known.includes(id));
    remember("ticked", { ...Object.fromEntries(others), [booking.id]: next });
  };
  return (
    <section aria-labelledby="bring">
      <h2 id="bring">Giấy tờ mang theo</h2>
      <Papers papers={booking.documentsToBring} ticked={ticked} onTick={tick} />
    </section>
  );
}

function Calendar({ booking }: { booking: Booking }) {
  const work = useWork();
  const [saved, setSaved] = useState(false);
  const add = () =>
    work.start(async () => {
      const address = `${__API__ || location.origin}/bookings/${encodeURIComponent(booking.id)}/calendar`;
      const response = await carryAsCitizen(new Request(address));
      if (!response.ok) throw await refusal(response);
      await save(await response.blob(), "lich-hen.ics");
      setSaved(true);
    });
  return (
    <>
      <Button fullWidth variant="secondary" loading={work.busy} onClick={add}>
        Thêm vào lịch của máy
      </Button>
      <div role="status">{saved && <p>Đã lưu lịch hẹn vào máy.</p>}</div>
      {work.problem && <Trouble problem={work.problem} again={add} />}
    </>
  );
}

/** Wait for an earlier seat. Whether this appointment waits is asked when somebody looks. */
function Earlier({ booking }: { booking: Booking }) {
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

function Change({ booking, take }: { booking: Booking; take: (next: Booking) => void }) {
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
