import pg from "pg";

const connectPatienceMs = 10_000;

/** Runs work on a connection of its own. */
export async function onConnection<T>(
  url: string,
  action: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectPatienceMs,
    application_name: "lml",
  });
  // What goes wrong between statements shows at the next one.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await action(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
