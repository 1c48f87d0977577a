// If these tests failed, the doctor would call a database safe that is not. Each thing is broken on purpose, and must be
// told together with what to do.
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../../db/tests/harness.ts";
import { examineAudit } from "./audit.ts";
import { examineBackup } from "./backup.ts";
import { examineEncryption, examineLogins } from "./connections.ts";
import type { Finding } from "./finding.ts";
import { examineKeys } from "./keys.ts";
import { examinePolicies } from "./policies.ts";
import { examineSecurity } from "./security.ts";
import { examineRoom } from "./machine.ts";
import { examineCollation, examineLog, examineSettings, examineSlots } from "./settings.ts";

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await testDatabase();
  client = await database.connect("superuser");
});

afterAll(() => database.drop());

/** What is found as lml_owner after something was broken. Nothing of it stays. */
async function after<T>(breaking: string, examine: () => Promise<T>): Promise<T> {
  await client.query("begin");
  try {
    await client.query(breaking);
    await client.query("set local role lml_owner");
    return await examine();
  } finally {
    await client.query("rollback");
  }
}

const notOk = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ status }) => status !== "ok");

describe("the posture of a database", () => {
  test("that is as it was migrated has nothing wrong", async () => {
    const findings = await after("select", () => examineSecurity(client));
    expect(notOk(findings)).toEqual([]);
    expect(findings.length).toBeGreaterThanOrEqual(8);
  });

  const leaf = `do $$ begin execute format('%s app_public.audit_log_%s%s', 'grant select on',
    to_char(now() at time zone 'UTC', '"y"YYYY"m"MM'), ' to lml_user'); end $$`;

  test.each([
    [
      "row-level security",
      "alter table app_public.bookings disable row level security",
      "app_public.bookings is not forced",
    ],
    [
      "row-level security",
      "alter table app_private.signing_keys no force row level security",
      "app_private.signing_keys is not forced",
    ],
    [
      "row-level security",
      "drop policy all_owner on app_private.signing_keys",
      "app_private.signing_keys has no policy",
    ],
    ["row-level security", leaf, "is granted to lml_user"],
    [
      "grants to PUBLIC",
      "grant select on app_public.bookings to public",
      "select on app_public.bookings",
    ],
    [
      "grants to PUBLIC",
      "grant execute on function app_private.seal_audit_log() to public",
      "execute on app_private.seal_audit_log()",
    ],
    [
      "grants to PUBLIC",
      "create function app_private.planted() returns integer return 1; alter function app_private.planted() owner to lml_owner; grant execute on function app_private.planted() to public",
      "execute on app_private.planted()",
    ],
    ["grants to PUBLIC", "grant usage on schema app_private to public", "schema app_private"],
    [
      "grants",
      "grant update on app_public.bookings to lml_user",
      "lml_user may update app_public.bookings",
    ],
    [
      "grants",
      "grant insert (email) on app_public.customers to lml_anonymous",
      "lml_anonymous may insert email of app_public.customers",
    ],
    [
      "grants",
      "grant select on app_private.session_tokens to lml_user",
      "lml_user may select app_private.session_tokens",
    ],
    [
      "grants",
      "grant select on app_public.bookings to lml_analyst",
      "lml_analyst may select app_public.bookings",
    ],
    [
      "grants",
      "grant select on app_public.users to lml_authenticator",
      "lml_authenticator may select app_public.users",
    ],
    [
      "grants",
      "grant execute on function app_private.seal_audit_log() to lml_user",
      "lml_user may execute app_private.seal_audit_log()",
    ],
    [
      "grants",
      "create role planted_person; grant usage on schema app_private to planted_person",
      "planted_person may usage schema app_private",
    ],
    ["roles", "alter role lml_worker superuser", "lml_worker is a superuser"],
    ["roles", "alter role lml_user bypassrls", "lml_user bypasses row-level security"],
    ["roles", "alter role lml_anonymous login", "lml_anonymous may log in"],
    ["roles", "alter role lml_authenticator createrole", "lml_authenticator may create roles"],
    ["roles", "alter role lml_worker replication", "lml_worker may copy the whole server"],
    ["roles", "alter role lml_authenticator inherit", "lml_authenticator inherits"],
    [
      "memberships",
      "grant lml_owner to lml_authenticator",
      "lml_authenticator is a member of lml_owner",
    ],
    [
      "memberships",
      "grant lml_user to lml_authenticator with inherit true",
      "lml_authenticator inherits the rights of lml_user",
    ],
    ["memberships", "revoke lml_user from lml_authenticator", "is not a member of lml_user"],
    ["memberships", "grant pg_read_all_data to lml_user", "lml_user is a member of pg_read_all"],
    [
      "memberships",
      "create role lml_test_guest; grant lml_worker to lml_test_guest",
      "lml_test_guest is a member of lml_worker",
    ],
    [
      "ownership",
      "create function app_public.planted() returns integer return 1; revoke all on function app_public.planted() from public",
      "app_public.planted() belongs to",
    ],
    [
      "ownership",
      "alter table app_public.bookings owner to lml_worker",
      "app_public.bookings belongs to lml_worker",
    ],
    [
      "triggers",
      "alter table app_public.users disable trigger _500_audit",
      "_500_audit of app_public.users does not run",
    ],
    [
      "triggers",
      "alter table app_public.consents disable trigger all",
      "of app_public.consents does not run",
    ],
    [
      "constraints",
      "alter table app_public.users add constraint planted check (true) not valid",
      "planted of app_public.users is not validated",
    ],
    [
      "constraints",
      "alter table app_public.users add constraint planted check (true) not enforced",
      "planted of app_public.users is not enforced",
    ],
    [
      "constraints",
      "alter table app_private.two_factor_secrets drop constraint two_factor_secrets_pkey",
      "app_private.two_factor_secrets has no primary key",
    ],
    [
      "definer functions",
      "alter function app_hidden.current_user_id() reset search_path",
      "app_hidden.current_user_id() does not pin",
    ],
    [
      "views",
      `create view app_public.planted as select * from app_public.bookings;
      alter view app_public.planted owner to lml_owner;
      grant select on app_public.planted to lml_user`,
      "app_public.planted shows what its owner sees",
    ],
  ])("%s: %s", async (check, breaking, problem) => {
    const found = notOk(await after(breaking, () => examineSecurity(client)));
    expect(found).toEqual([
      expect.objectContaining({ check, status: "fail", finding: expect.stringContaining(problem) }),
    ]);
    expect(found[0]?.advice).not.toBe("");
  });

  test("has the policies that migrations made, and no others", async () => {
    const found = async (breaking: string): Promise<Finding> =>
      await after(breaking, () => examinePolicies(client));
    expect((await found("select")).status).toBe("ok");
    expect(
      await found("create policy planted on app_public.customers to lml_user using (true)"),
    ).toMatchObject({
      status: "fail",
      finding: "planted on app_public.customers is of no migration",
    });
    expect(await found("drop policy select_own on app_public.users")).toMatchObject({
      status: "fail",
      finding: "select_own on app_public.users is missing",
    });
  });

  test.each([
    "alter policy select_own on app_public.users using (true)",
    "alter policy select_own on app_public.users to lml_user, lml_anonymous",
    `drop policy select_own on app_public.users;
    create policy select_own on app_public.users as restrictive for select to lml_user using (id is null)`,
    "alter policy all_owner on app_private.signing_keys with check (false)",
  ])("has policies that say what migrations said: %s", async (breaking) => {
    const { status, finding } = await after(breaking, () => examinePolicies(client));
    expect(status).toBe("fail");
    expect(finding).toMatch(/^\w+ on app_\w+\.\w+ says something else$/);
    // Nothing of the comparison stays.
    expect((await client.query("select from pg_class where relpersistence = 't'")).rowCount).toBe(
      0,
    );
  });

  test("people who analyze may be granted lml_analyst", async () => {
    const granting = "create role planted_person; grant lml_analyst to planted_person";
    expect(notOk(await after(granting, () => examineSecurity(client)))).toEqual([]);
  });

  test("a server that is connected as the owner is told", async () => {
    const url = new URL(database.url("lml_owner"));
    url.searchParams.set("application_name", "lml-server");
    const server = new pg.Client({ connectionString: url.href });
    await server.connect();
    const found = notOk(await after("select", () => examineSecurity(client)));
    await server.end();
    expect(found).toEqual([
      expect.objectContaining({ check: "sessions", finding: expect.stringMatching(/lml_owner/) }),
    ]);
  });
});

