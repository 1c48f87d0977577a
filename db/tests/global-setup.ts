import type { TestProject } from "vitest/node";
import { startTestServer, type TestServer } from "./server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** One server for each process that runs test files, or why there is none. */
    testServers: readonly TestServer[] | string;
  }
}

/**
 * Runs once before all test files. Vitest calls what it returns after them. Each process that runs test files gets a
 * server of its own: what one file holds open must not be seen by another (the audit log is sealed up to the oldest
 * transaction of the whole server).
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const log = (line: string): void => void process.stdout.write(`${line}\n`);
  const started = await Promise.allSettled(
    Array.from({ length: processCount(project) }, () => startTestServer(log)),
  );
  const running = started
    .filter((result) => result.status === "fulfilled")
    .map(({ value }) => value);
  const failed = started.find((result) => result.status === "rejected");
  if (failed === undefined) {
    project.provide(
      "testServers",
      running.map(({ server }) => server),
    );
  } else {
    // Every test that asks for the server fails with this reason. Those that need no database still tell the truth.
    const reason = failed.reason instanceof Error ? failed.reason.message : String(failed.reason);
    log(`tests: there is no test database: ${reason}`);
    project.provide("testServers", reason);
  }
  return async () => void (await Promise.all(running.map(({ stop }) => stop())));
}

/** One process is enough for one file, which is how tests are run while they are written. */
function processCount({ config }: TestProject): number {
  const named = process.argv.filter((word) => word.endsWith(".test.ts"));
  return named.length === 1 ? 1 : config.maxWorkers;
}
