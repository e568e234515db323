import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The page is served from the root of a server, and later opened from disk: every address in it is relative.
export default defineConfig({
  base: "./",
  plugins: [react()],
  build: {
    outDir: "../src/assay/serving/page",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: { environment: "happy-dom", include: ["tests/**/*.test.{ts,tsx}"] },
});
