import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**", ".lml/**"],
    globalSetup: ["db/tests/global-setup.ts"],
    // Processes, not threads: tests start servers, change directories and send signals.
    pool: "forks",
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
