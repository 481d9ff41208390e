/** What only the chief sees: closing times at once, announcements, and what became of the tickets. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Account, type Grant } from "./account";
import { type Desk, type Notice, type PlannedDay, Refused, type Statistics, type Ticket, type Waits } from "./api";
import { affected, type Seats, type Session, sessionsOf } from "./sessions";
import { phone, shown } from "./words";

type Tell = (text: string, bad: boolean) => void;

export function Chief(props: { desk: Desk; office: string; date: string; grant: Grant | null; tell: Tell }) {
  const { desk, office, date, grant, tell } = props;
  return (
    <main>
      <Plan desk={desk} date={date} tell={tell} />
      <Notices desk={desk} date={date} tell={tell} />
      <Figures desk={desk} date={date} tell={tell} />
      <Account desk={desk} office={office} grant={grant} tell={tell} />
    </main>
  );
}

function Plan({ desk, date, tell }: { desk: Desk; date: string; tell: Tell }) {
  const [day, setDay] = useState(date);
  const [reason, setReason] = useState("");
  const [sessions, setSessions] = useState<Session[]>([]);
  const [standing, setStanding] = useState<PlannedDay | null>(null);
  const [found, setFound] = useState<PlannedDay | null>(null);
  const [toCall, setToCall] = useState<Ticket[]>([]);
  const wanted = useRef(day);
  // The form begins with the day as it stands, whatever is said of it already.
  const look = useCallback(
    async (of: string) => {
      wanted.current = of;
      try {
        const found = await desk.slots(of);
        if (wanted.current !== of) return; // another day was chosen meanwhile
        setStanding(found);
        setSessions(sessionsOf(found));
      } catch (refused) {
        setStanding(null);
        tell(refused instanceof Refused ? refused.message : "Chưa đọc được ngày này, vui lòng chọn lại.", true);
      }
    },
    [desk, tell],
  );
  useEffect(() => void look(day), [day]);
  const touched = standing ? affected(standing, sessions) : 0;
  const change = (number: number, part: Partial<Session>) =>
    setSessions(sessions.map((each, n) => (n === number ? { ...each, ...part } : each)));
  const perform = async (deed: () => Promise<PlannedDay>, done: string) => {
    try {
      const planned = await deed();
      setFound(planned);
      setStanding(planned);
      setSessions(sessionsOf(planned));
      setToCall((await desk.ticketsOf(planned.date)).filter((each) => each.slotClosed));
      tell(done, false);
    } catch (refused) {
      tell(refused instanceof Refused ? refused.message : "Chưa ghi được, vui lòng bấm lại.", true);
    }
  };
  return (
    <section aria-label="Giờ nhận hồ sơ của một ngày">
      <h2>Giờ nhận hồ sơ của một ngày</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void perform(() => desk.plan(day, sessions, reason), `Đã áp dụng ngay cho ngày ${shown(day)}.`);
        }}
      >
        <label>
          Ngày <input type="date" value={day} required onInput={(event) => setDay(event.currentTarget.value)} />
        </label>
        {sessions.map((each, number) => (
          <fieldset key={number}>
            <legend>Buổi {number + 1}</legend>
            <label>
              Từ{" "}
              <input
                type="time"
                value={each.from}
                onInput={(event) => change(number, { from: event.currentTarget.value })}
              />
            </label>
            <label>
              đến{" "}
              <input
                type="time"
                value={each.to}
                onInput={(event) => change(number, { to: event.currentTarget.value })}
              />
            </label>
            <SeatsOf seats={each.seats} change={(seats) => change(number, { seats })} />
            <button type="button" onClick={() => setSessions(sessions.filter((_, n) => n !== number))}>
              Bỏ buổi {number + 1}
            </button>
          </fieldset>
        ))}
        <button
          type="button"
          onClick={() => setSessions([...sessions, { from: "", to: "", seats: sessions[0]?.seats ?? 1 }])}
        >
          Thêm buổi
        </button>
        {touched > 0 && <p role="note">{touched} người đã hẹn vào giờ sẽ đóng. Họ được nhắn và giữ sẵn ba giờ khác.</p>}
        {standing && sessions.length === 0 && <p>Không còn buổi nào: cả ngày đóng cửa.</p>}
        <label>
          Lý do, người dân sẽ đọc
          <input
            value={reason}
            required
            minLength={3}
            maxLength={200}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="main" disabled={standing === null}>
          Áp dụng ngay
        </button>
        <button type="button" onClick={() => perform(() => desk.forgetPlan(day), "Ngày này lại theo lịch thường.")}>
          Trở về lịch thường
        </button>
      </form>
      {found && toCall.length > 0 && (
        <div role="alert">
          <p>
            {toCall.length} người đã hẹn vào giờ vừa đóng ngày {shown(found.date)}. Họ đã được nhắn; ai chưa đổi giờ thì
            gọi báo:
          </p>
          <ul>
            {toCall.map((each) => (
              <li key={each.ticket}>
                {each.ticket} · {each.fullName} · {phone(each.phone)}
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

/** One number, or one for each queue where residents queue apart. */
function SeatsOf({ seats, change }: { seats: Seats; change: (seats: Seats) => void }) {
  const input = (words: string, value: number, typed: (value: number) => void) => (
    <label>
      {words}{" "}
      <input
        type="number"
        min={0}
        max={99}
        value={value}
        onInput={(event) => typed(Number(event.currentTarget.value))}
      />
    </label>
  );
  if (typeof seats === "number") return input("số chỗ mỗi khung giờ", seats, change);
  return (
    <>
      {input("chỗ thường trú mỗi khung giờ", seats.permanent, (permanent) => change({ ...seats, permanent }))}
      {input("chỗ tạm trú mỗi khung giờ", seats.temporary, (temporary) => change({ ...seats, temporary }))}
    </>
  );
}

