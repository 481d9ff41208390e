/** What an officer reads of states and times. */
import type { TicketState } from "./api";

export const STATES: Record<TicketState, string> = {
  called: "Đang gọi",
  waiting: "Đang chờ",
  parked: "Tạm để lại",
  expected: "Chưa đến",
  no_show: "Vắng mặt",
  served: "Đã xong",
};

const day = new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Ho_Chi_Minh" });

/** The day in Vietnam, 2026-11-25, by the server's clock where it has told it. */
export function today(now: Date): string {
  return day.format(now);
}

/** 08:05 of an instant as the API writes it, which is Vietnam's time already. */
export function clock(instant: string | null): string {
  return instant === null ? "" : instant.slice(11, 16);
}

/** The day after 2026-11-25. */
export function dayAfter(date: string): string {
  const next = new Date(`${date}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}

/** 25/11/2026 */
export function shown(date: string): string {
  return date.split("-").reverse().join("/");
}

/** 0912 345 678 of a number as the API keeps it. */
export function phone(stored: string | null): string {
  return stored?.replace(/^84(\d{3})(\d{3})(\d+)$/, "0$1 $2 $3") ?? "";
}