describe("the settings of a server", () => {
  test.each([
    ["row_security", "set local row_security = off", "row_security = off"],
    [
      "standard_conforming_strings",
      "set local standard_conforming_strings = off",
      "standard_conforming_strings = off",
    ],
    [
      "one role's isolation",
      "alter role lml_authenticator set default_transaction_isolation = 'serializable'",
      "default_transaction_isolation = serializable for lml_authenticator",
    ],
    [
      "one role's triggers",
      "alter role lml_worker set session_replication_role = 'replica'",
      "session_replication_role = replica for lml_worker",
    ],
    [
      "what is read-only",
      "alter role lml_worker set default_transaction_read_only = on",
      "default_transaction_read_only = on for lml_worker",
    ],
  ])("%s", async (_what, breaking, problem) => {
    // The servers of tests do without fsync.
    const ofTests = notOk(await after("select", () => examineSettings(client)));
    const found = notOk(await after(breaking, () => examineSettings(client)));
    expect(found.map(({ finding }) => finding)).toEqual(
      expect.arrayContaining([...ofTests.map(({ finding }) => finding), problem]),
    );
    expect(found).toHaveLength(ofTests.length + 1);
  });

  test("that write parameters to the log are told, for any role", async () => {
    const logged = async (breaking: string): Promise<Finding> =>
      await after(breaking, () => examineLog(client));
    expect((await logged("select")).status).toBe("ok");
    const slow = "set local log_min_duration_statement = 100";
    expect(await logged(slow)).toMatchObject({
      status: "warn",
      finding: expect.stringContaining("log_min_duration_statement = 100"),
    });
    expect((await logged(`${slow}; set local log_parameter_max_length = 0`)).status).toBe("ok");
    expect((await logged("alter role lml_authenticator set log_statement = 'all'")).status).toBe(
      "warn",
    );
    expect((await logged("set local log_parameter_max_length_on_error = -1")).status).toBe("warn");
  });

  test("that make two people of one address are told", async () => {
    const name = "lml_test_turkish";
    expect((await after("select", () => examineCollation(client))).status).toBe("ok");
    await client.query(`drop database if exists ${name}`);
    await client.query(
      `create database ${name} template template0 locale_provider icu icu_locale 'tr-TR'`,
    );
    const url = new URL(database.url("superuser"));
    url.pathname = name;
    const turkish = new pg.Client({ connectionString: url.href });
    await turkish.connect();
    const found = await examineCollation(turkish);
    await turkish.end();
    await client.query(`drop database ${name}`);
    expect(found).toMatchObject({ status: "fail", finding: expect.stringContaining("tr-TR") });
  });
});

