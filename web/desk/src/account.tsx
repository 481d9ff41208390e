/** The office's Official Account: the chief presses, an administrator consents at Zalo, and the browser comes back here. */
import { useCallback, useEffect, useState } from "preact/hooks";
import { type Account as Connected, type Desk, Refused } from "./api";

const ASKED = "desk-oa";

/** What Zalo's page came back with, in the tab that had asked for it. */
export interface Grant {
  office: string;
  state: string;
  code: string;
}

/** Take it from the address, once; null where the address is not Zalo's answer to this tab. */
export function granted(): Grant | null {
  const asked = JSON.parse(sessionStorage.getItem(ASKED) ?? "{}") as { office?: string; state?: string };
  const query = new URLSearchParams(location.search);
  const [state, code] = [query.get("state"), query.get("code")];
  if (!asked.office || !state || state !== asked.state) return null;
  sessionStorage.removeItem(ASKED);
  history.replaceState(null, "", "/desk/");
  return code ? { office: asked.office, state, code } : null;
}

type Tell = (text: string, bad: boolean) => void;

let answered: Grant | null = null; // a grant is answered once, however often this is shown

export function Account(props: { desk: Desk; office: string; grant: Grant | null; tell: Tell }) {
  const { desk, office, grant, tell } = props;
  const [account, setAccount] = useState<Connected | null>(null);
  const [known, setKnown] = useState(false);
  const [sure, setSure] = useState(false);
  const look = useCallback(async () => {
    setAccount(await desk.account());
    setKnown(true);
  }, [desk]);
  useEffect(() => {
    if (grant?.office !== office || answered === grant) {
      void look().catch(() => undefined);
      return;
    }
    answered = grant;
    desk
      .connect(grant.state, grant.code)
      .then((connected) => tell(`Đã kết nối trang Zalo ${connected?.name ?? ""}.`, false))
      .catch((refused) =>
        tell(refused instanceof Refused ? refused.message : "Chưa kết nối được, vui lòng bấm lại.", true),
      )
      .finally(() => void look().catch(() => undefined));
  }, [look]);
  const perform = async (deed: () => Promise<void>) => {
    try {
      await deed();
    } catch (refused) {
      tell(refused instanceof Refused ? refused.message : "Chưa làm được, vui lòng bấm lại.", true);
    }
  };
  const connect = () =>
    perform(async () => {
      const { url, state } = await desk.beginGrant();
      sessionStorage.setItem(ASKED, JSON.stringify({ office, state }));
      location.assign(url);
    });
  const disconnect = () =>
    perform(async () => {
      if (!sure) return setSure(true);
      setSure(false);
      await desk.disconnect();
      await look();
      tell("Đã ngắt kết nối. Trang Zalo không còn nhắn tin cho người dân.", false);
    });
  return (
    <section aria-label="Trang Zalo của cơ quan">
      <h2>Trang Zalo (Official Account)</h2>
      {known && !account && <p>Cơ quan chưa kết nối trang Zalo nào: người dân chưa nhận được tin nhắn từ cơ quan.</p>}
      {account && (
        <p>
          {account.name}
          {account.province && `, nhắn thay cho các cơ quan ở ${account.province} chưa có trang riêng`}.{" "}
          {account.connected ? "Đang kết nối." : "Mất kết nối: vui lòng kết nối lại, tin nhắn đang chờ."}
        </p>
      )}
      {known && (
        <button type="button" onClick={connect}>
          {account ? "Kết nối lại OA" : "Kết nối OA"}
        </button>
      )}{" "}
      {account && (
        <button type="button" class="quiet" onClick={disconnect}>
          {sure ? "Chắc chắn ngắt kết nối" : "Ngắt kết nối"}
        </button>
      )}
    </section>
  );
}
