import { useEffect, useState } from "react";
import { useLocation } from "react-router-dom";
import { type OfficeSummary, type Offices, open, told } from "../api/client";
import { changePlan, usePlan } from "../plan";
import { TextField } from "../ui/field";
import { type About, useGo } from "../ui/go";
import { Shown } from "../ui/notice";
import { Screen } from "../ui/screen";
import { useAnswer } from "../ui/use-answer";

const PAUSE = 350; // milliseconds without a letter before the search goes out

export default function FindOffice() {
  const plan = usePlan();
  const [typed, setTyped] = useState("");
  const query = useSettled(typed.trim(), PAUSE);
  const { state } = useLocation();
  const go = useGo();
  const found = useAnswer<Offices>(
    () => told(open.GET("/offices", { params: { query: { q: query, limit: 12 } } })),
    query,
  );
  const choose = (office: OfficeSummary) => {
    changePlan({ officeId: office.id, officeName: office.name });
    go((state as About | null)?.afterwards ?? "/", {}, true);
  };
  return (
    <Screen title="Tìm cơ quan Công an">
      <TextField
        label="Phường, xã, quận, huyện hoặc tỉnh"
        help="Gõ không dấu cũng được; tên cũ trước tháng 7/2025 cũng được."
        type="search"
        value={typed}
        onChange={setTyped}
      />
      {plan.officeName && !query && <p>Lần trước bạn chọn: {plan.officeName}</p>}
      <Shown answer={found} what="Đang tìm…">
        {(page) => (
          <>
            <p role="status">
              {page.message ?? (query ? `${page.items.length} cơ quan phù hợp nhất` : "Một số cơ quan")}
            </p>
            <ul className="choices">
              {page.items.map((each) => (
                <li key={each.id}>
                  <button type="button" onClick={() => choose(each)}>
                    <strong>{each.name}</strong>
                    <span>{each.address}</span>
                    {!each.bookable && <span className="small">Chưa nhận đặt lịch qua Zalo</span>}
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
      </Shown>
    </Screen>
  );
}

/** The value once it has not changed for that many milliseconds. */
export function useSettled<T>(value: T, pause: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pause);
    return () => clearTimeout(timer);
  }, [value, pause]);
  return settled;
}