describe("the audit log", () => {
  test("is verified, and its seals are up to date or not", async () => {
    await using own = await testDatabase();
    const owner = await own.connect("lml_owner");
    expect((await examineAudit(owner)).status).toBe("ok");
    await owner.query(`insert into app_public.audit_log (action, entity_type, database_role)
      values ('insert', 'x', 'x')`);
    expect((await examineAudit(owner)).status).toBe("ok");
    await owner.query("select app_private.seal_audit_log()");
    await owner.query("select app_private.make_partitions_ahead(0, now() - interval '3 hours')");
    await owner.query(`insert into app_public.audit_log
      (action, entity_type, database_role, created_at)
      values ('insert', 'x', 'x', now() - interval '2 hours')`);
    expect(await examineAudit(owner)).toMatchObject({
      status: "warn",
      finding: expect.stringContaining("120 minutes"),
    });
    await owner.query("select app_private.seal_audit_log()");
    expect((await examineAudit(owner)).status).toBe("ok");

    const superuser = await own.connect("superuser");
    await superuser.query(`set session_replication_role = replica;
      update app_public.audit_log set entity_type = 'y'`);
    expect(await examineAudit(owner)).toMatchObject({
      status: "fail",
      finding: expect.stringContaining("a row was changed"),
    });
  });
});

