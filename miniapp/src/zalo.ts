/** All that the app asks of Zalo. Nothing else imports its SDK. */
import { downloadFile, followOA, getAccessToken, getPhoneNumber, nativeStorage, openOutApp, openPhone } from "zmp-sdk";

/** The token that proves to the API who opened the app. */
export function accessToken(): Promise<string> {
  return getAccessToken();
}

/** A token, good once and for two minutes, for the phone number that the citizen agrees to share. */
export async function phoneToken(): Promise<string> {
  const { token } = await getPhoneNumber();
  return token ?? "";
}

/** Quan tâm; rejects where the citizen says no. */
export async function follow(officialAccountId: string): Promise<void> {
  await followOA({ id: officialAccountId });
}

export async function call(phone: string): Promise<void> {
  await openPhone({ phoneNumber: phone.replace(/[^\d+]/g, "") });
}

/** Open a public page outside of Zalo. */
export async function leave(url: string): Promise<void> {
  await openOutApp({ url });
}

/** Save a file on the phone. */
export async function save(file: Blob, name: string): Promise<void> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (const each of bytes) binary += String.fromCharCode(each);
  await downloadFile({ fileBase64Data: `data:${file.type};name=${name};base64,${btoa(binary)}` });
}

/**
 * What the app keeps on the phone, as text by name. Zalo keeps it for this app alone: the page's own localStorage is
 * shared by every Mini App of h5.zdn.vn, and would show them a citizen's data. Where Zalo is too old to keep
 * anything, it lasts as long as the page.
 */
const memory = new Map<string, string>();

export const kept = {
  get(name: string): string | null {
    try {
      return nativeStorage.getItem(name) || null;
    } catch {
      return memory.get(name) ?? null;
    }
  },
  set(name: string, text: string): void {
    try {
      nativeStorage.setItem(name, text);
    } catch {
      memory.set(name, text);
    }
  },
  remove(name: string): void {
    memory.delete(name);
    try {
      nativeStorage.removeItem(name);
    } catch {
      // It was in memory only.
    }
  },
};