function Notices({ desk, date, tell }: { desk: Desk; date: string; tell: Tell }) {
  const [notices, setNotices] = useState<Notice[]>([]);
  const [text, setText] = useState("");
  const [until, setUntil] = useState(date);
  const press = useRef<string | null>(null);
  const look = useCallback(async () => setNotices(await desk.notices()), [desk]);
  const perform = async (deed: () => Promise<void>, done: string) => {
    try {
      await deed();
      tell(done, false);
      await look();
    } catch (refused) {
      tell(refused instanceof Refused ? refused.message : "Chưa ghi được, vui lòng bấm lại.", true);
    }
  };
  useEffect(() => void look().catch(() => undefined), [look]);
  return (
    <section aria-label="Thông báo cho người dân">
      <h2>Thông báo cho người dân</h2>
      <ul>
        {notices.map((each) => (
          <li key={each.id}>
            {each.text} (đến hết {shown(each.until.slice(0, 10))}){" "}
            <button type="button" onClick={() => perform(() => desk.endNotice(each.id), "Đã gỡ thông báo.")}>
              Gỡ<span class="heard"> thông báo: {each.text}</span>
            </button>
          </li>
        ))}
      </ul>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void perform(async () => {
            press.current ??= crypto.randomUUID();
            await desk.announce(text, `${until}T23:59:59+07:00`, press.current);
            press.current = null;
            setText("");
          }, "Đã thông báo.");
        }}
      >
        <label>
          Nội dung
          <input
            value={text}
            required
            minLength={3}
            maxLength={300}
            onInput={(event) => {
              press.current = null; // other words, another announcement
              setText(event.currentTarget.value);
            }}
          />
        </label>
        <label>
          Đến hết ngày{" "}
          <input
            type="date"
            value={until}
            required
            onInput={(event) => {
              press.current = null;
              setUntil(event.currentTarget.value);
            }}
          />
        </label>
        <button type="submit">Thông báo</button>
      </form>
    </section>
  );
}

function Figures({ desk, date, tell }: { desk: Desk; date: string; tell: Tell }) {
  const [from, setFrom] = useState(date);
  const [to, setTo] = useState(date);
  const [found, setFound] = useState<Statistics | null>(null);
  const look = async () => {
    try {
      setFound(await desk.statistics(from, to));
    } catch (refused) {
      tell(refused instanceof Refused ? refused.message : "Chưa đọc được, vui lòng bấm lại.", true);
    }
  };
  return (
    <section aria-label="Số liệu">
      <h2>Số liệu</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void look();
        }}
      >
        <label>
          Từ <input type="date" value={from} onInput={(event) => setFrom(event.currentTarget.value)} />
        </label>
        <label>
          đến <input type="date" value={to} onInput={(event) => setTo(event.currentTarget.value)} />
        </label>
        <button type="submit">Xem</button>
      </form>
      {found && (
        <>
          <p>
            {found.served} người đã tiếp nhận ({found.walkIns} chưa đặt lịch), {found.noShows} vắng mặt,{" "}
            {found.cancelled} đã huỷ, {found.lapsed} giữ chỗ không xác nhận. Theo lịch, cơ quan có {found.seats} chỗ.
          </p>
          <Bars
            title="Đã tiếp nhận theo ngày"
            rows={Object.entries(found.byDay).map(([day, people]) => [shown(day), people])}
          />
          <WaitTable title="Thời gian chờ theo giờ đến" rows={found.byHour} />
          <WaitTable title="Thời gian chờ theo thủ tục" rows={found.byProcedure} />
        </>
      )}
    </section>
  );
}

function Bars({ title, rows }: { title: string; rows: [string, number][] }) {
  const most = Math.max(1, ...rows.map(([, number]) => number));
  return (
    <table class="bars">
      <caption>{title}</caption>
      <tbody>
        {rows.map(([name, number]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <meter min={0} max={most} value={number} aria-label={`${name}: ${number}`} /> {number}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function WaitTable({ title, rows }: { title: string; rows: Waits[] }) {
  return (
    <table>
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col">Nhóm</th>
          <th scope="col">Số người</th>
          <th scope="col">Một nửa chờ không quá</th>
          <th scope="col">Chín phần mười chờ không quá</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((each) => (
          <tr key={each.of}>
            <th scope="row">{each.of}</th>
            <td>{each.people}</td>
            <td>{each.p50 === null ? "chưa đủ để nói" : `${each.p50} phút`}</td>
            <td>{each.p90 === null ? "" : `${each.p90} phút`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
