import { type ReactNode, useEffect, useRef } from "react";
import { Button } from "zmp-ui";
import type { Problem } from "../api/problem";
import { now } from "../clock";
import { about } from "../words";
import { useNow } from "./use-phone";

/** A refusal or a failure in its own words, and the way on. It is read out, and brought into view. */
export function Trouble({ problem, again, children }: { problem: Problem; again?: () => void; children?: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another problem is shown anew.
  useEffect(() => {
    box.current?.scrollIntoView?.({ block: "nearest" });
  }, [problem]);
  const number = typeof problem.body.requestId === "string" ? problem.body.requestId : null;
  return (
    <div className="box trouble" role="alert" ref={box} data-code={problem.code}>
      <strong>{problem.title}</strong>
      <p>{problem.detail}</p>
      {number && <p className="small">Mã để báo cơ quan: {number}</p>}
      {children}
      {again && <Again problem={problem} again={again} />}
    </div>
  );
}

function Again({ problem, again }: { problem: Problem; again: () => void }) {
  const since = useRef({ problem, at: now() });
  if (since.current.problem !== problem) since.current = { problem, at: now() };
  const instant = useNow(now, 1000);
  const left = (problem.retryAfter ?? 0) - (instant - since.current.at) / 1000;
  return left > 0 ? (
    <p>Có thể thử lại sau {about(left)}.</p>
  ) : (
    <Button variant="secondary" fullWidth onClick={again}>
      Thử lại
    </Button>
  );
}

/** Something that is being fetched. */
export function Loading({ what = "Đang tải…" }: { what?: string }) {
  return (
    <p className="loading" role="status">
      {what}
    </p>
  );
}

/** Where a statement comes from, folded away. */
export function Source({ text, note }: { text: string; note?: string }) {
  return (
    <details className="source">
      <summary>Nguồn</summary>
      <p>
        {text}
        {note ? ` ${note}` : ""}
      </p>
    </details>
  );
}

/** An answer that is still to come, that failed, or that is there. */
export function Shown<T>({
  answer,
  children,
  what,
}: {
  answer: { data: T | null; problem: Problem | null; again: () => void };
  children: (data: T) => ReactNode;
  what?: string;
}) {
  return (
    <>
      {answer.problem && <Trouble problem={answer.problem} again={answer.again} />}
      {answer.data !== null ? children(answer.data) : !answer.problem && <Loading {...(what ? { what } : {})} />}
    </>
  );
}
