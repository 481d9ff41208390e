/** Times, money and numbers as a Vietnamese reader expects them. Instants of the API carry +07:00, the only zone. */

/** "08:00" of an instant. */
export function hour(instant: string): string {
  return instant.slice(11, 16);
}

/** "2026-11-26" of an instant in milliseconds, as the day is in Việt Nam. */
export function dayOf(instant: number): string {
  return new Date(instant + 7 * 3_600_000).toISOString().slice(0, 10);
}

/** "26/11/2026" of a date or an instant. */
export function date(day: string): string {
  const [year, month, dayOfMonth] = day.slice(0, 10).split("-");
  return `${dayOfMonth}/${month}/${year}`;
}

const WEEKDAYS = ["Chủ nhật", "Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy"];

/** "Thứ Năm 26/11/2026" of a date or an instant. */
export function longDate(day: string): string {
  return `${WEEKDAYS[new Date(`${day.slice(0, 10)}T00:00:00Z`).getUTCDay()]} ${date(day)}`;
}

/** "20/05/1990" of 1990-05-20, "05/1990" of 1990-05; any other text stays as it is. */
export function writtenDate(iso: string): string {
  return /^\d{4}(-\d{2}){0,2}$/.test(iso) ? iso.split("-").reverse().join("/") : iso;
}

/** "0912345678" of 84912345678. */
export function phone(number: string): string {
  return number.replace(/^84(?=\d{9}$)/, "0");
}

export function dong(amount: number): string {
  return amount === 0 ? "Không thu" : `${amount.toString().replace(/\B(?=(\d{3})+$)/g, ".")} đồng`;
}

/** "04:59" of milliseconds, never below zero. */
export function minutesAndSeconds(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}

/** "còn 2 ngày", "còn 3 giờ", "còn 5 phút" until an instant. */
export function until(instant: string, now: number): string {
  const minutes = Math.ceil((Date.parse(instant) - now) / 60_000);
  if (minutes <= 0) return "đã đến giờ";
  if (minutes < 90) return `còn ${minutes} phút`;
  const hours = Math.round(minutes / 60);
  return hours < 36 ? `còn ${hours} giờ` : `còn ${Math.round(hours / 24)} ngày`;
}

/** "Khoảng 3 giờ" of seconds. */
export function about(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.ceil(seconds))} giây`;
  if (seconds < 5400) return `${Math.ceil(seconds / 60)} phút`;
  return `${Math.ceil(seconds / 3600)} giờ`;
}
