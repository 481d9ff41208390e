/** A day's slots as stretches with the same seats, as the chief reads and says them. */
import type { PlannedDay } from "./api";

/** Where residents queue apart, a slot has seats of each kind. */
export type Seats = number | { permanent: number; temporary: number };

export interface Session {
  from: string;
  to: string;
  seats: Seats;
}

/** The stretches in which slots follow each other with the same seats; closed slots are in none. */
export function sessionsOf(day: PlannedDay): Session[] {
  const found: Session[] = [];
  for (const slot of day.slots.filter((each) => each.seats > 0)) {
    const from = slot.start.slice(11, 16);
    const apart = slot.permanent !== null || slot.temporary !== null;
    const seats: Seats = apart ? { permanent: slot.permanent ?? 0, temporary: slot.temporary ?? 0 } : slot.seats;
    const last = found[found.length - 1];
    if (last && last.to === from && JSON.stringify(last.seats) === JSON.stringify(seats)) {
      last.to = later(from, day.slotMinutes);
    } else found.push({ from, to: later(from, day.slotMinutes), seats });
  }
  return found;
}

/** How many people have booked in a time that these sessions would close. */
export function affected(day: PlannedDay, sessions: Session[]): number {
  const open = (start: string) =>
    sessions.some((each) => each.from <= start && start < each.to && total(each.seats) > 0);
  return day.slots.filter((each) => !open(each.start.slice(11, 16))).reduce((sum, each) => sum + each.booked, 0);
}

function total(seats: Seats): number {
  return typeof seats === "number" ? seats : seats.permanent + seats.temporary;
}

function later(clock: string, minutes: number): string {
  const [hour = 0, minute = 0] = clock.split(":").map(Number);
  const after = hour * 60 + minute + minutes;
  return `${String(Math.floor(after / 60)).padStart(2, "0")}:${String(after % 60).padStart(2, "0")}`;
}
