/** Two builds: what an office publishes (`vite build`), and what `make app` shows without Zalo (`--mode demo`). */
import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv } from "vite";
import zaloMiniApp from "zmp-vite-plugin";
import office from "./office.json";

export default defineConfig(({ command, mode }) => {
  const demo = mode === "demo";
  // The environment overrules office.json, so that one checkout can be published for several offices.
  const given = loadEnv(mode, ".", "MINIAPP_");
  const api: string = given.MINIAPP_API ?? office.api;
  const atOffice: string = given.MINIAPP_OFFICE ?? office.office ?? "";
  if (command === "build" && !demo && !/^https:\/\/[^/]+$/.test(api)) {
    throw new Error(`office.json: "api" must be the https address of the deployed API, without a path, not "${api}"`);
  }
  return {
    base: demo ? "/app/" : "./",
    define: { __API__: JSON.stringify(demo ? "" : api), __OFFICE__: JSON.stringify(demo ? "" : atOffice) },
    build: { outDir: given.MINIAPP_OUT ?? (demo ? "www-demo" : "www"), emptyOutDir: true },
    resolve: demo ? { alias: { "zmp-sdk": new URL("./demo/zmp-sdk.ts", import.meta.url).pathname } } : {},
    plugins: demo ? [react()] : [react(), zaloMiniApp()],
  };
});
