/** The desk's part of the API, on the contract's own client. A refusal is thrown with the server's own words. */
import createClient from "openapi-fetch";
import type { components, paths } from "../../../miniapp/src/api/contract";
import type { Session } from "./sessions";
import { accessToken, type Config, renew } from "./signin";
import { today } from "./words";

type Schemas = components["schemas"];
export type Me = Schemas["Me"];
export type MyOffice = Schemas["MyOffice"];
export type Ticket = Schemas["TicketView"];
export type TicketState = Schemas["TicketState"];
export type Acted = Schemas["Acted"];
export type Statistics = Schemas["StatisticsView"];
export type Waits = Schemas["WaitsView"];
export type PlannedDay = Schemas["PlannedDay"];
export type Notice = Schemas["NoticeView"];
export type Declaration = Schemas["DeclarationAtDesk"];
export type Procedure = Schemas["Procedure"];
export type Account = Schemas["AccountView"];
export type Act = "recall" | "serve" | "no-show" | "park" | "return" | "undo";

/** What the server, or the network, refused. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export class Desk {
  private etag = "";
  private shown: Ticket[] = [];
  /** The day in Vietnam when the server last answered. */
  serverDay = today(new Date());
  private readonly client;

  constructor(
    private readonly config: Config,
    private readonly office: string,
    private readonly day: string,
  ) {
    this.client = createClient<paths>({
      baseUrl: config.api || location.origin,
      fetch: (request) => this.carry(request),
    });
  }

  /** The officer who is signed in, and the server's day, by which the desk works whatever the PC's clock says. */
  static async me(config: Config): Promise<{ me: Me; day: string }> {
    const desk = new Desk(config, "", "");
    const me = await desk.told((client) => client.GET("/desk/me"));
    return { me, day: desk.serverDay };
  }

  /** The day's tickets. While nothing has changed the server says so, and the same list is given again. */
  async tickets(): Promise<Ticket[]> {
    const { data, response, error } = await this.client.GET("/desk/offices/{officeId}/days/{date}", {
      params: { path: this.here },
      headers: { "If-None-Match": this.etag },
      cache: "no-store",
    });
    if (response.status === 304) return this.shown;
    if (!data) throw refusal(response, error);
    this.etag = response.headers.get("etag") ?? "";
    this.shown = data.tickets;
    return this.shown;
  }

  /** The tickets of another day, read once. */
  async ticketsOf(date: string): Promise<Ticket[]> {
    const path = { officeId: this.office, date };
    return (await this.told((client) => client.GET("/desk/offices/{officeId}/days/{date}", { params: { path } })))
      .tickets;
  }

  checkIn(typed: string): Promise<Acted> {
    const body = /^\d{4}-?[PTWptw]?\d{2,3}$/.test(typed) ? { ticket: typed } : { code: typed };
    return this.told((client) =>
      client.POST("/desk/offices/{officeId}/days/{date}/check-ins", { params: { path: this.here }, body }),
    );
  }

  call(counter: string, key: string): Promise<Acted> {
    return this.told((client) =>
      client.POST("/desk/offices/{officeId}/days/{date}/calls", {
        params: { path: this.here, header: { "Idempotency-Key": key } },
        body: { counter },
      }),
    );
  }

  /** `of` is the state that an undo takes back: pressed again after a lost answer, it takes back nothing more. */
  act(ticket: string, act: Act, of?: TicketState): Promise<Acted> {
    return this.told((client) =>
      client.POST("/desk/offices/{officeId}/days/{date}/tickets/{ticket}/{act}", {
        params: { path: { ...this.here, ticket, act }, query: of ? { of } : {} },
      }),
    );
  }

  /** The declaration of a ticket; each reading is on record. */
  declaration(ticket: string): Promise<Declaration> {
    return this.told((client) =>
      client.GET("/desk/offices/{officeId}/days/{date}/tickets/{ticket}/declaration", {
        params: { path: { ...this.here, ticket } },
      }),
    );
  }

  /** The slots of a day as they stand, with who has booked in each. */
  slots(date: string): Promise<PlannedDay> {
    return this.told((client) =>
      client.GET("/desk/offices/{officeId}/days/{date}/slots", { params: { path: { officeId: this.office, date } } }),
    );
  }

  async notices(): Promise<Notice[]> {
    const path = { officeId: this.office };
    return (await this.told((client) => client.GET("/desk/offices/{officeId}/notices", { params: { path } }))).items;
  }

  announce(text: string, until: string, key: string): Promise<Notice> {
    return this.told((client) =>
      client.POST("/desk/offices/{officeId}/notices", {
        params: { path: { officeId: this.office }, header: { "Idempotency-Key": key } },
        body: { text, until },
      }),
    );
  }

  async endNotice(noticeId: string): Promise<void> {
    const { error, response } = await this.client.DELETE("/desk/offices/{officeId}/notices/{noticeId}", {
      params: { path: { officeId: this.office, noticeId } },
    });
    if (!response.ok && response.status !== 404) throw refusal(response, error); // gone already is gone
  }

  walkIn(procedure: string, fullName: string, key: string): Promise<Acted> {
    return this.told((client) =>
      client.POST("/desk/offices/{officeId}/days/{date}/walk-ins", {
        params: { path: this.here, header: { "Idempotency-Key": key } },
        body: fullName ? { procedure, fullName } : { procedure },
      }),
    );
  }

  release(personalId: string): Promise<Schemas["Released"]> {
    return this.told((client) =>
      client.POST("/desk/offices/{officeId}/releases", {
        params: { path: { officeId: this.office } },
        body: { personalId },
      }),
    );
  }

  plan(date: string, sessions: Session[], reason: string): Promise<PlannedDay> {
    return this.told((client) =>
      client.PUT("/desk/offices/{officeId}/days/{date}", {
        params: { path: { officeId: this.office, date } },
        body: { sessions, reason },
      }),
    );
  }

  forgetPlan(date: string): Promise<PlannedDay> {
    return this.told((client) =>
      client.DELETE("/desk/offices/{officeId}/days/{date}", { params: { path: { officeId: this.office, date } } }),
    );
  }

  /** The office's own Official Account; null where it has none. */
  async account(): Promise<Account | null> {
    const path = { officeId: this.office };
    return (await this.told((client) => client.GET("/desk/offices/{officeId}/account", { params: { path } }))).account;
  }

  beginGrant(): Promise<Schemas["Consent"]> {
    const path = { officeId: this.office };
    return this.told((client) => client.POST("/desk/offices/{officeId}/account/grants", { params: { path } }));
  }

  async connect(state: string, code: string): Promise<Account | null> {
    const path = { officeId: this.office };
    const body = { state, code };
    return (await this.told((client) => client.PUT("/desk/offices/{officeId}/account", { params: { path }, body })))
      .account;
  }

  async disconnect(): Promise<void> {
    const { error, response } = await this.client.DELETE("/desk/offices/{officeId}/account", {
      params: { path: { officeId: this.office } },
    });
    if (!response.ok) throw refusal(response, error);
  }

  statistics(from: string, to: string): Promise<Statistics> {
    return this.told((client) =>
      client.GET("/desk/offices/{officeId}/statistics", {
        params: { path: { officeId: this.office }, query: { from, to } },
      }),
    );
  }

  async procedures(): Promise<Procedure[]> {
    return (await this.told((client) => client.GET("/procedures"))).items;
  }

  private get here() {
    return { officeId: this.office, date: this.day };
  }

  private async told<T>(
    ask: (client: typeof this.client) => Promise<{ data?: T; error?: unknown; response: Response }>,
  ): Promise<T> {
    const { data, error, response } = await ask(this.client);
    if (data === undefined) throw refusal(response, error);
    return data;
  }

  /** The officer's token goes with every request; one that has ended is renewed once, unseen. */
  private async carry(request: Request): Promise<Response> {
    const again = request.clone();
    const answer = await send(request);
    const told = answer.headers.get("date");
    if (told) this.serverDay = today(new Date(told));
    if (answer.status !== 401 || !(await renew(this.config))) return answer;
    return send(again);
  }
}

async function send(request: Request): Promise<Response> {
  request.headers.set("authorization", `Bearer ${accessToken()}`);
  try {
    return await fetch(request);
  } catch {
    throw new Refused(
      0,
      "no_network",
      "Không kết nối được máy chủ. Thao tác vừa rồi có thể bấm lại, không bị làm hai lần.",
    );
  }
}

function refusal(response: Response, error: unknown): Refused {
  const told = (error ?? {}) as { code?: string; title?: string; detail?: string; errors?: { message: string }[] };
  if (response.status === 401)
    return new Refused(401, "unauthenticated", "Phiên làm việc đã hết. Vui lòng đăng nhập lại.");
  const fields = (told.errors ?? []).map((each) => each.message).join(" ");
  const words = [told.title, fields || told.detail].filter(Boolean).join(". ");
  return new Refused(response.status, told.code ?? "unknown", words || "Hệ thống đang bận, vui lòng bấm lại.");
}
