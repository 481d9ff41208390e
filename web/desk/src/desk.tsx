/** The officer's page: who is here, the next one, and what becomes of them. One key calls the next. */
import { render } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Grant, granted } from "./account";
import {
  type Act,
  type Declaration,
  Desk,
  type Me,
  type MyOffice,
  Refused,
  type Ticket,
  type TicketState,
} from "./api";
import { Chief } from "./chief";
import { type Config, comeBack, readConfig, signIn, signOut } from "./signin";
import { clock, dayAfter, phone, STATES, shown } from "./words";

const POLL = 3000; // milliseconds
const COUNTER = "desk-counter";
const OFFICE = "desk-office";
const UNSURE = "Chưa rõ đã ghi nhận hay chưa, vui lòng bấm lại: không bị làm hai lần.";

function App({ config, grant }: { config: Config; grant: Grant | null }) {
  const [me, setMe] = useState<Me | null>(null);
  const [day, setDay] = useState("");
  const [said, setSaid] = useState("");
  const [office, setOffice] = useState(grant?.office ?? localStorage.getItem(OFFICE) ?? "");
  useEffect(() => {
    Desk.me(config)
      .then((found) => {
        setDay(found.day);
        setMe(found.me);
      })
      .catch((refused) => setSaid(words(refused)));
  }, [config]);
  if (!me) {
    return (
      <main class="door">
        <h1>Quầy tiếp nhận căn cước</h1>
        <p role="status">{said || "Đang mở…"}</p>
        <button type="button" class="main" onClick={() => signIn(config)}>
          Đăng nhập
        </button>
      </main>
    );
  }
  const mine = me.offices.find((each) => each.id === office) ?? (me.offices.length === 1 ? me.offices[0] : undefined);
  if (!mine) {
    return (
      <main class="door">
        <h1>Chọn cơ quan</h1>
        {me.offices.length === 0 && <p>Tài khoản của bạn chưa được giao cơ quan nào. Vui lòng báo người quản trị.</p>}
        {me.offices.map((each) => (
          <button
            type="button"
            key={each.id}
            onClick={() => {
              localStorage.setItem(OFFICE, each.id);
              setOffice(each.id);
            }}
          >
            {each.name}
          </button>
        ))}
        <button type="button" class="quiet" onClick={() => signOut(config)}>
          Đăng xuất
        </button>
      </main>
    );
  }
  const leave = () => {
    localStorage.removeItem(OFFICE);
    setOffice("");
  };
  return (
    <Counter config={config} office={mine} first={day} grant={grant} leave={me.offices.length > 1 ? leave : null} />
  );
}

