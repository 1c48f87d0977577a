import pg from "pg";
import { repositoryRoot } from "./paths.ts";
import { pendingSql } from "./sources.ts";

/**
 * Runs what no migration has sealed yet the way graphile-migrate would: in one transaction, with full names. Tests,
 * benchmarks and the schema's export are of the working tree. Returns the files that were run.
 */
export async function applyPending(ownerUrl: string): Promise<readonly string[]> {
  const pending = pendingSql(repositoryRoot);
  if (pending === undefined) return [];
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query("begin");
    await client.query("set local search_path = ''; set local check_function_bodies = off");
    await client.query(pending.text);
    await client.query("commit");
  } catch (error) {
    throw error instanceof pg.DatabaseError ? locate(error, pending.text) : error;
  } finally {
    await client.end();
  }
  return pending.files;
}

/** Says in which file and line an error of joined sources is. */
function locate(error: pg.DatabaseError, text: string): Error {
  if (error.position === undefined) {
    return new Error(`uncommitted SQL failed: ${error.message}`, { cause: error });
  }
  const before = text.slice(0, Number(error.position));
  const file = [...before.matchAll(/^-- (db\/\S+\.sql)$/gm)].at(-1)?.[1] ?? "";
  const line = before.slice(before.lastIndexOf(`-- ${file}`)).split("\n").length - 1;
  return new Error(`${file}:${line}: ${error.message}`, { cause: error });
}
