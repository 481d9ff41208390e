import { Component, type ReactNode } from "react";

/** What is shown where the app itself fails, or a part of it cannot be fetched: words and a way on, never a blank page. */
export class Broken extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    if (!this.state.broken) return this.props.children;
    return (
      <main className="content" role="alert">
        <h1>Chưa mở được trang này</h1>
        <p>Có thể mạng vừa mất. Những gì bạn đã điền vẫn còn trên máy.</p>
        <button type="button" className="door" onClick={() => location.reload()}>
          Mở lại
        </button>
      </main>
    );
  }
}
