/** Signs the officer in at the pool's own page: authorization code with PKCE. Tokens live as long as this tab. */

export interface Config {
  api: string;
  authorize: string;
  token: string;
  logout: string;
  clientId: string;
}

interface Kept {
  access: string;
  refresh: string;
}

const KEPT = "desk-tokens";
const ASKED = "desk-asked";
const back = `${location.origin}/desk/`;

export async function readConfig(): Promise<Config> {
  const answer = await fetch("/desk/config.json");
  if (!answer.ok) throw new Error("config.json");
  return answer.json() as Promise<Config>;
}

/** Go to the pool's page; the browser comes back with a code. */
export async function signIn(config: Config): Promise<void> {
  const verifier = text(crypto.getRandomValues(new Uint8Array(48)));
  const state = text(crypto.getRandomValues(new Uint8Array(16)));
  const challenge = text(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
  sessionStorage.setItem(ASKED, JSON.stringify({ verifier, state }));
  const query = new URLSearchParams({
    response_type: "code",
    client_id: config.clientId,
    redirect_uri: back,
    scope: "openid",
    state,
    code_challenge: challenge,
    code_challenge_method: "S256",
  });
  location.assign(`${config.authorize}?${query}`);
}

/** Take the code of the address, if the pool has sent the browser back with one; true where somebody is signed in. */
export async function comeBack(config: Config): Promise<boolean> {
  const query = new URLSearchParams(location.search);
  const code = query.get("code");
  if (code !== null) {
    const asked = JSON.parse(sessionStorage.getItem(ASKED) ?? "{}") as { verifier?: string; state?: string };
    sessionStorage.removeItem(ASKED);
    history.replaceState(null, "", "/desk/");
    if (asked.verifier && asked.state === query.get("state")) {
      await exchange(config, {
        grant_type: "authorization_code",
        code,
        redirect_uri: back,
        code_verifier: asked.verifier,
      });
    }
  }
  return kept() !== null;
}

export function accessToken(): string {
  return kept()?.access ?? "";
}

/** A new access token for the refresh token; false where the officer has to sign in anew. */
export async function renew(config: Config): Promise<boolean> {
  const refresh = kept()?.refresh;
  return refresh !== undefined && exchange(config, { grant_type: "refresh_token", refresh_token: refresh });
}

export function signOut(config: Config): void {
  sessionStorage.removeItem(KEPT);
  location.assign(`${config.logout}?${new URLSearchParams({ client_id: config.clientId, logout_uri: back })}`);
}

async function exchange(config: Config, form: Record<string, string>): Promise<boolean> {
  const answer = await fetch(config.token, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ client_id: config.clientId, ...form }),
  });
  if (!answer.ok) {
    // Refused is over; a pool that is busy or down may answer the next time.
    if (answer.status === 400 || answer.status === 401) sessionStorage.removeItem(KEPT);
    return false;
  }
  const told = (await answer.json()) as { access_token: string; refresh_token?: string };
  const refresh = told.refresh_token ?? kept()?.refresh ?? "";
  sessionStorage.setItem(KEPT, JSON.stringify({ access: told.access_token, refresh }));
  return true;
}

function kept(): Kept | null {
  const found = sessionStorage.getItem(KEPT);
  return found === null ? null : (JSON.parse(found) as Kept);
}

function text(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}
