import { useEffect, useRef, useState } from "react";
import { useLocation } from "react-router-dom";
import { Button } from "zmp-ui";
import type { Declaration } from "../api/client";
import { type FieldError, Problem } from "../api/problem";
import { sharePhone } from "../api/session";
import { now } from "../clock";
import { begin, deliver } from "../declaration";
import { answered, isRequired, type ReadForm } from "../form";
import { changePlan, usePlan } from "../plan";
import { type Draft, drop, remember } from "../saved";
import { Tick } from "../ui/field";
import { FormFieldInput, inputId } from "../ui/form-field";
import { type About, Go, useGo } from "../ui/go";
import { Shown, Source, Trouble } from "../ui/notice";
import { Screen } from "../ui/screen";
import { useAnswer, useWork } from "../ui/use-answer";
import { dayOf, phone } from "../words";

const PAUSE = 2500; // milliseconds without a letter before a draft goes to the server

/** The declaration, of whichever edition is in force: first what is agreed to, then a section a step. */
export default function Declare() {
  const plan = usePlan();
  const { state } = useLocation();
  const revised = (state as About | null)?.declarationId ?? "";
  const start = useAnswer(() => begin(plan.procedure, revised), `${plan.procedure} ${revised}`);
  return (
    <Screen title="Tờ khai">
      <Shown answer={start} what="Đang mở tờ khai…">
        {({ form, draft }) => (
          <Filling key={`${plan.procedure} ${revised}`} form={form} start={draft} procedure={plan.procedure} />
        )}
      </Shown>
    </Screen>
  );
}

