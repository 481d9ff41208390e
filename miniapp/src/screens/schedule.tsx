import { useEffect, useState } from "react";
import { useLocation, useSearchParams } from "react-router-dom";
import { Button } from "zmp-ui";
import {
  type Booking,
  type Declaration,
  type HoldRequest,
  mine,
  type Office,
  open,
  type Slot,
  told,
} from "../api/client";
import { press } from "../api/press";
import { note } from "../appointments";
import { changePlan, currentPlan, usePlan } from "../plan";
import { drop, recall, remember } from "../saved";
import { type Applicant, applicantOf, FromDeclaration, NOBODY, type Typed } from "../schedule/applicant";
import { Days, useSeats } from "../schedule/days";
import { Refused } from "../schedule/refused";
import { Choice, TextField } from "../ui/field";
import { type About, Go, useGo } from "../ui/go";
import { Shown } from "../ui/notice";
import { Screen } from "../ui/screen";
import { holdSeat } from "../ui/seat";
import { useAnswer, useWork } from "../ui/use-answer";
import { hour, longDate } from "../words";

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
