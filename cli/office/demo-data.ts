import { embeddedDemoPassword } from "../demo/accounts.ts";
import { type SeedReport, isEmpty, isOver, seed } from "../demo/seed.ts";
import type { Output } from "../output.ts";
import { onConnection } from "./connection.ts";
import type { OfficeDatabase } from "./database.ts";
import { randomPassword } from "./secrets.ts";

/** What the demo's data is, and the password of its accounts. */
export type Seeded = SeedReport & { readonly password: string };

/** Fills an empty database with the demo's data, and one whose performances are all over. */
export async function seedIfEmpty(
  database: OfficeDatabase,
  output: Output,
): Promise<Seeded | undefined> {
  const { ownerUrl } = database;
  if (!(await isEmpty(ownerUrl)) && !(await isOver(ownerUrl))) return undefined;
  // Only this machine reaches the embedded server, so its demo may have a password that stands in the README.
  const password = database.origin === "embedded" ? embeddedDemoPassword : randomPassword();
  return await output.step("filling in a theatre to try", async () => ({
    ...(await seed(ownerUrl, password)),
    password,
  }));
}

/** Whether the demo's accounts exist, for telling people about them. */
export async function hasDemo(ownerUrl: string, email: string): Promise<boolean> {
  return await onConnection(ownerUrl, async (client) => {
    const { rowCount } = await client.query("select from app_public.users where email = $1", [
      email,
    ]);
    return rowCount === 1;
  });
}
