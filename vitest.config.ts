import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** Four gigabytes: a database has 20 megabytes, but PostgreSQL keeps up to a gigabyte of its log. */
const memoryNeeded = 4 * 2 ** 30;

// Copying a database is most of what many tests do, and five times as fast in memory. Where there is none, such as in a
// container with its usual 64 megabytes of shared memory, tests use the disk.
if (process.env["TMPDIR"] === undefined && freeBytes("/dev/shm") >= memoryNeeded) {
  process.env["TMPDIR"] = "/dev/shm";
}

// Tests start hundreds of programs of the repository. Each finds there what the first one of its kind compiled.
process.env["NODE_COMPILE_CACHE"] ??= join(tmpdir(), "node-compile-cache");

function freeBytes(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return 0;
  }
}

export default defineConfig({
  test: {
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**", ".lml/**"],
    globalSetup: ["db/tests/global-setup.ts"],
    // Processes, not threads: tests start servers, change directories and send signals.
    pool: "forks",
    // What files import, and the schema, is the same for all of them, and most of what starting a server takes.
    isolate: false,
    // Each has a PostgreSQL server of its own, unless all are told to use the same one.
    maxWorkers: (process.env["TEST_DATABASE_URL"] ?? "") === "" ? 2 : 1,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A second, which is what is waited otherwise, is not long for a machine that does much else.
    expect: { poll: { timeout: 50_000 } },
  },
});
