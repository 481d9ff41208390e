import { useEffect, useState } from "react";
import { useLocation, useSearchParams } from "react-router-dom";
import { Button } from "zmp-ui";
import {
  type Availability,
  type Booking,
  type Day,
  type Declaration,
  type HoldRequest,
  mine,
  type Office,
  open,
  type Slot,
  told,
} from "../api/client";
import { press } from "../api/press";
import type { Problem } from "../api/problem";
import { sharePhone } from "../api/session";
import { note } from "../appointments";
import { changePlan, currentPlan, usePlan } from "../plan";
import { drop, recall, remember } from "../saved";
import { Choice, Group, Pick, TextField } from "../ui/field";
import { type About, Go, useGo } from "../ui/go";
import { Shown, Trouble } from "../ui/notice";
import { Screen } from "../ui/screen";
import { Alternatives, holdSeat } from "../ui/seat";
import { useAnswer, useReturn, useWork } from "../ui/use-answer";
import { date, hour, longDate, phone, writtenDate } from "../words";

const DAYS = 7;
const FRESH = 30_000; // milliseconds after which the seats are asked for again

type Applicant = HoldRequest["applicant"];
type Typed = { declarationId: string | null; applicant: Applicant };
const NOBODY: Applicant = { fullName: "", personalId: "", dateOfBirth: "", phone: "" };

/** Choose a day and a time: to hold a seat, or to move an appointment (`moving` in the screen's state). */
export default function Schedule() {
  const plan = usePlan();
  const { state } = useLocation();
  const linked = useSearchParams()[0].get("procedure");
  // A button of the chat names its procedure.
  useEffect(() => {
    if (linked && linked !== currentPlan().procedure) changePlan({ procedure: linked, declarationId: null });
  }, [linked]);
  const moving = (state as About | null)?.moving ?? null;
  return (
    <Screen title={moving ? "Đổi ngày giờ" : "Chọn ngày giờ"}>
      {moving ? (
        <Moving bookingId={moving} />
      ) : plan.officeId ? (
        <Holding officeId={plan.officeId} />
      ) : (
        <>
          <p>Bạn chọn nơi đến làm trước nhé.</p>
          <Go to="/co-quan" about={{ afterwards: "/dat-lich" }}>
            Tìm cơ quan
          </Go>
        </>
      )}
    </Screen>
  );
}

function Holding({ officeId }: { officeId: string }) {
  const plan = usePlan();
  const go = useGo();
  const office = useAnswer<Office>(
    () => told(open.GET("/offices/{officeId}", { params: { path: { officeId } } })),
    officeId,
  );
  const [slot, setSlot] = useState<Slot | null>(null);
  // What is typed outlives the screen and the app, until a seat is held with it.
  const [typed, setTyped] = useState<Typed>({ declarationId: null, applicant: NOBODY });
  const { declarationId, applicant } = typed;
  const work = useWork();
  const seats = useSeats(officeId, plan.residence);
  // Asked for before a slot is chosen, so that nothing is filled in over what somebody types.
  const declarations = useAnswer(async () => (await told(mine.GET("/declarations"))).items, "");
  const usable =
    declarations.data?.filter((each) => each.status === "submitted" && each.procedure === plan.procedure) ?? [];
  const put = (next: Typed) => {
    setTyped(next);
    remember("applicant", next);
  };
  const fillIn = (declaration: Declaration | null) =>
    put({ declarationId: declaration?.id ?? null, applicant: declaration ? applicantOf(declaration) : NOBODY });
  // biome-ignore lint/correctness/useExhaustiveDependencies: filled in once for each list, not while somebody types.
  useEffect(() => {
    if (!declarations.data) return;
    const preferred = usable.find((each) => each.id === plan.declarationId);
    const before = recall("applicant");
    const isThere =
      before && (before.declarationId === null || usable.some((each) => each.id === before.declarationId));
    if (isThere && (!preferred || before.declarationId === preferred.id)) setTyped(before);
    else fillIn(preferred ?? usable[0] ?? null);
  }, [declarations.data, plan.procedure]);
  const hold = (start: string) =>
    work.start(async () => {
      const request: HoldRequest = {
        officeId,
        procedure: plan.procedure,
        start,
        applicant,
        ...(declarationId ? { declarationId } : {}),
      };
      try {
        const booking = await holdSeat(request);
        if (booking) drop("applicant");
        if (booking) go("/phieu-hen", { bookingId: booking.id }, true);
      } catch (problem) {
        seats.again();
        throw problem;
      }
    });
  const error = (field: string) => work.problem?.errors.find((each) => each.field === `applicant.${field}`)?.message;
  const set = (part: Partial<Applicant>) => put({ declarationId, applicant: { ...applicant, ...part } });
  return (
    <Shown answer={office}>
      {(found) => (
        <>
          <p>
            <strong>{found.name}</strong>
          </p>
          <Go to="/co-quan" about={{ afterwards: "/dat-lich" }} variant="tertiary">
            Chọn cơ quan khác
          </Go>
          {!found.bookable ? (
            <Elsewhere office={found} />
          ) : (
            <>
              <Choice
                label="Việc cần làm"
                value={plan.procedure}
                options={found.procedures.map((each) => ({ value: each.code, label: each.title }))}
                onChange={(procedure) => procedure && changePlan({ procedure, declarationId: null })}
              />
              <Days seats={seats} chosen={slot} onChoose={setSlot} />
              {slot && !declarations.data && <Shown answer={declarations}>{() => null}</Shown>}
              {slot && declarations.data && (
                <section aria-labelledby="who">
                  <h2 id="who">Người làm thẻ</h2>
                  <FromDeclaration usable={usable} chosen={declarationId} onChoose={fillIn} />
                  <TextField
                    label="Họ, chữ đệm và tên"
                    required
                    value={applicant.fullName}
                    error={error("fullName")}
                    onChange={(fullName) => set({ fullName })}
                  />
                  <TextField
                    label="Số định danh cá nhân"
                    help="12 chữ số, in trên thẻ hoặc giấy khai sinh."
                    required
                    inputMode="numeric"
                    value={applicant.personalId}
                    error={error("personalId")}
                    onChange={(personalId) => set({ personalId })}
                  />
                  <TextField
                    label="Ngày, tháng, năm sinh"
                    help="Ví dụ 20/05/1990. Giấy tờ chỉ ghi năm thì ghi năm, ví dụ 1950."
                    required
                    value={applicant.dateOfBirth}
                    error={error("dateOfBirth")}
                    onChange={(dateOfBirth) => set({ dateOfBirth })}
                  />
                  <TextField
                    label="Số điện thoại"
                    type="tel"
                    required
                    value={applicant.phone}
                    error={error("phone")}
                    onChange={(number) => set({ phone: number })}
                  />
                  {work.problem && (
                    <Refused
                      problem={work.problem}
                      hold={hold}
                      again={() => hold(slot.start)}
                      phoneShared={(number) => set({ phone: number })}
                    />
                  )}
                  <Button fullWidth loading={work.busy} onClick={() => hold(slot.start)}>
                    Giữ chỗ {hour(slot.start)} {longDate(slot.start)}
                  </Button>
                </section>
              )}
            </>
          )}
        </>
      )}
    </Shown>
  );
}

