import type { TestProject } from "vitest/node";
import { startTestServer, type TestServer } from "./server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The server, or why there is none. */
    testServer: TestServer | string;
  }
}

/** Runs once before all test files. Vitest calls what it returns after them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const log = (line: string): void => void process.stdout.write(`${line}\n`);
  try {
    const { stop, ...server } = await startTestServer(log);
    project.provide("testServer", server);
    return stop;
  } catch (error) {
    // Every test that asks for the server fails with this reason. Those that need no database still tell the truth.
    const reason = error instanceof Error ? error.message : String(error);
    log(`tests: there is no test database: ${reason}`);
    project.provide("testServer", reason);
    return async () => undefined;
  }
}
