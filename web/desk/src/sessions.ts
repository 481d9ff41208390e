/** A day's slots as stretches with the same number of seats, as the chief reads and says them. */
import type { PlannedDay } from "./api";

export interface Session {
  from: string;
  to: string;
  seats: number;
}

/** The stretches in which slots follow each other with the same seats; closed slots are in none. */
export function sessionsOf(day: PlannedDay): Session[] {
  const found: Session[] = [];
  for (const slot of day.slots.filter((each) => each.seats > 0)) {
    const from = slot.start.slice(11, 16);
    const last = found[found.length - 1];
    if (last && last.to === from && last.seats === slot.seats) last.to = later(from, day.slotMinutes);
    else found.push({ from, to: later(from, day.slotMinutes), seats: slot.seats });
  }
  return found;
}

/** How many people have booked in a time that these sessions would close. */
export function affected(day: PlannedDay, sessions: Session[]): number {
  const open = (start: string) => sessions.some((each) => each.from <= start && start < each.to && each.seats > 0);
  return day.slots.filter((each) => !open(each.start.slice(11, 16))).reduce((sum, each) => sum + each.booked, 0);
}

function later(clock: string, minutes: number): string {
  const [hour = 0, minute = 0] = clock.split(":").map(Number);
  const total = hour * 60 + minute + minutes;
  return `${String(Math.floor(total / 60)).padStart(2, "0")}:${String(total % 60).padStart(2, "0")}`;
}
