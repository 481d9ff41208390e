import { useSyncExternalStore } from "react";
import { type Plan, recall, remember } from "./saved";

const FIRST: Plan = {
  officeId: "",
  officeName: "",
  procedure: "cap-cccd",
  residence: "permanent",
  declarationId: null,
};

let plan: Plan | null = null;
const listeners = new Set<() => void>();

export function currentPlan(): Plan {
  plan ??= { ...FIRST, ...(__OFFICE__ ? { officeId: __OFFICE__ } : {}), ...recall("plan") };
  return plan;
}

export function changePlan(wanted: Partial<Plan>): void {
  plan = { ...currentPlan(), ...wanted };
  remember("plan", plan);
  for (const each of listeners) each();
}

/** Begin anew: whoever erases their data, or signs in as somebody else. */
export function forgetPlan(): void {
  plan = null;
  for (const each of listeners) each();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where the citizen is on the way to an appointment; kept on the phone, and the same for every screen. */
export function usePlan(): Plan {
  return useSyncExternalStore(subscribe, currentPlan);
}
