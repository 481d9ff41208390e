/** What the phone remembers for the citizen, each under a name of its own. */
import type { Booking, HoldRequest, Office, Residence } from "./api/client";
import { kept } from "./zalo";

/** A declaration being filled in: what was typed, and the server's copy of it once there is one. */
export type Draft = {
  edition: string;
  version: string; // of the words that were agreed to
  answers: Record<string, unknown>;
  purposes: string[];
  step: number;
  declaration: { id: string; version: number; submitted: boolean } | null;
};

/** The appointments as last read, with their offices, to be shown without a network. `at` is in milliseconds. */
export type Remembered = { at: number; bookings: Booking[]; offices: Record<string, Office> };

/** Where the citizen is on the way to an appointment. */
export type Plan = {
  officeId: string;
  officeName: string;
  procedure: string;
  residence: Residence;
  declarationId: string | null;
};

type Kept = {
  citizen: string; // whose all of this is
  plan: Plan;
  appointments: Remembered;
  applicant: { declarationId: string | null; applicant: HoldRequest["applicant"] }; // as typed, before a seat is held
  hold: { bookingId: string; request: HoldRequest };
  ticked: Record<string, string[]>; // by booking, the papers that lie ready
  [draft: `draft:${string}`]: Draft; // by procedure
  [press: `press:${string}`]: { digest: string; key: string };
};

const NAMES = "names";
const DAY = 86_400_000; // milliseconds

// Days after which each is forgotten, counted from its last change: what somebody typed stays on the phone no longer than
// the server keeps a draft, and an appointment no longer than the server does after its day.
const LASTS: Record<string, number> = {
  citizen: 400,
  plan: 90,
  appointments: 37,
  applicant: 7,
  hold: 1,
  ticked: 37,
  draft: 7,
  press: 1,
};

// By the phone's own clock, right or wrong: the API's is not known when the app opens.
type Entry<T> = { at: number; value: T };

export function recall<Name extends keyof Kept>(name: Name): Kept[Name] | null {
  const entry = read<Kept[Name]>(name);
  return entry && isFresh(name, entry) ? entry.value : null;
}

export function remember<Name extends keyof Kept>(name: Name, value: Kept[Name]): void {
  kept.set(name, JSON.stringify({ at: Date.now(), value } satisfies Entry<Kept[Name]>));
  const all = names();
  if (!all.includes(name)) kept.set(NAMES, JSON.stringify([...all, name]));
}

/** Remove what has had its time; whoever opens the app has it done. */
export function tidy(): void {
  const fresh = names().filter((name) => {
    const entry = read<unknown>(name);
    if (entry && isFresh(name, entry)) return true;
    kept.remove(name);
    return false;
  });
  kept.set(NAMES, JSON.stringify(fresh));
}

function isFresh(name: string, entry: Entry<unknown>): boolean {
  const days = LASTS[name.split(":")[0] ?? ""] ?? 0;
  return Date.now() - entry.at < days * DAY;
}

function read<T>(name: string): Entry<T> | null {
  const text = kept.get(name);
  if (text === null) return null;
  try {
    const entry = JSON.parse(text) as Partial<Entry<T>> | null;
    return entry && typeof entry.at === "number" && entry.value !== undefined ? (entry as Entry<T>) : null;
  } catch {
    return null; // another version of the app wrote it
  }
}

export function drop(name: keyof Kept): void {
  kept.remove(name);
}

/** Forget all of it. */
export function dropAll(): void {
  for (const each of names()) kept.remove(each);
  kept.remove(NAMES);
}

function names(): string[] {
  try {
    return JSON.parse(kept.get(NAMES) ?? "[]") as string[];
  } catch {
    return [];
  }
}