function applicantOf({ data }: Declaration): Applicant {
  const text = (name: string) => (typeof data[name] === "string" ? (data[name] as string) : "");
  return {
    fullName: text("fullName"),
    personalId: text("personalId"),
    dateOfBirth: writtenDate(text("dateOfBirth")),
    phone: phone(text("phone")),
  };
}

/** Whose card: a declaration that was submitted, or somebody without one. */
function FromDeclaration({
  usable,
  chosen,
  onChoose,
}: {
  usable: readonly Declaration[];
  chosen: string | null;
  onChoose: (declaration: Declaration | null) => void;
}) {
  if (usable.length === 0) return null;
  return (
    <Group id="declaration" label="Lấy thông tin từ">
      {usable.map((each) => (
        <Pick
          key={each.id}
          name="declaration"
          label={`Tờ khai của ${String(each.data.fullName ?? "")}`}
          checked={chosen === each.id}
          onChange={() => onChoose(each)}
        />
      ))}
      <Pick
        name="declaration"
        label="Người khác, chưa có tờ khai"
        checked={chosen === null}
        onChange={() => onChoose(null)}
      />
    </Group>
  );
}

/** A refused hold, with what helps: other times in one tap, the appointment that is there, a proven phone number. */
function Refused({
  problem,
  hold,
  again,
  phoneShared,
}: {
  problem: Problem;
  hold: (start: string) => void;
  again: () => void;
  phoneShared?: (number: string) => void;
}) {
  const go = useGo();
  const sharing = useWork();
  const there = problem.body.booking as { id: string } | undefined;
  const share = () =>
    sharing.start(async () => {
      const number = phone(await sharePhone());
      phoneShared?.(number);
    });
  return (
    <Trouble problem={problem} {...(problem.unsettled ? { again } : {})}>
      <Alternatives problem={problem} hold={hold} />
      {there && (
        <Button fullWidth onClick={() => go("/phieu-hen", { bookingId: there.id })}>
          Xem lịch hẹn đang có
        </Button>
      )}
      {problem.code === "too_many_bookings" && (
        <>
          <Button fullWidth loading={sharing.busy} onClick={share}>
            Chia sẻ số điện thoại Zalo
          </Button>
          <Go to="/lich-hen" variant="secondary">
            Xem lịch hẹn của tôi
          </Go>
          {sharing.problem && <Trouble problem={sharing.problem} />}
        </>
      )}
    </Trouble>
  );
}