function Counter(props: {
  config: Config;
  office: MyOffice;
  first: string;
  grant: Grant | null;
  leave: (() => void) | null;
}) {
  const { config, office, grant, leave } = props;
  const [date, setDate] = useState(props.first);
  const desk = useMemo(() => new Desk(config, office.id, date), [config, office.id, date]);
  const [tickets, setTickets] = useState<Ticket[]>([]);
  const [counter, setCounter] = useState(localStorage.getItem(COUNTER) ?? "1");
  const [said, setSaid] = useState({ text: "", bad: false });
  const [busy, setBusy] = useState(false);
  const [sheet, setSheet] = useState<{ date: string; tickets: Ticket[] } | null>(null);
  const [titles, setTitles] = useState<Record<string, string>>({});
  const lost = useRef(false);
  const [ended, setEnded] = useState(false);
  const [page, setPage] = useState<"day" | "chief">(grant?.office === office.id ? "chief" : "day");
  const press = useRef<string | null>(null);
  const scanner = useRef<HTMLInputElement>(null);

  const look = useCallback(async () => {
    try {
      setTickets(await desk.tickets());
      setEnded(false);
      if (lost.current) setSaid({ text: "", bad: false }); // what was said of the connection is over
      lost.current = false;
      setDate(desk.serverDay); // a page that is left open over night goes on with the new day
    } catch (refused) {
      setEnded(refused instanceof Refused && refused.status === 401);
      lost.current = true;
      setSaid({ text: words(refused), bad: true });
    }
  }, [desk]);
  useEffect(() => {
    look();
    const timer = setInterval(look, POLL);
    return () => clearInterval(timer);
  }, [look]);

  useEffect(() => {
    desk.procedures().then(
      (found) => setTitles(Object.fromEntries(found.map((each) => [each.code, each.title]))),
      () => undefined, // the codes are shown instead
    );
  }, [desk]);

  /** Do it once, however often it is pressed; tell what became of it, and look at the day again. */
  const perform = useCallback(
    async (deed: () => Promise<string>) => {
      if (busy) return false;
      setBusy(true);
      try {
        setSaid({ text: await deed(), bad: false });
        return true;
      } catch (refused) {
        setSaid({ text: words(refused), bad: true });
        return false;
      } finally {
        setBusy(false);
        await look();
      }
    },
    [busy, look],
  );

  /** The list on paper, for a day on which the network may be down; today's is the one on the screen. */
  const printed = async (of: string) => {
    try {
      setSheet({ date: of, tickets: of === date ? tickets : await desk.ticketsOf(of) });
      setTimeout(() => print(), 100); // once it is drawn
    } catch (refused) {
      setSaid({ text: words(refused), bad: true });
    }
  };

  const called = tickets.find((each) => each.state === "called" && each.counter === counter);
  const next = useCallback(
    () =>
      perform(async () => {
        // The same press, until an answer comes: a lost answer never calls a second person.
        press.current ??= crypto.randomUUID();
        try {
          const found = await desk.call(counter, press.current);
          press.current = null;
          return `Mời số ${found.ticket} đến quầy ${counter}.`;
        } catch (refused) {
          if (refused instanceof Refused && refused.status >= 400 && refused.status < 500) press.current = null;
          throw refused;
        }
      }),
    [desk, counter, perform],
  );
  const act = useCallback(
    (ticket: string, what: Act, of?: TicketState) =>
      perform(async () => {
        const after = await desk.act(ticket, what, of);
        return `Số ${after.ticket}: ${STATES[after.state].toLowerCase()}.`;
      }),
    [desk, perform],
  );

  useEffect(() => {
    if (page !== "day") return; // nobody acts on a ticket that they do not see
    const keys: Record<string, () => void> = {
      n: () => void next(),
      q: () => scanner.current?.focus(),
    };
    if (called) {
      const number = called.ticket;
      Object.assign(keys, {
        g: () => void act(number, "recall"),
        x: () => void act(number, "serve"),
        d: () => void act(number, "park"),
        v: () => void act(number, "no-show"),
        h: () => void act(number, "undo", "called"),
      });
    }
    const pressed = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.closest("input, select, textarea");
      if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const deed = keys[event.key.toLowerCase()];
      if (deed) {
        event.preventDefault();
        deed();
      }
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [next, act, called, page]);

  return (
    <>
      <header>
        <h1>{office.name}</h1>
        <p class="day">{shown(date)}</p>
        <nav aria-label="Trang">
          <button type="button" aria-current={page === "day"} onClick={() => setPage("day")}>
            Hôm nay
          </button>
          {office.role === "chief" && (
            <button type="button" aria-current={page === "chief"} onClick={() => setPage("chief")}>
              Chỉ huy
            </button>
          )}
          <a href={`/desk/screen.html?office=${encodeURIComponent(office.id)}`} target="_blank" rel="noreferrer">
            Màn hình phòng chờ
          </a>
          <button type="button" onClick={() => printed(date)}>
            In danh sách
          </button>
          <button type="button" onClick={() => printed(dayAfter(date))}>
            In ngày mai
          </button>
          {leave && (
            <button type="button" onClick={leave}>
              Đổi cơ quan
            </button>
          )}
          <button type="button" onClick={() => signOut(config)}>
            Đăng xuất
          </button>
        </nav>
      </header>
      <p role="status" class={said.bad ? "said bad" : "said"}>
        {said.text}
      </p>
      {ended && (
        <button type="button" class="main again" onClick={() => signIn(config)}>
          Đăng nhập lại
        </button>
      )}
      {page === "chief" ? (
        <Chief desk={desk} office={office.id} date={date} grant={grant} tell={(text, bad) => setSaid({ text, bad })} />
      ) : (
        <main>
          <section class="now" aria-label="Quầy của tôi">
            <label>
              Quầy số{" "}
              <input
                class="counter"
                value={counter}
                maxLength={8}
                onInput={(event) => {
                  const typed = event.currentTarget.value.replace(/[^0-9A-Za-z]/g, "");
                  localStorage.setItem(COUNTER, typed);
                  setCounter(typed);
                }}
              />
            </label>
            {called ? (
              <div class="called">
                <p class="number">{called.ticket}</p>
                <p class="name">{called.fullName ?? "Người chưa đặt lịch"}</p>
                <p>
                  {called.personalId ?? ""} {called.declarationReady ? "· tờ khai đã sẵn sàng" : ""}
                  {called.declarationMissing && <strong> · {called.declarationMissing}</strong>}
                </p>
                {called.procedure && <p>{titles[called.procedure] ?? called.procedure}</p>}
                {called.declarationReady && <Reading key={called.ticket} desk={desk} ticket={called.ticket} />}
                <div class="acts">
                  <Button act="serve" letter="X" busy={busy} press={() => act(called.ticket, "serve")}>
                    Xong
                  </Button>
                  <Button act="recall" letter="G" busy={busy} press={() => act(called.ticket, "recall")}>
                    Gọi lại
                  </Button>
                  <Button act="park" letter="D" busy={busy} press={() => act(called.ticket, "park")}>
                    Để lại
                  </Button>
                  <Button act="no-show" letter="V" busy={busy} press={() => act(called.ticket, "no-show")}>
                    Vắng mặt
                  </Button>
                  <Button act="undo" letter="H" busy={busy} press={() => act(called.ticket, "undo", "called")}>
                    Hoàn tác
                  </Button>
                </div>
              </div>
            ) : (
              <button type="button" class="main" disabled={busy || !counter} onClick={next}>
                Gọi người tiếp theo <kbd>N</kbd>
              </button>
            )}
            <CheckIn
              input={scanner}
              enter={async (typed) => {
                // Beside everything else: a scanner does not wait for the answer to the ticket before.
                try {
                  const here = await desk.checkIn(typed);
                  setSaid({ text: `Số ${here.ticket} đã đến, ${STATES[here.state].toLowerCase()}.`, bad: false });
                  return true;
                } catch (refused) {
                  setSaid({ text: words(refused), bad: true });
                  return false;
                } finally {
                  void look();
                }
              }}
            />
            <WalkIn desk={desk} busy={busy} perform={perform} />
            <Release desk={desk} busy={busy} perform={perform} />
          </section>
          <Day tickets={tickets} act={act} />
        </main>
      )}
      {sheet && <Sheet date={sheet.date} tickets={sheet.tickets} titles={titles} />}
    </>
  );
}

/** The declaration, when the officer asks for it: each reading is on record. */
function Reading({ desk, ticket }: { desk: Desk; ticket: string }) {
  const [found, setFound] = useState<Declaration | null>(null);
  const [refused, setRefused] = useState("");
  const read = () => {
    setRefused("");
    desk.declaration(ticket).then(setFound, (why) => setRefused(words(why)));
  };
  if (!found) {
    return (
      <p>
        <button type="button" onClick={read}>
          Xem tờ khai
        </button>{" "}
        {refused}
      </p>
    );
  }
  return (
    <section class="declaration" aria-label={`Tờ khai của số ${ticket}`}>
      <h2>{found.form}</h2>
      {found.sections
        .filter((each) => each.answers.length > 0)
        .map((each) => (
          <dl key={each.title} aria-label={each.title}>
            {each.answers.map((line) => (
              <div key={line.title}>
                <dt>{line.title}</dt>
                <dd>{line.answer}</dd>
              </div>
            ))}
          </dl>
        ))}
      <h3>Giấy tờ cần xem</h3>
      <ul>
        {found.papers.map((each) => (
          <li key={each.name}>{each.name}</li>
        ))}
      </ul>
      <button type="button" onClick={() => setFound(null)}>
        Cất tờ khai
      </button>
    </section>
  );
}

function Button(props: { act: Act; letter: string; busy: boolean; press: () => void; children: string }) {
  return (
    <button type="button" class={props.act} disabled={props.busy} onClick={props.press}>
      {props.children} <kbd>{props.letter}</kbd>
    </button>
  );
}

type Perform = (deed: () => Promise<string>) => Promise<boolean>;

function CheckIn(props: { input: { current: HTMLInputElement | null }; enter: (typed: string) => Promise<boolean> }) {
  const [typed, setTyped] = useState("");
  const send = async (text: string) => {
    if (!text.trim()) return;
    setTyped("");
    // What was refused comes back to be corrected, unless somebody types again already.
    if (!(await props.enter(text.trim()))) setTyped((now) => now || text);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void send(typed);
      }}
    >
      <label>
        Người dân đến: quét mã hoặc gõ số phiếu <kbd>Q</kbd>
        <input
          ref={props.input}
          value={typed}
          autocomplete="off"
          placeholder="0730-03"
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      <button type="submit">Ghi nhận đã đến</button>
      <Camera found={(text) => void send(text)} />
    </form>
  );
}

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}

