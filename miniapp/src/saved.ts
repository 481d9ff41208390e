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

export function recall<Name extends keyof Kept>(name: Name): Kept[Name] | null {
  const text = kept.get(name);
  if (text === null) return null;
  try {
    return JSON.parse(text) as Kept[Name];
  } catch {
    return null; // another version of the app wrote it
  }
}

export function remember<Name extends keyof Kept>(name: Name, value: Kept[Name]): void {
  kept.set(name, JSON.stringify(value));
  const all = names();
  if (!all.includes(name)) kept.set(NAMES, JSON.stringify([...all, name]));
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
