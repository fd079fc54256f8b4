import { defineConfig } from "vite";

/** The one script that runs inside mail: a file of its own, whose hash the server puts into the frame's policy. */
export default defineConfig({
  build: {
    outDir: "../mailcatch/static/dist",
    emptyOutDir: false,
    target: "es2020",
    reportCompressedSize: false,
    lib: { entry: "src/frame/bridge.ts", formats: ["iife"], name: "bridge", fileName: () => "frame-bridge.js" },
  },
});
