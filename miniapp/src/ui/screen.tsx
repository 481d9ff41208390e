import { type ReactNode, useEffect, useRef, useSyncExternalStore } from "react";
import { useLocation, useNavigate } from "react-router-dom";
import { Page } from "zmp-ui";
import { currentNotice, subscribe } from "../api/carry";
import { useOnline } from "./use-phone";

/** A page with its title, the way back, and what is to be known of the network. */
export function Screen({ title, children, back = true }: { title: string; children: ReactNode; back?: boolean }) {
  const navigate = useNavigate();
  const { key } = useLocation();
  const notice = useSyncExternalStore(subscribe, currentNotice);
  const online = useOnline();
  const heading = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new place is a new screen for who hears it.
  useEffect(() => {
    document.title = title;
    window.scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, [key, title]);
  return (
    <Page className="screen">
      <header className="bar">
        {back && (
          <button
            type="button"
            className="bar-back"
            onClick={() => (key === "default" ? navigate("/") : navigate(-1))}
            aria-label="Quay lại"
          >
            <Chevron />
          </button>
        )}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
      </header>
      <div role="status" className="network">
        {!online ? "Máy đang không có mạng." : (notice?.text ?? "")}
      </div>
      <main className="content">{children}</main>
    </Page>
  );
}

function Chevron() {
  return (
    <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M15 5l-7 7 7 7" fill="none" stroke="currentColor" strokeWidth="2.5" strokeLinecap="round" />
    </svg>
  );
}
