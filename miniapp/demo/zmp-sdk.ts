/**
 * A double of Zalo's SDK for an ordinary browser, for `make app` alone: it signs in a demo citizen, whom the local
 * stack's fake Zalo knows. vite.config.ts puts it in place of zmp-sdk in the demo build and in no other.
 */

// Kept for the tab, as the app's own navigation drops it from the address.
const citizen = new URLSearchParams(location.search).get("demo") ?? sessionStorage.getItem("demo") ?? "lan";
sessionStorage.setItem("demo", citizen);

export async function getAccessToken(): Promise<string> {
  return `demo-${citizen}`;
}

/** The fake Zalo reads the number from the token, which is good once. */
export async function getPhoneNumber(): Promise<{ token: string }> {
  const [last] = crypto.getRandomValues(new Uint32Array(1));
  return { token: `phone-8491${String((last ?? 0) % 10_000_000).padStart(7, "0")}` };
}

export async function followOA(_: { id: string }): Promise<void> {
  alert("Trong Zalo, tại đây bạn quan tâm trang của cơ quan.");
}

export async function openPhone({ phoneNumber }: { phoneNumber: string }): Promise<void> {
  location.href = `tel:${phoneNumber}`;
}

export async function openOutApp({ url }: { url: string }): Promise<void> {
  window.open(url, "_blank", "noopener");
}

export async function downloadFile({ fileBase64Data }: { fileBase64Data: string }): Promise<void> {
  const link = document.createElement("a");
  link.href = fileBase64Data.replace(/;name=[^;]*/, "");
  link.download = /;name=([^;]*)/.exec(fileBase64Data)?.[1] ?? "tep";
  link.click();
}

export const nativeStorage = {
  getItem: (name: string) => localStorage.getItem(`cccd ${name}`),
  setItem: (name: string, text: string) => localStorage.setItem(`cccd ${name}`, text),
  removeItem: (name: string) => localStorage.removeItem(`cccd ${name}`),
};