describe("how it is reached", () => {
  const embedded = {
    origin: "embedded",
    ownerUrl: "postgres://lml_owner:s3cret@127.0.0.1/lml",
    serverUrl: "postgres://lml_authenticator:s3cret@127.0.0.1/lml",
    workerUrl: "postgres://lml_worker:s3cret@127.0.0.1/lml",
  } as const;
  const remote = (url: string): string => url.replace("127.0.0.1", "db.example.com");

  test("each process needs a login of its own", () => {
    expect(examineLogins(embedded).status).toBe("ok");
    expect(examineLogins({ ...embedded, workerUrl: undefined }).status).toBe("skip");
    const wrong = examineLogins({ ...embedded, serverUrl: embedded.ownerUrl });
    expect(wrong).toMatchObject({
      status: "fail",
      finding: "LML_SERVER_DATABASE_URL logs in as lml_owner",
    });
  });

  test("TLS is needed beyond loopback", () => {
    expect(examineEncryption(embedded, {}).status).toBe("ok");
    const far = { ...embedded, origin: "given", ownerUrl: remote(embedded.ownerUrl) } as const;
    const found = examineEncryption(far, {});
    expect(found).toMatchObject({
      status: "warn",
      finding: "lml_owner on db.example.com: sslmode none",
    });
    expect(examineEncryption(far, { PGSSLMODE: "require" }).status).toBe("warn");
    expect(examineEncryption(far, { PGSSLMODE: "verify-full" }).status).toBe("ok");
    const safe = { ...far, ownerUrl: `${far.ownerUrl}?sslmode=verify-full` };
    expect(examineEncryption(safe, {}).status).toBe("ok");
    expect(examineEncryption(embedded, { LML_PUBLIC_URL: "http://shop.example" }).status).toBe(
      "warn",
    );
    expect(examineEncryption(embedded, { LML_PUBLIC_URL: "https://shop.example" }).status).toBe(
      "ok",
    );
  });

  test("keys are missed, and never shown", async () => {
    const given = { origin: "given" } as const;
    const key = "k".repeat(31);
    const keys = (environment: NodeJS.ProcessEnv, breaking = "select"): Promise<Finding[]> =>
      after(breaking, () => examineKeys(client, given, environment));
    expect(notOk(await keys({ LML_SECRET_KEY: `${key}k` }))).toEqual([]);
    expect(notOk(await after("select", () => examineKeys(client, embedded, {})))).toEqual([]);
    const found = [
      await keys({}),
      await keys({ LML_SECRET_KEY: key }),
      await keys({ LML_SECRET_KEY: `${key}k` }, "delete from app_private.signing_keys"),
    ];
    expect(found.map((findings) => findings.map(({ status }) => status))).toEqual([
      ["warn"],
      ["fail"],
      ["fail"],
    ]);
    expect(JSON.stringify([found, examineLogins(embedded)])).not.toMatch(/kkk|s3cret/);
  });

  test("a backup that is not known is asked for", async () => {
    expect((await examineBackup(client, embedded)).status).toBe("skip");
    const found = await examineBackup(client, { origin: "given" });
    expect(found).toMatchObject({ check: "backup", status: "warn" });
    expect(found.advice).toContain("restore one regularly");
  });
});

describe("what fills a disk", () => {
  test("is told before it is full", () => {
    const gigabyte = 1024 ** 3;
    expect(examineRoom(2 * gigabyte).status).toBe("ok");
    expect(examineRoom(gigabyte / 2)).toMatchObject({ status: "warn", finding: "0.5 GB free" });
    expect(examineRoom(gigabyte / 50).status).toBe("fail");
  });

  test("a slot whose reader does not come is named", async () => {
    const slot = database.name;
    await client.query("select pg_create_physical_replication_slot($1, true)", [slot]);
    try {
      await client.query("select pg_logical_emit_message(false, 'x', repeat('x', 10000), true)");
      const find = (bytesMax?: number): Promise<Finding> =>
        after("select", () => examineSlots(client, bytesMax));
      expect((await find()).status).toBe("ok");
      expect(await find(0)).toMatchObject({
        status: "warn",
        finding: expect.stringContaining(slot),
      });
    } finally {
      await client.query("select pg_drop_replication_slot($1)", [slot]);
    }
  });
});
