import { useEffect, useMemo, useState } from "react";
import { renderSVG } from "uqr";
import { Button } from "zmp-ui";
import { type Booking, type Office, open, type Queue, told } from "../api/client";
import { refusal } from "../api/problem";
import { carryAsCitizen } from "../api/session";
import { now } from "../clock";
import { recall, remember } from "../saved";
import { Trouble } from "../ui/notice";
import { Papers } from "../ui/papers";
import { useAnswer, useWork } from "../ui/use-answer";
import { useNow } from "../ui/use-phone";
import { dayOf } from "../words";
import { leave, save } from "../zalo";

const CALLS = 20_000; // milliseconds after which the numbers that are called are asked for again

/** On the day itself: which numbers are called, and whether it is this one. */
export function Today({ booking, read }: { booking: Booking; read: () => void }) {
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

export function Qr({ booking }: { booking: Booking }) {
  // What the desk's scanner reads: the id of the appointment, in capitals, of which a QR code needs fewer dots.
  const text = booking.id.toUpperCase();
  const image = useMemo(() => `data:image/svg+xml;utf8,${encodeURIComponent(renderSVG(text, { border: 2 }))}`, [text]);
  return <img className="qr" src={image} alt={`Mã QR của số ${booking.ticket}`} width="200" height="200" />;
}

export function useOffice(officeId: string): Office | null {
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

export function Where({ office }: { office: Office }) {
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

export function ToBring({ booking }: { booking: Booking }) {
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

export function Calendar({ booking }: { booking: Booking }) {
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
