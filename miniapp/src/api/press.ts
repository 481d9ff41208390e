/**
 * One Idempotency-Key for each press of a button, kept until the server has said yes or no.
 *
 * Where the answer is lost, the next press of the same button for the same thing, even after the app was closed, sends
 * the same key, and the server gives the answer that was lost: no second booking. A press for another thing is another
 * press.
 */
import { drop, recall, remember } from "../saved";
import { Problem } from "./problem";

const underWay = new Set<string>();

/**
 * Do what a button is for. `button` names it, `wanted` is all that it asks for. Returns null for a second tap while
 * the first is under way: nothing is sent for it.
 */
export async function press<T>(button: string, wanted: unknown, act: (key: string) => Promise<T>): Promise<T | null> {
  if (underWay.has(button)) return null;
  underWay.add(button);
  try {
    const digest = await sha256(JSON.stringify(wanted));
    const name = `press:${button}` as const;
    const before = recall(name);
    const key = before?.digest === digest ? before.key : newKey();
    remember(name, { digest, key });
    try {
      const done = await act(key);
      drop(name);
      return done;
    } catch (problem) {
      if (!(problem instanceof Problem && problem.unsettled)) drop(name);
      throw problem;
    }
  } finally {
    underWay.delete(button);
  }
}

function newKey(): string {
  return hex(crypto.getRandomValues(new Uint8Array(16)));
}

async function sha256(text: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("");
}
