// If these failed, the schema would expose what nobody decided to, or differ from the file that the SDK is made from.
import { readFile } from "node:fs/promises";
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from "postgraphile/graphql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../db/tests/harness.ts";
import { openDatabase, type Database } from "./database.ts";
import { buildSchema, schemaText } from "./graphql/schema.ts";

let testing: TestDatabase;
let database: Database;
let schema: GraphQLSchema;

beforeAll(async () => {
  testing = await testDatabase();
  database = openDatabase({
    databaseUrl: testing.url("lml_authenticator"),
    poolSize: 2,
    onError: () => undefined,
  });
  schema = await buildSchema(database.service);
});

afterAll(async () => {
  await database.pool.end();
  await testing.drop();
});

/** What the server does itself, with functions of the same names that GraphQL does not reach. */
const ownMutations = [
  "changePassword",
  "closeAccount",
  "completeSignUp",
  "confirmEmailChange",
  "confirmTwoFactor",
  "enrollTwoFactor",
  "inviteMember",
  "refreshSession",
  "removeTwoFactor",
  "requestEmailChange",
  "requestEmailVerification",
  "requestErasure",
  "requestPasswordReset",
  "resendInvitation",
  "resetPassword",
  "signIn",
  "signUp",
  "startImpersonation",
  "verifyEmail",
];

function objectTypes(): GraphQLObjectType[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith("__"));
}

test("the file that the SDK is made from is the schema: node server/export-schema.ts", async () => {
  const file = await readFile(new URL("../sdk/schema.graphql", import.meta.url), "utf8");
  expect(schemaText(schema)).toBe(file);
});

test("every mutation is a function or one of the server's own: rows are not written by hand", async () => {
  const client = await testing.connect("lml_owner");
  const { rows } = await client.query<{ name: string }>(
    `select proname as name from pg_proc
    where pronamespace = 'app_public'::regnamespace and provolatile = 'v'`,
  );
  const functions = new Set(
    rows.map(({ name }) =>
      name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    ),
  );
  const others = Object.keys(schema.getMutationType()?.getFields() ?? {}).filter(
    (name) => !functions.has(name),
  );
  expect(others.sort()).toEqual(ownMutations);
});

test("nothing of app_private, app_hidden or the job queue is in it", async () => {
  const client = await testing.connect("lml_owner");
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class
    where relnamespace in (
      'app_private'::regnamespace, 'app_hidden'::regnamespace, 'graphile_worker'::regnamespace
    )
    union
    select proname from pg_proc
    where pronamespace in (
      'app_private'::regnamespace, 'app_hidden'::regnamespace, 'graphile_worker'::regnamespace
    )
    union
    select attname from pg_attribute
    where attrelid = 'app_private.user_credentials'::regclass and attname ~ 'password|failed'`,
  );
  const plain = (name: string): string => name.replaceAll("_", "").toLowerCase();
  const secrets = new Set(rows.map(({ name }) => plain(name)));
  const exposed = objectTypes().flatMap((type) => [type.name, ...Object.keys(type.getFields())]);
  expect(secrets.size).toBeGreaterThan(50);
  const told = exposed.filter((name) => secrets.has(plain(name)) && !ownMutations.includes(name));
  expect(told).toEqual([]);
});

test("no hash of a token is readable, and a password is only ever an argument", () => {
  const fields = objectTypes()
    .flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`))
    .filter((field) => !ownMutations.some((name) => field === `Mutation.${name}`));
  expect(fields.filter((field) => /hash|password/i.test(field))).toEqual([]);
  expect(fields.filter((field) => field.endsWith(".token")).sort()).toEqual([
    "SignInPayload.token",
  ]);
});

test("every connection is bounded, forwards only, and every other list is a column", () => {
  const unbounded: string[] = [];
  for (const type of objectTypes()) {
    for (const field of Object.values(type.getFields())) {
      const named = getNamedType(field.type);
      if (!named.name.endsWith("Connection")) continue;
      const first = field.args.find(({ name }) => name === "first");
      const others = field.args.map(({ name }) => name);
      if (String(first?.type) !== "Int!" || first?.defaultValue !== 50) {
        unbounded.push(`${type.name}.${field.name}`);
      }
      expect(others).not.toContain("last");
      expect(others).not.toContain("offset");
    }
  }
  expect(unbounded).toEqual([]);
});

test("what everybody may read is filtered and ordered by the beginning of an index", async () => {
  const { rows } = await database.pool.query<{ name: string }>(
    `select regexp_replace(regexp_replace(c.relname, 'ies$', 'y'), 's$', '') || '.' || a.attname
      as name
    from pg_class as c
    join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
    where c.relnamespace = 'app_public'::regnamespace
      and c.relkind = 'r'
      and has_column_privilege('lml_anonymous', c.oid, a.attnum, 'select')
      and not exists (
        select from pg_index as i
        where i.indrelid = c.oid
          and i.indpred is null
          and a.attnum in (
            i.indkey[0], case when i.indkey[0] = (
              select o.attnum from pg_attribute as o
              where o.attrelid = c.oid and o.attname = 'organization_id'
            ) then i.indkey[1] end
          )
      )`,
  );
  const plain = (name: string): string => name.replaceAll("_", "").toLowerCase();
  const unled = new Set(rows.map(({ name }) => plain(name)));
  expect(unled).toContain("layoutseat.rowname");
  const offered: string[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    const table = /^(?<row>\w+)(?:Condition|OrderBy)$/.exec(type.name)?.groups?.["row"];
    if (table === undefined) continue;
    const columns = isInputObjectType(type)
      ? Object.keys(type.getFields())
      : isEnumType(type)
        ? type.getValues().map(({ name }) => name.replace(/_(A|DE)SC$/, ""))
        : [];
    for (const column of columns) {
      const name = plain(`${table}.${column}`);
      if (unled.has(name) && !name.endsWith(".organizationid")) offered.push(name);
    }
  }
  expect([...new Set(offered)]).toEqual(["ticketcategoryprice.audience"]);
});

test("every row has its UUID as id, and no other kind of identifier", () => {
  const events = schema.getType("Event");
  expect(isObjectType(events) && String(events.getFields()["id"]?.type)).toBe("UUID!");
  for (const type of objectTypes()) {
    expect(Object.keys(type.getFields())).not.toContain("nodeId");
    expect(Object.keys(type.getFields())).not.toContain("rowId");
  }
});

test("64-bit integers are amounts, in minor or in whole units, and are called so", () => {
  const names: string[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (/\bBigInt\b/.test(String(field.type))) names.push(field.name);
    }
  }
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !/(Cents|Units)$/.test(name))).toEqual([]);
});

test("what is exposed is explained", () => {
  const silent = objectTypes()
    .filter(({ name }) => !/(Connection|Edge|Payload)$|^(Query|Mutation|PageInfo)$/.test(name))
    .flatMap((type) =>
      Object.values(type.getFields())
        .filter(({ description }) => !description)
        .map(({ name }) => `${type.name}.${name}`),
    );
  expect(silent).toEqual([]);
});
