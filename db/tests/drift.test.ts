// If this fails, a source file and the database disagree, and what a reader sees is not what runs.
import { expect, test } from "vitest";
import { repositoryRoot } from "../../cli/db/paths.ts";
import { compareSources, orderSources, readSources, type Source } from "../../cli/db/sources.ts";
import { rolledBack, testDatabase, type TestTransaction } from "./harness.ts";

const ourSchemas = `('app_public', 'app_hidden', 'app_private')`;

/** Everything that sources define, as one line of text per object. */
async function fingerprint(transaction: TestTransaction): Promise<string[]> {
  const rows = await transaction.rows<{ line: string }>(`
    select concat_ws(E'\\n', 'function ' || p.oid::regprocedure, pg_get_functiondef(p.oid),
      (select string_agg(entry::text, ',' order by entry::text) from unnest(p.proacl) as entry),
      obj_description(p.oid, 'pg_proc')) as line
    from pg_proc p
    where p.pronamespace::regnamespace::text in ${ourSchemas} and p.prokind in ('f', 'p')
    union all
    select concat_ws(E'\\n', 'view ' || c.oid::regclass, pg_get_viewdef(c.oid), c.reloptions::text,
      (select string_agg(entry::text, ',' order by entry::text) from unnest(c.relacl) as entry),
      obj_description(c.oid, 'pg_class'),
      (select string_agg(concat(a.attname, ': ', col_description(c.oid, a.attnum)), E'\\n' order by attnum)
      from pg_attribute a where a.attrelid = c.oid and a.attnum > 0))
    from pg_class c
    where c.relnamespace::regnamespace::text in ${ourSchemas} and c.relkind in ('v', 'm')
    union all
    select concat_ws(E'\\n', 'trigger ' || t.tgname || ' on ' || t.tgrelid::regclass,
      pg_get_triggerdef(t.oid), t.tgenabled, obj_description(t.oid, 'pg_trigger'))
    from pg_trigger t
    join pg_class c on c.oid = t.tgrelid
    where c.relnamespace::regnamespace::text in ${ourSchemas} and not t.tgisinternal
    union all
    select concat_ws(E'\\n', 'policy ' || p.polname || ' on ' || p.polrelid::regclass, p.polcmd,
      p.polpermissive, p.polroles::regrole[]::text, pg_get_expr(p.polqual, p.polrelid),
      pg_get_expr(p.polwithcheck, p.polrelid), obj_description(p.oid, 'pg_policy'))
    from pg_policy p
    join pg_class c on c.oid = p.polrelid
    where c.relnamespace::regnamespace::text in ${ourSchemas}
    union all
    select concat_ws(E'\\n', 'rights on ' || c.oid::regclass, c.relrowsecurity, c.relforcerowsecurity,
      (select string_agg(entry::text, ',' order by entry::text) from unnest(c.relacl) as entry),
      (select string_agg(concat(a.attname, ' ', a.attacl), ',' order by a.attname)
      from pg_attribute a where a.attrelid = c.oid and a.attacl is not null))
    from pg_class c
    where c.relnamespace::regnamespace::text in ${ourSchemas} and c.relkind in ('r', 'p')
    order by 1`);
  return rows.map(({ line }) => line);
}

test("history contains every source as it is, and nothing that is gone", () => {
  const { changed, undropped, handwritten } = compareSources(repositoryRoot);
  const uncommitted = [...changed.map(({ path }) => path), ...handwritten];
  expect(uncommitted, 'run npm run db:commit -- -m "..."').toEqual([]);
  expect(undropped, "write a drop for each, and commit it").toEqual([]);
});

/** Runs sources on top of the database and returns the objects that came out different. */
async function differences(
  transaction: TestTransaction,
  sources: readonly Pick<Source, "path" | "text">[],
): Promise<string[]> {
  const { client } = transaction;
  const before = new Set(await fingerprint(transaction));
  // Migrations leave the bodies of functions unchecked, as they may refer to what comes later. Now all is there.
  await client.query("set local search_path = ''; set local check_function_bodies = on");
  for (const { path, text } of sources) {
    try {
      await client.query(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${path}: ${reason}`, { cause: error });
    }
  }
  await client.query("reset search_path");
  const after = new Set(await fingerprint(transaction));
  return [...before.symmetricDifference(after)];
}

test("running every source again changes nothing", async () => {
  await using database = await testDatabase();
  const client = await database.connect("superuser");
  await rolledBack(client, "lml_owner", async (transaction) => {
    const sources = orderSources(readSources(repositoryRoot));
    expect(await differences(transaction, sources)).toEqual([]);
  });
});

test("a source that says something else is seen", async () => {
  const define = (body: string): string =>
    `create or replace function app_private.planted() returns integer language sql as '${body}';`;
  const table = "app_private.planted_table";
  const policy = (condition: string): string =>
    `drop policy if exists all_owner on ${table};
    create policy all_owner on ${table} to lml_owner using (${condition});`;
  const cases: [string, number][] = [
    [define("select 1"), 0],
    [define("select 2"), 2],
    ["grant execute on function app_private.planted() to lml_user;", 2],
    ["comment on function app_private.planted() is 'Said.';", 2],
    [policy("true"), 0],
    [policy("false"), 2],
    [`alter table ${table} force row level security;`, 2],
    [`grant select on ${table} to lml_user;`, 2],
    [`create view app_private.planted_view as select 1 as one;`, 1],
  ];
  await using database = await testDatabase();
  const client = await database.connect("superuser");
  for (const [text, count] of cases) {
    await rolledBack(client, "lml_owner", async (transaction) => {
      await client.query(`create schema if not exists app_private;
        create table ${table} (id uuid primary key);
        ${define("select 1")} ${policy("true")}`);
      const found = await differences(transaction, [{ path: "planted", text }]);
      expect(found, text).toHaveLength(count);
    });
  }
});

test("each function and view has a file of its name, and each file an object", async () => {
  await using database = await testDatabase();
  const client = await database.connect("superuser");
  const inDatabase = await rolledBack(client, "lml_owner", (transaction) =>
    transaction.rows<{ name: string }>(`
      select distinct p.proname::text as name
      from pg_proc p
      where p.pronamespace::regnamespace::text in ${ourSchemas}
      union
      select c.relname::text
      from pg_class c
      where c.relnamespace::regnamespace::text in ${ourSchemas} and c.relkind in ('v', 'm')
      order by 1`),
  );
  const files = readSources(repositoryRoot)
    .filter(({ kind }) => kind === "functions")
    .map(({ name }) => name);
  expect(files.toSorted()).toEqual(inDatabase.map(({ name }) => name).toSorted());
  expect(new Set(files).size, "the same name in two modules").toBe(files.length);
});

test("each table with policies has a file of its name, and each file a table", async () => {
  await using database = await testDatabase();
  const client = await database.connect("superuser");
  const inDatabase = await rolledBack(client, "lml_owner", (transaction) =>
    transaction.rows<{ name: string }>(`
      select distinct c.relname::text as name
      from pg_class c
      where c.relnamespace::regnamespace::text in ${ourSchemas}
        and c.relkind in ('r', 'p')
        and not c.relispartition
      order by 1`),
  );
  const files = readSources(repositoryRoot)
    .filter(({ kind }) => kind === "policies")
    .map(({ name }) => name);
  expect(files.toSorted()).toEqual(inDatabase.map(({ name }) => name).toSorted());
});
