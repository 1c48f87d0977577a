import { consoleLogFactory, Logger, runMigrations } from "graphile-worker";
import pg from "pg";
import { isProgram } from "./paths.ts";

/**
 * Installs or updates the job queue's own schema, as the role that owns it. Safe to run twice and by two at once.
 *
 * @param ownerUrl - a connection as the database's owner, who is a member of `lml_worker`.
 */
export async function installQueue(ownerUrl: string): Promise<void> {
  const asWorker = new URL(ownerUrl);
  asWorker.searchParams.set("options", "-c role=lml_worker");
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ installed: boolean; database: string }>(
      `select to_regclass('graphile_worker.migrations') is not null as installed,
        quote_ident(current_database()) as database`,
    );
    const database = rows[0]?.database ?? "";
    // graphile-worker says `create schema if not exists`, for which PostgreSQL wants the right to create schemas even
    // when the schema exists. The right is lent for the first installation only.
    const lend = rows[0]?.installed !== true;
    if (lend) await client.query(`grant create on database ${database} to lml_worker`);
    try {
      await runMigrations({ connectionString: asWorker.href, logger: quiet });
    } finally {
      if (lend) await client.query(`revoke create on database ${database} from lml_worker`);
    }
  } finally {
    await client.end();
  }
}

/** Only what goes wrong is worth a line. */
const quiet = new Logger((scope) => {
  const write = consoleLogFactory(scope);
  return (level, message, meta) => {
    if (level === "error" || level === "warning") write(level, message, meta);
  };
});

if (isProgram(import.meta.filename)) {
  // graphile-migrate calls this file as an action and passes the connection this way.
  const ownerUrl = process.env["GM_DBURL"] ?? process.env["DATABASE_URL"];
  if (ownerUrl === undefined) throw new Error("Set DATABASE_URL to the owner's connection.");
  await installQueue(ownerUrl);
}