function Filling({ form, start, procedure }: { form: ReadForm; start: Draft; procedure: string }) {
  const plan = usePlan();
  const go = useGo();
  const [draft, setDraft] = useState(start);
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [doubts, setDoubts] = useState<readonly FieldError[]>([]);
  const [saved, setSaved] = useState("");
  const sending = useWork();
  const sharing = useWork();
  const latest = useRef(draft);
  const queue = useRef<Promise<unknown>>(Promise.resolve());
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const top = useRef<HTMLDivElement>(null);
  const today = dayOf(now());
  const last = form.sections.length + 1;
  const agreed = form.purposes.every((each) => !each.required || draft.purposes.includes(each.code));

  const put = (wanted: Partial<Draft>) => {
    latest.current = { ...latest.current, ...wanted };
    setDraft(latest.current);
    if (!latest.current.declaration?.submitted) remember(`draft:${procedure}`, latest.current);
  };
  const answer = (name: string, value: unknown) => {
    put({ answers: { ...latest.current.answers, [name]: value } });
    setErrors((all) => all.filter((each) => each.field.split(".")[0] !== name));
    clearTimeout(timer.current);
    timer.current = setTimeout(saveDraft, PAUSE);
  };

  const body = (asDraft: boolean) => ({
    ...answered(latest.current.answers),
    edition: form.edition,
    procedure,
    ...(plan.officeId ? { officeId: plan.officeId } : {}),
    consent: { version: form.version, purposes: latest.current.purposes },
    draft: asDraft,
  });

  /** Send what stands to the server, after whatever is on its way already. */
  const send = (asDraft: boolean): Promise<Declaration> => {
    clearTimeout(timer.current);
    const sent = queue.current.then(() =>
      deliver(body(asDraft), latest.current.declaration, `${asDraft ? "draft" : "submit"}:${procedure}`),
    );
    queue.current = sent.catch(() => undefined);
    return sent.then((kept) => {
      put({ declaration: { id: kept.id, version: kept.version, submitted: kept.status !== "draft" } });
      setDoubts(kept.warnings);
      return kept;
    });
  };

  const saveDraft = () => {
    const { purposes, declaration } = latest.current;
    if (declaration?.submitted || !form.purposes.every((each) => !each.required || purposes.includes(each.code)))
      return;
    send(true).then(
      () => setSaved("Đã lưu bản nháp."),
      () => setSaved("Đã lưu trên máy này; sẽ lưu lên hệ thống khi có mạng."),
    );
  };
  useEffect(() => () => clearTimeout(timer.current), []);

  const turn = (step: number) => {
    put({ step });
    if (step > 0 && Object.keys(latest.current.answers).length > 0) saveDraft();
    requestAnimationFrame(() => {
      top.current?.scrollIntoView({ block: "start" });
      top.current?.focus({ preventScroll: true });
    });
  };

  const submit = () =>
    sending.start(async () => {
      setErrors([]);
      try {
        const kept = await send(false);
        drop(`draft:${procedure}`);
        changePlan({ declarationId: kept.id });
        go("/to-khai", { declarationId: kept.id }, true);
      } catch (problem) {
        if (problem instanceof Problem) setErrors(problem.errors);
        throw problem;
      }
    });

  const toField = (field: string) => {
    const name = field.split(".")[0];
    const place = form.sections.findIndex((each) => each.fields.some((one) => one.name === name));
    put({ step: place >= 0 ? place + 1 : 0 });
    requestAnimationFrame(() =>
      (document.getElementById(inputId(field)) ?? document.getElementById(inputId(name ?? "")))?.focus(),
    );
  };

  const section = form.sections[draft.step - 1];
  return (
    <div ref={top} tabIndex={-1} className="filling">
      <p className="small" role="status">
        Bước {draft.step + 1} trên {last + 1}
        {saved && ` · ${saved}`}
      </p>
      {errors.length > 0 && (
        <div className="box trouble" role="alert">
          <strong>{sending.problem?.title}</strong>
          <p>{sending.problem?.detail}</p>
          <ul>
            {errors.map((each) => (
              <li key={`${each.field} ${each.code}`}>
                <button type="button" className="link" onClick={() => toField(each.field)}>
                  {titleOf(form, each.field)}: {each.message}
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
      {sending.problem && errors.length === 0 && <Trouble problem={sending.problem} again={submit} />}

      {draft.step === 0 && (
        <Consent
          form={form}
          purposes={draft.purposes}
          error={errors.find((each) => each.field === "consent.purposes")?.message}
          onChange={(purposes) => put({ purposes })}
        />
      )}
      {section && (
        <section aria-labelledby="section">
          <h2 id="section">{section.title}</h2>
          {section.fields.map((each) => (
            <div key={each.name}>
              <FormFieldInput
                field={each}
                value={draft.answers[each.name]}
                onChange={(value) => answer(each.name, value)}
                required={isRequired(each, draft.answers, today)}
                told={{ errors, doubts }}
              />
              {each.type === "phone" && (
                <>
                  <Button
                    variant="tertiary"
                    loading={sharing.busy}
                    onClick={() => sharing.start(async () => answer(each.name, phone(await sharePhone())))}
                  >
                    Dùng số điện thoại Zalo của tôi
                  </Button>
                  {sharing.problem && <Trouble problem={sharing.problem} />}
                </>
              )}
            </div>
          ))}
        </section>
      )}
      {draft.step === last && (
        <section aria-labelledby="send">
          <h2 id="send">Gửi tờ khai</h2>
          <p>
            Nơi nhận: <strong>{plan.officeName || plan.officeId || "chưa chọn"}</strong>
          </p>
          <Go to="/co-quan" about={{ afterwards: "/khai" }} variant="secondary">
            {plan.officeId ? "Chọn cơ quan khác" : "Chọn cơ quan"}
          </Go>
          <p>Bạn có thể quay lại sửa trước khi gửi. Gửi xong vẫn sửa hoặc rút được.</p>
          <Button fullWidth loading={sending.busy} disabled={!plan.officeId} onClick={submit}>
            Gửi tờ khai
          </Button>
        </section>
      )}
      <div className="actions">
        {draft.step < last && (
          <Button fullWidth disabled={!agreed} onClick={() => turn(draft.step + 1)}>
            {draft.step === 0 ? "Bắt đầu khai" : "Tiếp tục"}
          </Button>
        )}
        {draft.step > 0 && (
          <Button fullWidth variant="secondary" onClick={() => turn(draft.step - 1)}>
            Bước trước
          </Button>
        )}
      </div>
      <Source text={form.source} />
    </div>
  );
}

function Consent({
  form,
  purposes,
  error,
  onChange,
}: {
  form: ReadForm;
  purposes: readonly string[];
  error: string | undefined;
  onChange: (purposes: string[]) => void;
}) {
  return (
    <section aria-labelledby="consent">
      <h2 id="consent">{form.title}</h2>
      <p>Trước khi khai, bạn đọc và chọn điều bạn đồng ý. Điều nào không ghi “bắt buộc” thì không chọn cũng được.</p>
      {form.purposes.map((each) => (
        <Tick
          key={each.code}
          id={each.required ? inputId("consent.purposes") : inputId(`consent.${each.code}`)}
          label={
            <>
              {each.text}
              {each.required && <span className="required"> (bắt buộc để gửi tờ khai)</span>}
            </>
          }
          checked={purposes.includes(each.code)}
          error={each.required ? error : undefined}
          onChange={(on) => onChange(on ? [...purposes, each.code] : purposes.filter((one) => one !== each.code))}
        />
      ))}
    </section>
  );
}

function titleOf(form: ReadForm, field: string): string {
  const name = field.split(".")[0];
  if (name === "consent") return "Đồng ý cho dùng thông tin";
  if (name === "officeId") return "Cơ quan tiếp nhận";
  return form.sections.flatMap((each) => each.fields).find((each) => each.name === name)?.title ?? "Tờ khai";
}
