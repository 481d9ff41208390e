/** The API as the contract describes it. `open` asks for what anybody may read, `mine` speaks as the citizen. */
import createClient from "openapi-fetch";
import { carry } from "./carry";
import type { components, paths } from "./contract";
import { type Problem, refusal } from "./problem";
import { carryAsCitizen } from "./session";

const baseUrl = __API__ || location.origin;

export const open = createClient<paths>({ baseUrl, fetch: (request) => carry(request) });
export const mine = createClient<paths>({ baseUrl, fetch: carryAsCitizen });

type Schemas = components["schemas"];
export type Availability = Schemas["Availability"];
export type Booking = Schemas["BookingView"];
export type Day = Schemas["DayView"];
export type Declaration = Schemas["DeclarationView"];
export type Faq = Schemas["FaqAnswer"];
export type Form = Schemas["FormView"];
export type Held = Schemas["HeldView"];
export type Erased = Schemas["ErasedView"];
export type HoldRequest = Schemas["BookingRequest"];
export type Office = Schemas["OfficeDetail"];
export type OfficeSummary = Schemas["OfficeSummary"];
export type Offices = Schemas["OfficePage"];
export type Paper = Schemas["Paper"];
export type Place = Schemas["PlaceView"];
export type Procedure = Schemas["ProcedureDetail"];
export type Procedures = Schemas["ProcedurePage"];
export type Queue = Schemas["QueueView"];
export type Residence = Schemas["Residence"];
export type Slot = Schemas["SlotView"];
export type Waiting = Schemas["WaitingView"];

/** The data of an answer; throws the `Problem` of every other one. */
export async function told<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw await read(error, response);
  return data as T;
}

async function read(error: unknown, response: Response): Promise<Problem> {
  const text = typeof error === "string" ? error : JSON.stringify(error ?? {});
  return refusal(new Response(text, { status: response.status, headers: response.headers }));
}
