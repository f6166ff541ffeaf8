import { defineConfig } from "vitest/config";

export default defineConfig({
  cacheDir: "../../node_modules/.vite",
  test: { root: import.meta.dirname, include: ["**/*.test.ts"], testTimeout: 30_000, silent: "passed-only" },
});
