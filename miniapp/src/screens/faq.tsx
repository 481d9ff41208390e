import { useState } from "react";
import { Button } from "zmp-ui";
import { type Faq, open, told } from "../api/client";
import { usePlan } from "../plan";
import { Choice, TextField } from "../ui/field";
import { Shown, Source } from "../ui/notice";
import { Screen } from "../ui/screen";
import { useAnswer } from "../ui/use-answer";
import { call } from "../zalo";
import { useSettled } from "./office";

const PAUSE = 400; // milliseconds without a letter before the question goes out

/** Hỏi đáp: search as one types; the nearest topics and a phone number where the answer is not sure. */
export default function Questions() {
  const plan = usePlan();
  const [typed, setTyped] = useState("");
  const [category, setCategory] = useState("");
  const asked = useSettled(typed.trim(), PAUSE);
  const query = {
    q: asked,
    limit: 20,
    ...(category && !asked ? { category } : {}),
    ...(plan.officeId ? { officeId: plan.officeId } : {}),
  };
  const found = useAnswer<Faq>(() => told(open.GET("/faq", { params: { query } })), JSON.stringify(query));
  return (
    <Screen title="Hỏi đáp CCCD">
      <TextField
        label="Bạn muốn hỏi gì?"
        help="Ví dụ: mất thẻ thì làm sao, lệ phí bao nhiêu. Gõ không dấu cũng được."
        type="search"
        value={typed}
        onChange={setTyped}
      />
      <Shown answer={found} what="Đang tìm…">
        {(answer) => (
          <>
            {!asked && (
              <Choice
                label="Hoặc chọn chủ đề"
                value={category}
                empty="Tất cả"
                options={answer.categories.map((each) => ({
                  value: each.code,
                  label: `${each.label} (${each.entries})`,
                }))}
                onChange={setCategory}
              />
            )}
            <div role="status">{answer.message && <p>{answer.message}</p>}</div>
            {answer.items.map((each, place) => (
              <details key={each.id} className="question" open={asked !== "" && place === 0}>
                <summary>{each.question}</summary>
                <p>{each.answer}</p>
                <Source text={each.source} note={each.confidenceNote} />
              </details>
            ))}
            {answer.nearestTopics.length > 0 && (
              <>
                <h2>Có phải bạn muốn hỏi</h2>
                <ul className="choices">
                  {answer.nearestTopics.map((each) => (
                    <li key={each.id}>
                      <button type="button" onClick={() => setTyped(each.question)}>
                        {each.question}
                      </button>
                    </li>
                  ))}
                </ul>
              </>
            )}
            {answer.contact && (
              <Button fullWidth onClick={() => call(answer.contact?.phone ?? "").catch(() => undefined)}>
                Gọi {answer.contact.name}: {answer.contact.phone}
              </Button>
            )}
          </>
        )}
      </Shown>
    </Screen>
  );
}
