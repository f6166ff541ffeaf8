import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["**/*.test.ts"],
    testTimeout: 30_000,
    // The built package is loaded by Node itself, as a user's program does.
    server: { deps: { external: [/[\\/]pkg[\\/]/] } },
  },
});
