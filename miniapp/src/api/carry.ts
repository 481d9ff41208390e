/**
 * How a request travels: with a limit of time, and again after growing pauses where that can do nothing twice.
 *
 * A GET may always be sent again, a POST only with its Idempotency-Key. `Retry-After` is obeyed: a short one is waited
 * for and told on the screen, a long one is left to the citizen.
 */
import { local, Problem, retryAfter } from "./problem";

const PAUSES = [600, 1800, 5000]; // milliseconds
const PATIENCE = 20_000; // milliseconds for one answer
const LONGEST_WAIT = 15; // seconds of a Retry-After that we wait for ourselves
const SLOW = 4_000; // milliseconds after which the citizen is told

/** What the citizen is told while a request is under way, null for nothing. */
export type Notice = { text: string } | null;

let notice: Notice = null;
const listeners = new Set<() => void>();

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function currentNotice(): Notice {
  return notice;
}

function tell(text: string | null): void {
  notice = text === null ? null : { text };
  for (const each of listeners) each();
}

/** Whether sending the request twice does nothing twice. */
function isRepeatable(request: Request): boolean {
  return request.method === "GET" || request.method === "DELETE" || request.headers.has("idempotency-key");
}

/** Send the request; rejects with a `Problem` where no server was heard. */
export async function carry(request: Request, repeatable = isRepeatable(request)): Promise<Response> {
  try {
    for (let attempt = 0; ; attempt++) {
      const outcome = await once(request.clone());
      const pause = repeatable && attempt < PAUSES.length ? pauseAfter(outcome, attempt) : null;
      if (pause === null) {
        if (outcome instanceof Problem) throw outcome;
        return outcome;
      }
      tell(`Hệ thống đang bận. Tự thử lại sau ${Math.ceil(pause / 1000)} giây…`);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  } finally {
    tell(null);
  }
}

/** Milliseconds to wait before the next attempt, null for an outcome that stands. */
function pauseAfter(outcome: Response | Problem, attempt: number): number | null {
  // Never all at the same instant: at 08:00 many phones ask, and are refused, together.
  const growing = (PAUSES[attempt] ?? 0) * (1 - Math.random() / 5);
  if (outcome instanceof Problem) return outcome.code === "no_network" ? null : growing;
  if (outcome.status !== 429 && outcome.status < 500) return null;
  const asked = retryAfter(outcome);
  // A 429 of the API itself is a rule's answer and stands; one of API Gateway says that too many ask at this moment.
  if (outcome.status === 429 && asked === null && isProblem(outcome)) return null;
  if (asked === null) return growing;
  return asked <= LONGEST_WAIT ? asked * 1000 : null;
}

function isProblem(response: Response): boolean {
  return response.headers.get("content-type")?.startsWith("application/problem+json") ?? false;
}

async function once(request: Request): Promise<Response | Problem> {
  if (!navigator.onLine) return local("no_network");
  const limit = new AbortController();
  const slow = setTimeout(() => tell("Mạng đang chậm, vui lòng chờ trong giây lát…"), SLOW);
  const late = setTimeout(() => limit.abort(), PATIENCE);
  try {
    return await fetch(request, { signal: limit.signal });
  } catch {
    if (limit.signal.aborted) return local("timeout");
    return local(navigator.onLine ? "no_answer" : "no_network");
  } finally {
    clearTimeout(slow);
    clearTimeout(late);
  }
}
