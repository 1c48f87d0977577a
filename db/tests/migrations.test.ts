// If this fails, an empty database cannot be brought to the newest version, or doing it again does harm.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { migrate } from "../../cli/db/migrate.ts";
import { repositoryRoot } from "../../cli/db/paths.ts";
import { listCommitted } from "../../cli/db/sources.ts";
import { mailText, type MailVariables } from "../../worker/mail/templates.ts";
import { inTransaction, testServer } from "./harness.ts";
import { onConnection, testUrl, type TestServer } from "./server.ts";

async function onEmptyDatabase(
  name: string,
  action: (ownerUrl: string, server: TestServer) => Promise<void>,
): Promise<void> {
  const server = testServer();
  const database = `${server.prefix}_${name}`;
  try {
    await action(testUrl(server, "lml_owner", database), server);
  } finally {
    await onConnection(server.superuserUrl, async (client) => {
      await client.query(`drop database if exists ${database} with (force)`);
    });
  }
}

function committedIn(ownerUrl: string): Promise<string[]> {
  return onConnection(ownerUrl, async (client) => {
    const { rows } = await client.query<{ filename: string }>(
      "select filename from graphile_migrate.migrations order by filename",
    );
    return rows.map(({ filename }) => filename);
  });
}

const committed = listCommitted(repositoryRoot).map((file) => file.replace(/^(\d+).*$/, "$1.sql"));

test("migrations replay on an empty database, and twice is harmless", async () => {
  await onEmptyDatabase("replay", async (ownerUrl, { superuserUrl }) => {
    const said: string[] = [];
    await migrate({ ownerUrl, superuserUrl, log: (line) => said.push(line) });
    expect(await committedIn(ownerUrl)).toEqual(committed);
    expect(said.length).toBeGreaterThan(1);
    await migrate({ ownerUrl, superuserUrl });
    // The owner alone is enough once role and database exist.
    await migrate({ ownerUrl });
    expect(await committedIn(ownerUrl)).toEqual(committed);
  });
});

test("several processes may migrate at once", async () => {
  await onEmptyDatabase("at_once", async (ownerUrl, { superuserUrl }) => {
    await Promise.all(Array.from({ length: 4 }, () => migrate({ ownerUrl, superuserUrl })));
    expect(await committedIn(ownerUrl)).toEqual(committed);
  });
});

test("the queue belongs to the worker, and nothing is left that only its installation needed", async () => {
  await onEmptyDatabase("rights", async (ownerUrl, { superuserUrl }) => {
    await migrate({ ownerUrl, superuserUrl });
    const rights = await onConnection(ownerUrl, async (client) => {
      const { rows } = await client.query<Record<string, unknown>>(
        `select
          (select rolname from pg_roles r join pg_namespace n on n.nspowner = r.oid
          where nspname = 'graphile_worker') as queue_owner,
          (select bool_and(relowner = 'lml_worker'::regrole) from pg_class
          where relnamespace = 'graphile_worker'::regnamespace) as queue_is_the_workers,
          has_database_privilege('lml_worker', current_database(), 'create') as worker_creates,
          has_database_privilege('lml_authenticator', current_database(), 'connect') as server_connects,
          has_database_privilege('lml_authenticator', current_database(), 'temporary') as server_temps,
          has_schema_privilege('lml_authenticator', 'public', 'create') as server_creates,
          (select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb from pg_roles
          where rolname = 'lml_owner') as owner_is_mighty,
          pg_has_role('lml_owner', 'lml_worker', 'usage') as owner_adds_jobs,
          pg_has_role('lml_authenticator', 'lml_user', 'usage') as server_inherits,
          pg_has_role('lml_authenticator', 'lml_user', 'set') as server_becomes_user`,
      );
      return rows[0];
    });
    expect(rights).toEqual({
      queue_owner: "lml_worker",
      queue_is_the_workers: true,
      worker_creates: false,
      server_connects: true,
      server_temps: false,
      server_creates: false,
      owner_is_mighty: false,
      owner_adds_jobs: true,
      server_inherits: false,
      server_becomes_user: true,
    });
  });
});

test("a database that somebody else owns is refused with the way out", async () => {
  await onEmptyDatabase("foreign", async (ownerUrl, server) => {
    const database = new URL(ownerUrl).pathname.slice(1);
    await onConnection(server.superuserUrl, async (client) => {
      await client.query(`create database ${database}`);
    });
    await expect(migrate({ ownerUrl })).rejects.toThrow(/create database .* owner lml_owner/);
  });
});

test("what was to be mailed by templates that are gone is mailed by the one in their place", async () => {
  const directory = join(repositoryRoot, "db", "migrations", "committed");
  const texts = readdirSync(directory).map((file) => readFileSync(join(directory, file), "utf8"));
  const conversion = texts
    .flatMap((text) => text.match(/^update app_private\.outgoing_emails[^;]*;/gm) ?? [])
    .find((statement) => statement.includes("'booking_charged'"));
  const gone = ["booking_accepted", "booking_charged", "booking_invoiced", "booking_sold"];
  const words = {
    event: "The Tempest",
    organization: "Playhouse",
    startsAt: "2027-05-01 19:30 Europe/Vienna",
    reference: "LML-ABC",
    amount: "62.80 EUR",
    until: "2027-04-01 19:30 Europe/Vienna",
  };
  await inTransaction("lml_owner", async ({ rows }) => {
    await rows(
      `insert into app_private.outgoing_emails (recipient, template, variables)
      select template || '@example.com', template, $2 from unnest($1::text[]) as template`,
      [gone, words],
    );
    await rows(conversion ?? "");
    const converted = await rows<{ template: string; variables: MailVariables }>(
      "select template, variables from app_private.outgoing_emails order by recipient",
    );
    expect(converted.map(({ template }) => template)).toEqual(gone.map(() => "booking_confirmed"));
    expect(converted.map(({ variables }) => variables.payment)).toEqual([
      "free",
      "paid",
      "invoice",
      "paid",
    ]);
    for (const { template, variables } of converted) {
      expect(mailText(template, variables, undefined).text).not.toMatch(/undefined|null/);
    }
  });
});
