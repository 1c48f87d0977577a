import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { repositoryRoot } from "../db/paths.ts";
import { fail, type Finding, ok } from "./finding.ts";
import { some } from "./some.ts";

/** The policies that our files make, such as `select_own on app_public.users`. */
async function wantedPolicies(): Promise<Set<string>> {
  const directory = join(repositoryRoot, "db", "policies");
  const files = (await readdir(directory, { recursive: true })).filter((file) =>
    file.endsWith(".sql"),
  );
  const texts = await Promise.all(files.map((file) => readFile(join(directory, file), "utf8")));
  return new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/^create policy (\w+) on ([\w.]+)/gm)].map(
        ([, policy, table]) => `${policy} on ${table}`,
      ),
    ),
  );
}

/**
 * Whether the policies are those that migrations made. One that was added shows what the others hide, because any of them
 * is enough.
 */
export async function examinePolicies(client: pg.ClientBase): Promise<Finding> {
  const wanted = await wantedPolicies();
  const { rows } = await client.query<{ name: string }>(
    `select format('%s on %s.%s', p.polname, n.nspname, c.relname) as name
    from pg_policy as p
    join pg_class as c on c.oid = p.polrelid
    join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname in ('app_public', 'app_hidden', 'app_private')
    order by 1`,
  );
  const found = new Set(rows.map(({ name }) => name));
  const problems = [
    ...[...found.difference(wanted)].map((name) => `${name} is of no migration`),
    ...[...wanted.difference(found)].map((name) => `${name} is missing`),
  ];
  if (problems.length === 0) return ok("policies", `the ${found.size} that migrations made`);
  return fail(
    "policies",
    some(problems),
    "Drop what nobody knows, and run the table's file of db/policies again for what is missing.",
  );
}
