/** What only the chief sees: closing times at once, and what became of the tickets. */
import { useState } from "preact/hooks";
import { type Desk, type PlannedDay, Refused, type Statistics, type Ticket, type Waits } from "./api";
import { phone, shown } from "./words";

type Tell = (text: string, bad: boolean) => void;

export function Chief({ desk, date, tell }: { desk: Desk; date: string; tell: Tell }) {
  return (
    <main>
      <Plan desk={desk} date={date} tell={tell} />
      <Figures desk={desk} date={date} tell={tell} />
    </main>
  );
}

interface Session {
  from: string;
  to: string;
  seats: number;
}

const MORNING: Session = { from: "07:30", to: "11:30", seats: 4 };
const AFTERNOON: Session = { from: "13:30", to: "17:00", seats: 4 };

function Plan({ desk, date, tell }: { desk: Desk; date: string; tell: Tell }) {
  const [day, setDay] = useState(date);
  const [reason, setReason] = useState("");
  const [sessions, setSessions] = useState<Session[]>([MORNING, AFTERNOON]);
  const [found, setFound] = useState<PlannedDay | null>(null);
  const [toCall, setToCall] = useState<Ticket[]>([]);
  const change = (number: number, part: Partial<Session>) =>
    setSessions(sessions.map((each, n) => (n === number ? { ...each, ...part } : each)));
  const perform = async (deed: () => Promise<PlannedDay>, done: string) => {
    try {
      const planned = await deed();
      setFound(planned);
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
            <label>
              số chỗ mỗi khung giờ{" "}
              <input
                type="number"
                min={0}
                max={99}
                value={each.seats}
                onInput={(event) => change(number, { seats: Number(event.currentTarget.value) })}
              />
            </label>
            <button type="button" onClick={() => setSessions(sessions.filter((_, n) => n !== number))}>
              Bỏ buổi {number + 1}
            </button>
          </fieldset>
        ))}
        <button type="button" onClick={() => setSessions([...sessions, AFTERNOON])}>
          Thêm buổi
        </button>
        {sessions.length === 0 && <p>Không còn buổi nào: cả ngày đóng cửa.</p>}
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
        <button type="submit" class="main">
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
