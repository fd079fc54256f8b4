import { defineConfig } from "vite";

// The server of `npm run dev`, whose API the development page talks to.
const server = process.env.MAILCATCH_URL ?? "http://127.0.0.1:8025";

/** Every URL in index.html begins with this; the server puts the webroot ("" or "/prefix") in its place. */
const WEBROOT = "/__webroot__";

export default defineConfig(({ command }) => ({
  base: command === "build" ? `${WEBROOT}/` : "/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../mailcatch/static/dist",
    emptyOutDir: true,
    target: "es2022",
    cssTarget: ["chrome123", "firefox125", "safari17.5"],
    // Nothing may be inlined: the page's policy has no `data:` but for images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  // Chunks find each other relative to themselves: only index.html knows the webroot.
  experimental: {
    renderBuiltUrl: (_name, { hostType }) => (hostType === "html" ? undefined : { relative: true }),
  },
  server: { proxy: { "/v1": { target: server, ws: true }, "/frame": server } },
  test: { include: ["src/**/*.test.ts"] },
}));
