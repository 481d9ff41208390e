import { useState } from "react";
import { useLocation } from "react-router-dom";
import { Button } from "zmp-ui";
import { type Declaration, mine, told } from "../api/client";
import { refusal } from "../api/problem";
import { carryAsCitizen } from "../api/session";
import { changePlan, currentPlan } from "../plan";
import { drop, recall } from "../saved";
import { type About, Go, useGo } from "../ui/go";
import { Shown, Source, Trouble } from "../ui/notice";
import { Papers } from "../ui/papers";
import { Screen } from "../ui/screen";
import { useAnswer, useWork } from "../ui/use-answer";
import { date, dong, hour, longDate } from "../words";
import { save } from "../zalo";

const STATUS: Record<Declaration["status"], string> = { draft: "Bản nháp", submitted: "Đã gửi", withdrawn: "Đã rút" };

/** The citizen's declarations, or one of them: its checklist, its cost, its paper. */
export default function Declarations() {
  const { state } = useLocation();
  const id = (state as About | null)?.declarationId ?? "";
  const found = useAnswer<Declaration[]>(
    async () =>
      id
        ? [await told(mine.GET("/declarations/{declarationId}", { params: { path: { declarationId: id } } }))]
        : (await told(mine.GET("/declarations"))).items,
    id,
  );
  return (
    <Screen title={id ? "Tờ khai đã lưu" : "Tờ khai của tôi"}>
      <Shown answer={found}>
        {(all) =>
          all.length === 0 ? (
            <>
              <p>Bạn chưa có tờ khai nào.</p>
              <Go to="/khai">Khai tờ khai</Go>
            </>
          ) : (
            all.map((each) => <One key={each.id} declaration={each} whole={id !== ""} changed={found.again} />)
          )
        }
      </Shown>
    </Screen>
  );
}

function One({ declaration, whole, changed }: { declaration: Declaration; whole: boolean; changed: () => void }) {
  const go = useGo();
  const work = useWork();
  const [asking, setAsking] = useState<"withdraw" | "erase" | null>(null);
  const path = { declarationId: declaration.id };
  const name = typeof declaration.data.fullName === "string" ? declaration.data.fullName : "Chưa ghi tên";
  const edit = () => {
    changePlan({
      procedure: declaration.procedure,
      ...(declaration.officeId ? { officeId: declaration.officeId, officeName: "" } : {}),
    });
    go("/khai", { declarationId: declaration.id });
  };
  const withdraw = () =>
    work.start(async () => {
      await told(mine.POST("/declarations/{declarationId}/withdraw", { params: { path } }));
      setAsking(null);
      changed();
    });
  const erase = () =>
    work.start(async () => {
      await told(mine.DELETE("/declarations/{declarationId}", { params: { path } }));
      forgetHere(declaration);
      go("/to-khai", {}, true);
      changed();
    });
  return (
    <section className="box" aria-label={`Tờ khai của ${name}`}>
      <h2>{name}</h2>
      <p>
        {STATUS[declaration.status]}
        {declaration.submittedAt && ` lúc ${hour(declaration.submittedAt)} ${longDate(declaration.submittedAt)}`}. Tự
        xoá ngày {date(declaration.keptUntil)}.
      </p>
      {whole && <Result declaration={declaration} />}
      {declaration.status === "submitted" && (
        <Button
          fullWidth
          onClick={() => {
            changePlan({ procedure: declaration.procedure, declarationId: declaration.id });
            go("/dat-lich");
          }}
        >
          Chọn ngày giờ
        </Button>
      )}
      {!whole && (
        <Go to="/to-khai" about={{ declarationId: declaration.id }} variant="secondary">
          Xem giấy tờ cần mang
        </Go>
      )}
      <Print declaration={declaration} />
      {declaration.status !== "withdrawn" && (
        <Button fullWidth variant="secondary" onClick={edit}>
          {declaration.status === "draft" ? "Khai tiếp" : "Sửa tờ khai"}
        </Button>
      )}
      {declaration.status === "submitted" && (
        <Button fullWidth variant="tertiary" onClick={() => setAsking("withdraw")}>
          Rút tờ khai
        </Button>
      )}
      <Button fullWidth variant="tertiary" type="danger" onClick={() => setAsking("erase")}>
        Xoá tờ khai
      </Button>
      {asking && (
        <div className="box" role="alert">
          <p>
            {asking === "withdraw"
              ? "Rút tờ khai? Lịch hẹn đã đặt vẫn còn, nhưng cơ quan sẽ không có thông tin khai trước."
              : "Xoá hẳn tờ khai này? Việc này không hoàn tác được."}
          </p>
          <Button fullWidth loading={work.busy} onClick={asking === "withdraw" ? withdraw : erase}>
            {asking === "withdraw" ? "Đồng ý rút" : "Đồng ý xoá"}
          </Button>
          <Button fullWidth variant="secondary" onClick={() => setAsking(null)}>
            Không
          </Button>
        </div>
      )}
      {work.problem && <Trouble problem={work.problem} />}
    </section>
  );
}

function Result({ declaration }: { declaration: Declaration }) {
  return (
    <>
      {declaration.warnings.length > 0 && (
        <div className="box doubt-box">
          <strong>Xin xem lại</strong>
          <ul>
            {declaration.warnings.map((each) => (
              <li key={`${each.field} ${each.code}`}>{each.message}</li>
            ))}
          </ul>
        </div>
      )}
      <h3>Giấy tờ mang theo</h3>
      <Papers papers={declaration.documentsToBring} />
      {declaration.fee && (
        <>
          <h3>Lệ phí</h3>
          <p>
            {declaration.fee.amount !== null && <strong>{dong(declaration.fee.amount)}. </strong>}
            {declaration.fee.text}
          </p>
          <Source text={declaration.fee.source} note={declaration.fee.confidenceNote} />
        </>
      )}
      {declaration.processingTime && (
        <>
          <h3>Bao lâu có thẻ</h3>
          <p>{declaration.processingTime.text}</p>
          <Source text={declaration.processingTime.source} />
        </>
      )}
    </>
  );
}

/** The printable copy, saved on the phone. It is fetched with the session: a PDF has no address of its own. */
function Print({ declaration }: { declaration: Declaration }) {
  const work = useWork();
  const [saved, setSaved] = useState(false);
  const print = () =>
    work.start(async () => {
      const address = `${__API__ || location.origin}/declarations/${encodeURIComponent(declaration.id)}/print`;
      const response = await carryAsCitizen(new Request(address));
      if (!response.ok) throw await refusal(response);
      await save(await response.blob(), "to-khai.pdf");
      setSaved(true);
    });
  return (
    <>
      <Button fullWidth variant="secondary" loading={work.busy} onClick={print}>
        Tải bản in (PDF)
      </Button>
      <div role="status">{saved && <p>Đã lưu tờ khai vào máy.</p>}</div>
      {work.problem && <Trouble problem={work.problem} again={print} />}
    </>
  );
}

/** What is erased on the server is erased on the phone too: its draft, and where it was about to be used. */
function forgetHere(declaration: Declaration): void {
  const draft = recall(`draft:${declaration.procedure}`);
  if (draft?.declaration?.id === declaration.id) drop(`draft:${declaration.procedure}`);
  if (recall("applicant")?.declarationId === declaration.id) drop("applicant");
  if (currentPlan().declarationId === declaration.id) changePlan({ declarationId: null });
}
