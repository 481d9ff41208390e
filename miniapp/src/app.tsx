import { type ComponentType, lazy, Suspense } from "react";
import { BrowserRouter, Route, Routes } from "react-router-dom";
import { App } from "zmp-ui";
import Home from "./screens/home";
// With the first screen comes what must be readable where there is no network.
import Ticket from "./screens/ticket";
import { Broken } from "./ui/broken";
import { Loading } from "./ui/notice";
import { Screen } from "./ui/screen";

type Module = { default: ComponentType };
const screens: Record<string, () => Promise<Module>> = {
  "/co-quan": () => import("./screens/office"),
  "/thu-tuc": () => import("./screens/procedure"),
  "/thu-tuc/:linked": () => import("./screens/procedure"),
  "/khai": () => import("./screens/declare"),
  "/to-khai": () => import("./screens/declarations"),
  "/dat-lich": () => import("./screens/schedule"),
  "/lich-hen": () => import("./screens/appointments"),
  "/hoi-dap": () => import("./screens/faq"),
  "/du-lieu": () => import("./screens/me"),
};

/** The path under which the app is served: /zapps/<id> inside Zalo, /app beside the local stack. */
const basename = /^\/(zapps\/[^/]+|app)(?=\/|$)/.exec(location.pathname)?.[0] ?? "";

export function MiniApp() {
  return (
    <App>
      <Broken>
        <BrowserRouter basename={basename}>
          <Suspense
            fallback={
              <Screen title="Đang mở…">
                <Loading />
              </Screen>
            }
          >
            <Routes>
              <Route path="/" element={<Home />} />
              <Route path="/phieu-hen" element={<Ticket />} />
              {Object.entries(screens).map(([path, load]) => {
                const Lazy = lazily(path, load);
                return <Route key={path} path={path} element={<Lazy />} />;
              })}
              <Route path="*" element={<Home />} />
            </Routes>
          </Suspense>
        </BrowserRouter>
      </Broken>
    </App>
  );
}

const made = new Map<string, ComponentType>();

function lazily(path: string, load: () => Promise<Module>): ComponentType {
  const before = made.get(path);
  if (before) return before;
  const one = lazy(load);
  made.set(path, one);
  return one;
}
