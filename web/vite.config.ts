import react from "@vitejs/plugin-react";
import { build, type Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { savedConfig } from "./vite.saved.ts";

/** Beside the page of a server, the one that is saved as a file. */
const saved: Plugin = {
  name: "saved",
  apply: "build",
  async closeBundle() {
    await build(savedConfig);
  },
};

// The page is served from the root of a server, and later opened from disk: every address in it is relative.
export default defineConfig({
  base: "./",
  plugins: [react(), saved],
  build: {
    outDir: "../src/assay/serving/page",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: { environment: "happy-dom", include: ["tests/**/*.test.{ts,tsx}"] },
});
