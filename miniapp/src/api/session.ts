/** The citizen's session: Zalo's token in, ours out. It stays in memory, so that nothing on the phone signs in. */
import { hear } from "../clock";
import { forgetPlan } from "../plan";
import { dropAll, recall, remember } from "../saved";
import { accessToken, phoneToken } from "../zalo";
import { carry } from "./carry";
import type { components } from "./contract";
import { local, refusal } from "./problem";

type NewSession = components["schemas"]["NewSession"];
type PhoneNumber = components["schemas"]["PhoneNumber"];

let current: Promise<string> | null = null;

/** The token for `Authorization`; signs in where there is none. Several callers share one sign-in. */
export function token(): Promise<string> {
  current ??= signIn().catch((problem: unknown) => {
    current = null;
    throw problem;
  });
  return current;
}

/** Forget the session, if it is still the refused one. */
export async function forget(refused: string): Promise<void> {
  const held = await current?.catch(() => null);
  if (held === refused) current = null;
}

/** Forget the session whatever it is. */
export function signOut(): void {
  current = null;
}

async function signIn(): Promise<string> {
  // To sign in twice is to sign in once; in a crowd the first try is often refused.
  const session = await post<NewSession>("/sessions", { zaloAccessToken: await fromZalo(accessToken) }, true);
  belongTo(session.citizen.id);
  return session.token;
}

/** What the phone remembers is one citizen's: whoever opens the app with another account finds nothing of it. */
function belongTo(citizen: string): void {
  const before = recall("citizen");
  if (before !== null && before !== citizen) {
    dropAll();
    forgetPlan();
  }
  remember("citizen", citizen);
}

/** The citizen's own phone number, which they agree to share; the session is then one that proves it. */
export async function sharePhone(): Promise<string> {
  const zaloAccessToken = await fromZalo(accessToken);
  // Zalo takes this token once.
  const shared = await post<PhoneNumber>(
    "/sessions/phone-number",
    { zaloAccessToken, phoneToken: await fromZalo(phoneToken) },
    false,
  );
  current = Promise.resolve(shared.token);
  return shared.phone;
}

async function fromZalo(ask: () => Promise<string>): Promise<string> {
  const told = await ask().catch(() => "");
  if (!told) throw local(navigator.onLine ? "zalo_sign_in" : "no_network");
  return told;
}

async function post<T>(path: string, body: unknown, repeatable: boolean): Promise<T> {
  const response = await carry(
    new Request(__API__ + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
    repeatable,
  );
  hear(response);
  if (!response.ok) throw await refusal(response);
  return (await response.json()) as T;
}

/** Send a request as the citizen. A refused session is replaced and the request sent again, once and unseen. */
export async function carryAsCitizen(request: Request): Promise<Response> {
  const first = await signed(request, await token());
  if (first.response.status !== 401) return first.response;
  await forget(first.token);
  return (await signed(request, await token())).response;
}

async function signed(request: Request, held: string): Promise<{ response: Response; token: string }> {
  const copy = new Request(request.clone());
  copy.headers.set("authorization", `Bearer ${held}`);
  const response = await carry(copy);
  hear(response);
  return { response, token: held };
}
