import { useEffect, useState } from "react";
import { Button } from "zmp-ui";
import appConfig from "../../app-config.json";
import { type Booking, mine, type Office, open, told } from "../api/client";
import { isActive, nextOf, readAppointments, STATUS } from "../appointments";
import { now } from "../clock";
import { changePlan, currentPlan, usePlan } from "../plan";
import { recall } from "../saved";
import { Go, useGo } from "../ui/go";
import { Shown, Trouble } from "../ui/notice";
import { Screen } from "../ui/screen";
import { type Answer, useAnswer, useWork } from "../ui/use-answer";
import { useNow, useReturn } from "../ui/use-phone";
import { hour, longDate, minutesAndSeconds, until } from "../words";
import { call, follow, leave } from "../zalo";

export default function Home() {
  const appointments = useAnswer(readAppointments, "");
  useReturn(appointments.again);
  const known = appointments.data ?? recall("appointments");
  const instant = useNow(now, 1000);
  const next = known && nextOf(known.bookings, instant);
  const more = known ? known.bookings.filter((each) => isActive(each) && each !== next).length : 0;
  const plan = usePlan();
  const officeId = plan.officeId;
  const office = useAnswer<Office | null>(
    async () => (officeId ? told(open.GET("/offices/{officeId}", { params: { path: { officeId } } })) : null),
    officeId,
  );
  const officeName = office.data?.name;
  useEffect(() => {
    if (officeName && officeName !== currentPlan().officeName) changePlan({ officeName });
  }, [officeName]);
  return (
    <Screen title={appConfig.app.title} back={false}>
      {appointments.problem && !known && <Trouble problem={appointments.problem} again={appointments.again} />}
      {next ? (
        <Next booking={next} office={known.offices[next.officeId] ?? null} instant={instant} />
      ) : (
        <p className="lead">Làm căn cước không phải chờ: xem giấy tờ, khai trước, chọn giờ rồi đến.</p>
      )}
      {more > 0 && (
        <Go to="/lich-hen" variant="secondary">
          Xem thêm {more} lịch hẹn
        </Go>
      )}
      <Doors office={office.data} />
      <MyOffice chosen={plan.officeId !== ""} office={office} />
      <nav className="links" aria-label="Mục khác">
        <Go to="/lich-hen" variant="tertiary">
          Lịch hẹn của tôi
        </Go>
        <Go to="/to-khai" variant="tertiary">
          Tờ khai của tôi
        </Go>
        <Go to="/du-lieu" variant="tertiary">
          Dữ liệu của tôi
        </Go>
      </nav>
    </Screen>
  );
}

function Next({ booking, office, instant }: { booking: Booking; office: Office | null; instant: number }) {
  return (
    <section className="box next" aria-labelledby="next">
      <h2 id="next">Lịch hẹn sắp tới</h2>
      {booking.ticket && (
        <p className="number">
          <span className="small">Số thứ tự</span> {booking.ticket}
        </p>
      )}
      <p>
        <strong>
          {hour(booking.start)} {longDate(booking.start)}
        </strong>{" "}
        ({until(booking.start, instant)})
      </p>
      {office && <p>{office.name}</p>}
      {booking.closed ? (
        <p className="error">Cơ quan không làm việc giờ này. Mời bạn chọn giờ khác.</p>
      ) : (
        <p>{STATUS[booking.status]}</p>
      )}
      {booking.status === "held" && booking.holdExpiresAt && (
        <p>Còn {minutesAndSeconds(Date.parse(booking.holdExpiresAt) - instant)} để xác nhận.</p>
      )}
      {booking.peopleAhead !== null && <p>Trước bạn còn {booking.peopleAhead} người.</p>}
      <Go to="/phieu-hen" about={{ bookingId: booking.id }}>
        {booking.status === "held" ? "Xác nhận ngay" : "Xem phiếu hẹn"}
      </Go>
    </section>
  );
}

/** The four doors of the Official Account's menu. */
function Doors({ office }: { office: Office | null }) {
  const go = useGo();
  const following = useWork();
  const [none, setNone] = useState(false);
  const account = office?.officialAccount ?? null;
  const [followed, setFollowed] = useState<string | null>(null);
  const quanTam = () => {
    if (!office || !account) return setNone(true);
    following.start(async () => {
      // What Zalo has told our server; where it cannot say, Zalo itself is asked.
      const path = { officeId: office.id };
      const known = await told(mine.GET("/offices/{officeId}/following", { params: { path } })).catch(() => null);
      if (known?.follows) return setFollowed(office.id);
      const asked = known?.account ?? account;
      // Where Zalo cannot ask inside the app, its own page does.
      await follow(asked.id).catch(() => leave(asked.followUrl));
    });
  };
  return (
    <>
      <nav className="doors" aria-label="Dịch vụ">
        <Door name="Cấp CCCD" hint="Giấy tờ, lệ phí, tờ khai" onClick={() => go("/thu-tuc")} />
        <Door name="Bấm số CCCD" hint="Chọn ngày giờ đến làm" onClick={() => go("/dat-lich")} />
        <Door name="Hỏi đáp CCCD" hint="Tìm câu trả lời" onClick={() => go("/hoi-dap")} />
        <Door name="Quan tâm" hint="Nhận tin từ cơ quan" onClick={quanTam} />
      </nav>
      {following.problem && <Trouble problem={following.problem} />}
      <div role="status">
        {none && (
          <p>{office ? `${office.name} chưa có trang Zalo để quan tâm.` : "Bạn chọn cơ quan ở dưới trước nhé."}</p>
        )}
        {followed !== null && followed === office?.id && (
          <p>Bạn đã quan tâm trang Zalo của cơ quan. Tin về lịch hẹn sẽ đến trong Zalo.</p>
        )}
      </div>
    </>
  );
}

function Door({ name, hint, onClick }: { name: string; hint: string; onClick: () => void }) {
  return (
    <button type="button" className="door" onClick={onClick}>
      <strong>{name}</strong>
      <span>{hint}</span>
    </button>
  );
}

function MyOffice({ chosen, office }: { chosen: boolean; office: Answer<Office | null> }) {
  if (!chosen) {
    return (
      <section className="box">
        <h2>Cơ quan Công an</h2>
        <p>Bạn chưa chọn nơi làm thẻ.</p>
        <Go to="/co-quan">Tìm cơ quan của tôi</Go>
      </section>
    );
  }
  return (
    <section className="box" aria-labelledby="office">
      <h2 id="office">Cơ quan của bạn</h2>
      <Shown answer={office}>{(found) => (found ? <About office={found} /> : null)}</Shown>
      <Go to="/co-quan" variant="secondary">
        Chọn cơ quan khác
      </Go>
    </section>
  );
}

function About({ office }: { office: Office }) {
  return (
    <>
      <p>
        <strong>{office.name}</strong>
        <br />
        {office.address}
      </p>
      {office.notices.length > 0 && (
        <ul className="notices">
          {office.notices.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      )}
      <dl className="hours">
        {office.openingHours.map((each) => (
          <div key={each.days}>
            <dt>{each.days}</dt>
            <dd>{each.hours}</dd>
          </div>
        ))}
      </dl>
      {office.phone && (
        <Button fullWidth variant="secondary" onClick={() => call(office.phone ?? "").catch(() => undefined)}>
          Gọi {office.phone}
        </Button>
      )}
    </>
  );
}
