/** Two pages: the officer's, and the waiting room's big screen. Nothing of them is inline, as the content policy demands. */
import { defineConfig } from "vite";

export default defineConfig({
  base: "/desk/",
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    outDir: "www",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: ["index.html", "screen.html"] },
  },
});