function Elsewhere({ office }: { office: Office }) {
  return (
    <>
      <p>
        {office.name} chưa nhận đặt lịch qua Zalo.{office.elsewhere.length > 0 && " Bạn có thể đến:"}
      </p>
      <ul className="choices">
        {office.elsewhere.map((each) => (
          <li key={each.id}>
            <button type="button" onClick={() => changePlan({ officeId: each.id, officeName: each.name })}>
              {each.name}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function Moving({ bookingId }: { bookingId: string }) {
  const go = useGo();
  const plan = usePlan();
  const [slot, setSlot] = useState<Slot | null>(null);
  const work = useWork();
  const booking = useAnswer<Booking>(
    () => told(mine.GET("/bookings/{bookingId}", { params: { path: { bookingId } } })),
    bookingId,
  );
  const seats = useSeats(booking.data?.officeId ?? "", plan.residence);
  const move = (start: string) =>
    work.start(async () => {
      try {
        const moved = await press("move", { bookingId, start }, (key) =>
          told(
            mine.POST("/bookings/{bookingId}/reschedule", {
              params: { path: { bookingId }, header: { "Idempotency-Key": key } },
              body: { start },
            }),
          ),
        );
        if (moved) {
          note(moved);
          go("/phieu-hen", { bookingId: moved.id }, true);
        }
      } catch (problem) {
        seats.again();
        throw problem;
      }
    });
  return (
    <Shown answer={booking}>
      {(found) => (
        <>
          <p>
            Lịch đang có: {hour(found.start)} {longDate(found.start)}. Chỗ cũ chỉ mất khi đổi xong.
          </p>
          <Days seats={seats} chosen={slot} onChoose={setSlot} />
          {work.problem && <Refused problem={work.problem} hold={move} again={() => slot && move(slot.start)} />}
          {slot && (
            <Button fullWidth loading={work.busy} onClick={() => move(slot.start)}>
              Đổi sang {hour(slot.start)} {longDate(slot.start)}
            </Button>
          )}
        </>
      )}
    </Shown>
  );
}

type Seats = ReturnType<typeof useSeats>;

/** The days of an office and their seats, asked for again every half minute and when the app comes back. */
function useSeats(officeId: string, residence: "permanent" | "temporary") {
  const found = useAnswer<Availability | null>(
    async () =>
      officeId
        ? told(
            open.GET("/offices/{officeId}/slots", { params: { path: { officeId }, query: { days: DAYS, residence } } }),
          )
        : null,
    `${officeId} ${residence}`,
  );
  const { again } = found;
  useReturn(again);
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && again(), FRESH);
    return () => clearInterval(timer);
  }, [again]);
  return found;
}

function Days({
  seats,
  chosen,
  onChoose,
}: {
  seats: Seats;
  chosen: Slot | null;
  onChoose: (slot: Slot | null) => void;
}) {
  const [day, setDay] = useState<string | null>(null);
  return (
    <Shown answer={seats} what="Đang xem còn chỗ nào…">
      {(found) => {
        const days = found?.days ?? [];
        const shown = days.find((each) => each.date === day) ?? days.find((each) => left(each) > 0) ?? days[0];
        return (
          <>
            <h2 id="days">Ngày</h2>
            <ul className="days" aria-labelledby="days">
              {days.map((each) => (
                <li key={each.date}>
                  <button
                    type="button"
                    aria-pressed={each === shown}
                    onClick={() => {
                      setDay(each.date);
                      onChoose(null);
                    }}
                  >
                    <strong>{each.weekday}</strong>
                    <span>{date(each.date).slice(0, 5)}</span>
                    <span className="small">
                      {each.closed ? "Không nhận" : left(each) > 0 ? `${left(each)} chỗ` : "Hết chỗ"}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
            {shown && <Slots day={shown} chosen={chosen} onChoose={onChoose} />}
          </>
        );
      }}
    </Shown>
  );
}

function Slots({ day, chosen, onChoose }: { day: Day; chosen: Slot | null; onChoose: (slot: Slot) => void }) {
  if (day.closed) return <p className="box">{day.closed.reason}</p>;
  return (
    <>
      <h2 id="slots">Giờ ngày {longDate(day.date)}</h2>
      {day.drawAt && (
        <p className="box">
          Ngày này được xếp chỗ chung lúc {hour(day.drawAt)} {longDate(day.drawAt)}. Bạn gửi nguyện vọng trước giờ đó;
          gửi sớm hay muộn đều như nhau.
        </p>
      )}
      {day.moreSeatsOn && <p>Thêm chỗ được mở ngày {date(day.moreSeatsOn)}.</p>}
      <ul className="slots" aria-labelledby="slots">
        {day.slots.map((each) => (
          <li key={each.start}>
            <button type="button" aria-pressed={chosen?.start === each.start} onClick={() => onChoose(each)}>
              <strong>{hour(each.start)}</strong>
              <span className="small">{each.seatsLeft > 0 ? `còn ${each.seatsLeft}` : "hết chỗ"}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function left(day: Day): number {
  return day.slots.reduce((sum, each) => sum + each.seatsLeft, 0);
}
