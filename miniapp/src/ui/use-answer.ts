import { useCallback, useEffect, useRef, useState } from "react";
import { Problem } from "../api/problem";

export type Answer<T> = { data: T | null; problem: Problem | null; loading: boolean; again: () => void };

/**
 * What a question was answered, asked anew when `about` changes. An answer stays on the screen while it is asked again;
 * one that comes late, after the next question, is dropped.
 */
export function useAnswer<T>(ask: () => Promise<T>, about: string): Answer<T> {
  const [state, setState] = useState<Omit<Answer<T>, "again">>({ data: null, problem: null, loading: true });
  const latest = useRef(0);
  const asking = useRef(ask);
  asking.current = ask;
  const again = useCallback(() => {
    const mine = ++latest.current;
    setState((before) => ({ ...before, loading: true, problem: null }));
    asking.current().then(
      (data) => mine === latest.current && setState({ data, problem: null, loading: false }),
      (problem: unknown) =>
        mine === latest.current && setState((before) => ({ ...before, problem: asProblem(problem), loading: false })),
    );
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `about` stands for all that the question depends on.
  useEffect(() => {
    again();
    return () => {
      latest.current++;
    };
  }, [about, again]);
  return { ...state, again };
}

/** Whatever was thrown, as a problem that can be shown. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  return new Problem(
    -1,
    "app_error",
    "Ứng dụng gặp lỗi",
    "Vui lòng đóng ứng dụng rồi mở lại. Những gì bạn đã điền vẫn còn.",
  );
}

/** A button's work: its problem, whether it is under way, and a way to start it that a second tap does not start again. */
export function useWork(): {
  busy: boolean;
  problem: Problem | null;
  start: (work: () => Promise<void>) => Promise<void>;
  clear: () => void;
} {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const running = useRef(false);
  const start = useCallback(async (work: () => Promise<void>) => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (thrown) {
      setProblem(asProblem(thrown));
    } finally {
      running.current = false;
      setBusy(false);
    }
  }, []);
  return { busy, problem, start, clear: useCallback(() => setProblem(null), []) };
}
