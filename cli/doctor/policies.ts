import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { repositoryRoot } from "../db/paths.ts";
import { fail, type Finding, ok } from "./finding.ts";
import { some } from "./some.ts";

interface WantedPolicy {
  /** Such as `select_own on app_public.users`. */
  readonly name: string;
  readonly table: string;
  readonly statement: string;
}

/** The policies that our files make. */
async function wantedPolicies(): Promise<readonly WantedPolicy[]> {
  const directory = join(repositoryRoot, "db", "policies");
  const files = (await readdir(directory, { recursive: true })).filter((file) =>
    file.endsWith(".sql"),
  );
  const texts = await Promise.all(files.map((file) => readFile(join(directory, file), "utf8")));
  return texts.flatMap((text) =>
    [...text.matchAll(/^create policy (\w+) on ([\w.]+)\n[^;]*;/gm)].map(
      ([statement, policy = "", table = ""]) => ({
        name: `${policy} on ${table}`,
        table,
        statement,
      }),
    ),
  );
}

const definitions = `select format('%s on %s.%s', p.polname, n.nspname, c.relname) as name,
    concat_ws(e'\\n', p.polcmd, p.polpermissive,
      (select string_agg(r::regrole::text, ', ' order by r::regrole::text) from unnest(p.polroles) as r),
      'using', pg_get_expr(p.polqual, p.polrelid),
      'with check', pg_get_expr(p.polwithcheck, p.polrelid)) as definition
  from pg_policy as p
  join pg_class as c on c.oid = p.polrelid
  join pg_namespace as n on n.oid = c.relnamespace`;

const madeHere = `${definitions}
  where n.nspname in ('app_public', 'app_hidden', 'app_private')`;

/**
 * What the policies of our files are in the words of this server, by name. They are made on empty temporary tables like
 * the real ones, which nobody has to wait for. One statement of several parts is one transaction, so nothing stays.
 */
async function understood(
  client: pg.ClientBase,
  wanted: readonly WantedPolicy[],
): Promise<ReadonlyMap<string, string>> {
  const schemas = new Map(wanted.map(({ table }) => [table.split(".")[1] ?? "", table]));
  const copies = [...schemas].map(
    ([copy, table]) => `create temporary table ${copy} (like ${table});`,
  );
  const policies = wanted.map(({ table, statement }) =>
    statement.replace(` on ${table}\n`, ` on pg_temp.${table.split(".")[1] ?? ""}\n`),
  );
  const results = (await client.query(
    [
      ...copies,
      ...policies,
      `${definitions} where n.oid = pg_my_temp_schema();`,
      `drop table ${[...schemas.keys()].map((copy) => `pg_temp.${copy}`).join(", ")};`,
    ].join("\n"),
  )) as unknown as readonly pg.QueryResult<{ name: string; definition: string }>[];
  const rows = results.at(-2)?.rows ?? [];
  return new Map(
    rows.map(({ name, definition }) => {
      const [policy = "", table = ""] = name.split(/ on [^.]+\./);
      return [`${policy} on ${schemas.get(table) ?? ""}`, definition];
    }),
  );
}

/**
 * Whether the policies are those that migrations made, by name and by what they say. One that was added shows what the
 * others hide, because any of them is enough; so does one that was replaced by `using (true)`.
 */
export async function examinePolicies(client: pg.ClientBase): Promise<Finding> {
  const wanted = await wantedPolicies();
  const { rows } = await client.query<{ name: string; definition: string }>(madeHere);
  const found = new Map(rows.map(({ name, definition }) => [name, definition]));
  const names = new Set(wanted.map(({ name }) => name));
  const meant = await understood(client, wanted);
  const problems = [
    ...[...found.keys()]
      .filter((name) => !names.has(name))
      .map((name) => `${name} is of no migration`),
    ...[...names].filter((name) => !found.has(name)).map((name) => `${name} is missing`),
    ...[...found]
      .filter(([name, definition]) => names.has(name) && meant.get(name) !== definition)
      .map(([name]) => `${name} says something else`),
  ].toSorted();
  if (problems.length === 0) return ok("policies", `the ${found.size} that migrations made`);
  return fail(
    "policies",
    some(problems),
    "Drop what nobody knows, and run the table's file of db/policies again for what is missing or says something else.",
  );
}
