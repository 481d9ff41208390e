import { useEffect } from "react";
import { useLocation, useParams } from "react-router-dom";
import { open, type Procedure, type Procedures, type Residence, told } from "../api/client";
import { nextOf } from "../appointments";
import { now } from "../clock";
import { changePlan, currentPlan, usePlan } from "../plan";
import { recall } from "../saved";
import { Choice, Group, Pick } from "../ui/field";
import { Go } from "../ui/go";
import { Shown, Source } from "../ui/notice";
import { Papers } from "../ui/papers";
import { Screen } from "../ui/screen";
import { useAnswer } from "../ui/use-answer";
import { date, dong } from "../words";

/** What to bring, fee, time, place, benefits: as of the day of the appointment, or of today where there is none. */
export default function WhatToBring() {
  const plan = usePlan();
  const { key } = useLocation();
  const next = nextOf(recall("appointments")?.bookings ?? [], now());
  const on = next && next.procedure === plan.procedure ? next.start.slice(0, 10) : null;
  const list = useAnswer<Procedures>(
    () => told(open.GET("/procedures", { params: { query: on ? { on } : {} } })),
    `${on} ${key}`,
  );
  // A button of the chat leads to one procedure, and by it to how its citizens are registered.
  const { linked } = useParams();
  const target = list.data?.items.find((each) => each.code === linked);
  useEffect(() => {
    if (target) changePlan({ procedure: target.code, residence: target.residence, declarationId: null });
  }, [target]);
  const offered = list.data?.items.filter((each) => each.residence === plan.residence) ?? [];
  const code = offered.some((each) => each.code === plan.procedure) ? plan.procedure : (offered[0]?.code ?? "");
  useEffect(() => {
    if (code && code !== currentPlan().procedure) changePlan({ procedure: code, declarationId: null });
  }, [code]);
  const one = useAnswer<Procedure | null>(
    async () =>
      code ? told(open.GET("/procedures/{code}", { params: { path: { code }, query: on ? { on } : {} } })) : null,
    `${code} ${on}`,
  );
  const live = (residence: Residence) => () => changePlan({ residence });
  return (
    <Screen title="Cấp CCCD: cần mang gì">
      <Group id="residence" label="Nơi bạn nộp là nơi bạn">
        <Pick
          name="residence"
          label="Thường trú"
          checked={plan.residence === "permanent"}
          onChange={live("permanent")}
        />
        <Pick name="residence" label="Tạm trú" checked={plan.residence === "temporary"} onChange={live("temporary")} />
      </Group>
      <Shown answer={list}>
        {() => (
          <Choice
            label="Thủ tục"
            value={code}
            options={offered.map((each) => ({ value: each.code, label: each.title }))}
            onChange={(procedure) => procedure && changePlan({ procedure, declarationId: null })}
          />
        )}
      </Shown>
      <Shown answer={one}>{(found) => (found ? <Told procedure={found} /> : null)}</Shown>
    </Screen>
  );
}

function Told({ procedure }: { procedure: Procedure }) {
  return (
    <article>
      <p className="lead">{procedure.summary}</p>
      <p className="small">Đúng cho ngày {date(procedure.on)}.</p>
      {procedure.notice && <p className="box">{procedure.notice}</p>}
      <h2>Giấy tờ mang theo</h2>
      <Papers papers={procedure.documents} />
      <h2>Lệ phí</h2>
      {procedure.fee.amounts.length > 0 && (
        <dl className="amounts">
          {procedure.fee.amounts.map((each) => (
            <div key={each.code}>
              <dt>{each.name}</dt>
              <dd>{dong(each.amount)}</dd>
            </div>
          ))}
        </dl>
      )}
      {procedure.fee.rules.length > 0 ? <Said all={procedure.fee.rules} /> : <p>{procedure.fee.text}</p>}
      <h2>Bao lâu có thẻ</h2>
      <Said all={[procedure.processingTime]} />
      <div className="actions">
        <Go to="/khai">Khai tờ khai trước</Go>
        <Go to="/dat-lich" variant="secondary">
          Chọn ngày giờ
        </Go>
      </div>
      <Folded title="Nơi làm và ngày nộp" all={[procedure.place, ...procedure.handIn]} />
      <Folded title="Ai được làm" all={procedure.conditions} />
      <Folded title="Các bước" all={procedure.steps} ordered />
      <Folded title="Lợi ích của thẻ" all={procedure.benefits} />
      <Folded title="Cần biết thêm" all={procedure.notes} />
      <Folded title="Căn cứ pháp lý" all={procedure.legalBasis} />
    </article>
  );
}

type Statement = { text: string; source: string; confidenceNote: string };

function Folded({ title, all, ordered = false }: { title: string; all: readonly Statement[]; ordered?: boolean }) {
  if (all.length === 0) return null;
  return (
    <details className="question">
      <summary>{title}</summary>
      <Said all={all} ordered={ordered} />
    </details>
  );
}

/** Statements, and below them where they come from, each source once. */
function Said({ all, ordered = false }: { all: readonly Statement[]; ordered?: boolean }) {
  const List = ordered ? "ol" : "ul";
  const sources = new Set(all.map((each) => `${each.source}. ${each.confidenceNote}`));
  return (
    <>
      <List className="said">
        {all.map((each) => (
          <li key={each.text}>{each.text}</li>
        ))}
      </List>
      <Source text={[...sources].join(" · ")} />
    </>
  );
}
