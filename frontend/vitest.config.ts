import path from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@": path.resolve(import.meta.dirname, "src") } },
  oxc: { jsx: { runtime: "automatic" } },
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "http://127.0.0.1:8000/" } },
    setupFiles: ["./vitest.setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    testTimeout: 30_000,
    env: { TZ: "Europe/Zurich", LANG: "en-GB" },
    coverage: {
      provider: "v8",
      include: ["src/**/*.{ts,tsx}"],
      // Routes are compositions walked by the journeys in e2e; the schema is generated.
      exclude: ["src/**/*.test.{ts,tsx}", "src/testing/**", "src/app/**", "src/lib/api/schema.d.ts"],
      reporter: ["text-summary", "lcovonly"],
      thresholds: { lines: 80, statements: 80, functions: 80, branches: 80 },
    },
  },
});
