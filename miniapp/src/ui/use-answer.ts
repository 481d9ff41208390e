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

/** The present instant by `clock`, anew each `every` milliseconds and when the app comes back to the front. */
export function useNow(clock: () => number, every: number): number {
  const [instant, setInstant] = useState(clock);
  useEffect(() => {
    const tick = () => setInstant(clock());
    const timer = setInterval(tick, every);
    document.addEventListener("visibilitychange", tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tick);
    };
  }, [clock, every]);
  return instant;
}

/** Whether the phone has a network. */
export function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    window.addEventListener("online", look);
    window.addEventListener("offline", look);
    return () => {
      window.removeEventListener("online", look);
      window.removeEventListener("offline", look);
    };
  }, []);
  return online;
}

/** Call `act` when the app comes back to the front or the network returns. */
export function useReturn(act: () => void): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const back = () => {
      if (document.visibilityState === "visible") latest.current();
    };
    document.addEventListener("visibilitychange", back);
    window.addEventListener("online", back);
    return () => {
      document.removeEventListener("visibilitychange", back);
      window.removeEventListener("online", back);
    };
  }, []);
}
