/** The waiting room's screen: numbers and counters, no names; read from ten metres, heard once for each call and recall. */
import createClient from "openapi-fetch";
import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { components, paths } from "../../../miniapp/src/api/contract";
import { readConfig } from "./signin";

type Queue = components["schemas"]["QueueView"];

const POLL = 4000; // milliseconds
const SHOWN = 5;

function Screen({ api, office }: { api: string; office: string }) {
  const [queue, setQueue] = useState<Queue | null>(null);
  const [lost, setLost] = useState(false);
  const before = useRef<Set<string> | null>(null);
  useEffect(() => {
    const client = createClient<paths>({ baseUrl: api || location.origin });
    const look = async () => {
      const { data } = await client
        .GET("/offices/{officeId}/queue", { params: { path: { officeId: office } } })
        .catch(() => ({ data: undefined }));
      setLost(data === undefined);
      if (data === undefined) return;
      setQueue(data);
      const now = new Set(data.counters.map((each) => `${each.ticket} ${each.counter} ${each.calledAt}`));
      if (before.current && [...now].some((each) => !before.current?.has(each))) chime();
      before.current = now;
    };
    void look();
    const timer = setInterval(look, POLL);
    return () => clearInterval(timer);
  }, [api, office]);
  return (
    <main>
      <h1>Mời số</h1>
      <ol aria-live="polite">
        {queue?.counters.slice(0, SHOWN).map((each) => (
          <li key={each.counter}>
            <b>{each.ticket}</b>
            <span>Quầy {each.counter}</span>
          </li>
        ))}
      </ol>
      <p>
        {queue === null ? "Đang mở…" : `${queue.waiting} người đang chờ.`}
        {queue?.wait && ` Một nửa số người đến giờ này chờ không quá ${queue.wait.p50} phút.`}
        {lost && " Đang mất kết nối, số có thể đã cũ."}
      </p>
    </main>
  );
}

/** Two tones; a browser that has not been touched yet may stay silent. */
function chime(): void {
  const audio = new AudioContext();
  for (const [start, pitch] of [
    [0, 660],
    [0.35, 880],
  ] as const) {
    const tone = audio.createOscillator();
    const loud = audio.createGain();
    tone.frequency.value = pitch;
    loud.gain.setValueAtTime(0.25, audio.currentTime + start);
    loud.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + start + 0.6);
    tone.connect(loud).connect(audio.destination);
    tone.start(audio.currentTime + start);
    tone.stop(audio.currentTime + start + 0.7);
  }
  setTimeout(() => void audio.close(), 1500);
}

const root = document.getElementById("root");
const office = new URLSearchParams(location.search).get("office") ?? "";
if (root) {
  readConfig()
    .then((config) => render(<Screen api={config.api} office={office} />, root))
    .catch(() => render(<p role="alert">Trang chưa được cài đặt: thiếu config.json.</p>, root));
}