/** The camera, where the browser itself can read codes; everywhere else a scanner types like a keyboard. */
function Camera({ found }: { found: (text: string) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const [on, setOn] = useState(false);
  const made = (globalThis as { BarcodeDetector?: new (how: { formats: string[] }) => Detector }).BarcodeDetector;
  useEffect(() => {
    if (!on || !made) return;
    const detector = new made({ formats: ["qr_code"] });
    let stream: MediaStream | null = null;
    let ended = false;
    const look = async () => {
      if (ended || !video.current) return;
      const [code] = await detector.detect(video.current).catch(() => []);
      if (code) {
        setOn(false);
        found(code.rawValue);
      } else setTimeout(look, 200);
    };
    navigator.mediaDevices
      .getUserMedia({ video: { facingMode: "environment" } })
      .then((opened) => {
        stream = opened;
        if (ended || !video.current) return close(opened);
        video.current.srcObject = opened;
        return video.current.play().then(look);
      })
      .catch(() => setOn(false));
    return () => {
      ended = true;
      if (stream) close(stream);
    };
  }, [on, made, found]);
  if (!made) return null;
  return (
    <>
      <button type="button" class="quiet" aria-pressed={on} onClick={() => setOn(!on)}>
        {on ? "Tắt máy ảnh" : "Quét bằng máy ảnh"}
      </button>
      {on && <video ref={video} muted playsInline aria-label="Hình từ máy ảnh" />}
    </>
  );
}

function close(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function WalkIn({ desk, busy, perform }: { desk: Desk; busy: boolean; perform: Perform }) {
  const [procedures, setProcedures] = useState<{ code: string; title: string }[]>([]);
  const [procedure, setProcedure] = useState("");
  const [name, setName] = useState("");
  const press = useRef<string | null>(null);
  const load = () => {
    if (procedures.length) return;
    desk.procedures().then((found) => {
      setProcedures(found.map((each) => ({ code: each.code, title: each.title })));
      setProcedure(found[0]?.code ?? "");
    });
  };
  const send = () =>
    perform(async () => {
      press.current ??= crypto.randomUUID();
      const given = await desk.walkIn(procedure, name.trim(), press.current);
      press.current = null;
      setName("");
      return `Phiếu mới: ${given.ticket}.`;
    });
  return (
    <details onToggle={load}>
      <summary>Người chưa đặt lịch</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <label>
          Thủ tục
          <select
            value={procedure}
            onChange={(event) => {
              press.current = null; // somebody else now
              setProcedure(event.currentTarget.value);
            }}
          >
            {procedures.map((each) => (
              <option key={each.code} value={each.code}>
                {each.title}
              </option>
            ))}
          </select>
        </label>
        <label>
          Họ tên (có thể bỏ trống)
          <input
            value={name}
            autocomplete="off"
            onInput={(event) => {
              press.current = null;
              setName(event.currentTarget.value);
            }}
          />
        </label>
        <button type="submit" disabled={busy || !procedure}>
          Phát phiếu
        </button>
      </form>
    </details>
  );
}

function Release({ desk, busy, perform }: { desk: Desk; busy: boolean; perform: Perform }) {
  const [id, setId] = useState("");
  return (
    <details>
      <summary>Có lịch hẹn do người khác đặt</summary>
      <p>Chỉ huỷ sau khi đã xem giấy tờ của chính người đó. Người đã đặt sẽ được báo.</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void perform(async () => {
            const ended = await desk.release(id.trim());
            setId("");
            return `Đã huỷ lịch hẹn ${ended.ticket} ngày ${shown(ended.start.slice(0, 10))}.`;
          });
        }}
      >
        <label>
          Số định danh của người đang đứng trước quầy
          <input
            value={id}
            inputMode="numeric"
            autocomplete="off"
            onInput={(event) => setId(event.currentTarget.value)}
          />
        </label>
        <button type="submit" disabled={busy}>
          Huỷ lịch hẹn đó
        </button>
      </form>
    </details>
  );
}

