import { chownSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writePrivate } from "./credentials.ts";
import { failureOf } from "./errors.ts";
import { run } from "./programs.ts";
import type { Site } from "./site.ts";

/**
 * Makes the data directory. It is made beside and renamed when complete: a half-made one is never taken for a whole one.
 *
 * @param password - the superuser's.
 */
export async function initialize(site: Site, password: string): Promise<void> {
  const { directory, account } = site;
  const unfinished = join(directory, "data.unfinished");
  const passwordFile = join(directory, "initdb-password");
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  writePrivate(passwordFile, password + "\n");
  if (account.ids !== undefined) {
    chownSync(unfinished, account.ids.uid, account.ids.gid);
    chownSync(passwordFile, account.ids.uid, account.ids.gid);
  }
  try {
    await initdb(site, unfinished, passwordFile);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(unfinished, site.dataDirectory);
}

async function initdb(site: Site, target: string, passwordFile: string): Promise<void> {
  const words = [
    `--pgdata=${target}`,
    "--username=postgres",
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    ...(site.isTemporary ? ["--no-sync"] : []),
  ];
  const child = run(site.account, join(site.programs, "bin", "initdb"), words, "pipe");
  let said = "";
  child.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((settle, reject) => {
    child.once("error", reject);
    child.once("close", settle);
  });
  if (code !== 0) throw failureOf("The database files were not made", said, site.directory);
}
