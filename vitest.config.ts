import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**", ".lml/**"],
    globalSetup: ["db/tests/global-setup.ts"],
    // Processes, not threads: tests start servers, change directories and send signals.
    pool: "forks",
    // Each has a PostgreSQL server of its own, unless all are told to use the same one.
    maxWorkers: (process.env["TEST_DATABASE_URL"] ?? "") === "" ? 2 : 1,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