/** What goes onto paper: the day by its slots, with room for a tick. */
function Sheet(props: { date: string; tickets: Ticket[]; titles: Record<string, string> }) {
  const byNumber = [...props.tickets].sort((one, other) => one.ticket.localeCompare(other.ticket));
  return (
    <section class="sheet" aria-label="Danh sách để in">
      <h2>Danh sách ngày {shown(props.date)}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Số</th>
            <th scope="col">Họ tên</th>
            <th scope="col">Số định danh</th>
            <th scope="col">Thủ tục</th>
            <th scope="col">Đã đến</th>
            <th scope="col">Đã xong</th>
          </tr>
        </thead>
        <tbody>
          {byNumber.map((each) => (
            <tr key={each.ticket}>
              <th scope="row">{each.ticket}</th>
              <td>{each.fullName ?? ""}</td>
              <td>{each.personalId ?? ""}</td>
              <td>{each.procedure ? (props.titles[each.procedure] ?? each.procedure) : ""}</td>
              <td>{clock(each.checkedInAt)}</td>
              <td>{clock(each.servedAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Day({ tickets, act }: { tickets: Ticket[]; act: (ticket: string, what: Act, of?: TicketState) => void }) {
  const waiting = tickets.filter((each) => each.state === "waiting").length;
  return (
    <section class="list" aria-label="Phiếu trong ngày">
      <h2>
        {waiting} người đang chờ, {tickets.length} phiếu trong ngày
      </h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Số</th>
            <th scope="col">Họ tên</th>
            <th scope="col">Số định danh</th>
            <th scope="col">Trạng thái</th>
            <th scope="col">Đến lúc</th>
            <th scope="col" class="screen-only">
              Việc
            </th>
          </tr>
        </thead>
        <tbody>
          {tickets.map((each) => (
            <tr key={each.ticket} class={each.state}>
              <th scope="row">{each.ticket}</th>
              <td>
                {each.fullName ?? "—"}
                {each.slotClosed && <strong class="closed"> Giờ này đã đóng: gọi {phone(each.phone)}</strong>}
              </td>
              <td>{each.personalId ?? ""}</td>
              <td>
                {STATES[each.state]}
                {each.state === "called" && ` ở quầy ${each.counter}`}
              </td>
              <td>{clock(each.checkedInAt)}</td>
              <td class="screen-only">
                {(each.state === "parked" || each.state === "no_show") && (
                  <button type="button" onClick={() => act(each.ticket, "return")}>
                    Trở lại hàng<span class="heard"> số {each.ticket}</span>
                  </button>
                )}
                {each.state === "waiting" && each.calledAt === null && (
                  <button type="button" onClick={() => act(each.ticket, "undo", "waiting")}>
                    Chưa đến<span class="heard"> số {each.ticket}</span>
                  </button>
                )}
                {each.state === "served" && (
                  <button type="button" onClick={() => act(each.ticket, "undo", "served")}>
                    Hoàn tác<span class="heard"> số {each.ticket}</span>
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function words(refused: unknown): string {
  return refused instanceof Refused ? refused.message : UNSURE;
}

const root = document.getElementById("root");
if (root) {
  readConfig()
    .then(async (config) => {
      const grant = granted(); // first: the pool's sign-in comes back with a code too
      await comeBack(config);
      render(<App config={config} grant={grant} />, root);
    })
    .catch(() => render(<p role="alert">Trang chưa được cài đặt: thiếu config.json.</p>, root));
}
