/** What went wrong, in the words that the citizen reads. */
import type { components } from "./contract";

export type FieldError = components["schemas"]["Told"];

const NO_CODE = "upset"; // where an answer is no problem document: API Gateway's own, or none of ours

/**
 * A request that got no good answer. `detail` is a Vietnamese sentence that says what to do next: the server's own,
 * or ours where no server was heard (`status` 0). `retryAfter` is in seconds; `body` is the whole problem document.
 */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly retryAfter: number | null = null,
    readonly body: Readonly<Record<string, unknown>> = {},
  ) {
    super(code);
  }

  /** What is to be looked at in single fields. */
  get errors(): readonly FieldError[] {
    return Array.isArray(this.body.errors) ? (this.body.errors as FieldError[]) : [];
  }

  /** Whether the request may have been carried out all the same, so that it must be sent again under its own key. */
  get unsettled(): boolean {
    return this.status === 0 || this.status >= 500 || (this.status === 429 && this.code === NO_CODE);
  }
}

const LOCAL = {
  no_network: [
    "Chưa có mạng",
    "Máy đang không có mạng. Những gì bạn đã điền vẫn còn. Vui lòng kiểm tra Wi-Fi hoặc 4G rồi thử lại.",
  ],
  no_answer: [
    "Không kết nối được",
    "Chưa liên lạc được với hệ thống. Vui lòng kiểm tra mạng rồi thử lại; bấm lại không tạo thêm lịch hẹn.",
  ],
  timeout: [
    "Mạng quá chậm",
    "Hệ thống chưa trả lời kịp. Vui lòng thử lại ở nơi sóng mạnh hơn; bấm lại không tạo thêm lịch hẹn.",
  ],
  zalo_sign_in: [
    "Chưa đăng nhập được",
    "Zalo chưa cho biết bạn là ai. Vui lòng đóng ứng dụng, mở lại từ Zalo rồi thử lần nữa.",
  ],
} as const;

const UPSET = [
  "Hệ thống đang bận",
  "Hệ thống đang gặp trục trặc. Những gì bạn đã điền vẫn còn. Vui lòng thử lại sau ít phút.",
] as const;

/** A problem of our own side, where no server answered. */
export function local(code: keyof typeof LOCAL): Problem {
  const [title, detail] = LOCAL[code];
  return new Problem(0, code, title, detail);
}

/** The refusal in an answer; an answer without a problem document gets general words. */
export async function refusal(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const text = (name: string, otherwise: string) =>
    typeof body[name] === "string" ? (body[name] as string) : otherwise;
  return new Problem(
    response.status,
    text("code", NO_CODE),
    text("title", UPSET[0]),
    text("detail", UPSET[1]),
    retryAfter(response),
    body,
  );
}

/** The seconds of `Retry-After`, null where there is none. */
export function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}
