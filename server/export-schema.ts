// Writes sdk/schema.graphql: what the server exposes, for the SDK's types and for reviews. It reads the database of
// LML_SERVER_DATABASE_URL, or makes one for the moment.
// First, before what it is for.
import { graphileEnvironment } from "./graphile-environment.ts";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { migrate } from "../cli/db/migrate.ts";
import { repositoryRoot } from "../cli/db/paths.ts";
import { applyPending } from "../cli/db/pending.ts";
import { temporaryPostgres } from "../cli/db/postgres.ts";
import { openDatabase } from "./database.ts";
import { buildSchema, schemaText } from "./graphql/schema.ts";

const given = process.env["LML_SERVER_DATABASE_URL"];
if (given !== undefined && given !== "") {
  await exportSchema(given);
} else {
  await using server = await temporaryPostgres();
  const authenticatorUrl = server.url("lml_authenticator", "lml");
  await migrate({
    ownerUrl: server.url("lml_owner", "lml"),
    superuserUrl: server.url("postgres", "postgres"),
    roleUrls: [authenticatorUrl],
  });
  await applyPending(server.url("lml_owner", "lml"));
  await exportSchema(authenticatorUrl);
}

async function exportSchema(databaseUrl: string): Promise<void> {
  const database = openDatabase({ databaseUrl, poolSize: 2, onError: () => undefined });
  try {
    const schema = await buildSchema(database.service);
    const file = join(repositoryRoot, "sdk", "schema.graphql");
    await writeFile(file, schemaText(schema));
    console.log(`wrote ${file} (${graphileEnvironment})`);
  } finally {
    await database.pool.end();
  }
}
