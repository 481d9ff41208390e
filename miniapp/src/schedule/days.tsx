import { useEffect, useState } from "react";
import { type Availability, type Day, open, type Slot, told } from "../api/client";
import { Shown } from "../ui/notice";
import { useAnswer } from "../ui/use-answer";
import { useReturn } from "../ui/use-phone";
import { date, hour, longDate } from "../words";

const DAYS = 7;
const FRESH = 30_000; // milliseconds after which the seats are asked for again

type Seats = ReturnType<typeof useSeats>;

/** The days of an office and their seats, asked for again every half minute and when the app comes back. */
export function useSeats(officeId: string, residence: "permanent" | "temporary") {
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

export function Days({
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
