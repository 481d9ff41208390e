import { isActive, readAppointments, STATUS } from "../appointments";
import { recall } from "../saved";
import { Go, useGo } from "../ui/go";
import { Shown } from "../ui/notice";
import { Screen } from "../ui/screen";
import { useAnswer } from "../ui/use-answer";
import { useReturn } from "../ui/use-phone";
import { hour, longDate } from "../words";

/** Every appointment, those to come first. */
export default function Appointments() {
  const found = useAnswer(readAppointments, "");
  useReturn(found.again);
  const go = useGo();
  const shown = { ...found, data: found.data ?? recall("appointments") };
  return (
    <Screen title="Lịch hẹn của tôi">
      <Shown answer={shown}>
        {({ bookings }) => (
          <>
            {bookings.length === 0 && <p>Bạn chưa có lịch hẹn nào.</p>}
            <ul className="choices">
              {[...bookings]
                .sort((a, b) => Number(isActive(b)) - Number(isActive(a)) || b.start.localeCompare(a.start))
                .map((each) => (
                  <li key={each.id}>
                    <button type="button" onClick={() => go("/phieu-hen", { bookingId: each.id })}>
                      <strong>
                        {hour(each.start)} {longDate(each.start)}
                      </strong>
                      <span>
                        {each.applicant.fullName}
                        {each.ticket && ` · số ${each.ticket}`}
                      </span>
                      <span className="small">{STATUS[each.status]}</span>
                    </button>
                  </li>
                ))}
            </ul>
            <Go to="/dat-lich">Đặt lịch mới</Go>
          </>
        )}
      </Shown>
    </Screen>
  );
}
