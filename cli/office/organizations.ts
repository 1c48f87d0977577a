import type pg from "pg";
import { CliError, exitCodes } from "../errors.ts";

/** Refuses a slug that no organization has, and tells some that are there. */
export async function requireOrganization(client: pg.ClientBase, slug: string): Promise<void> {
  const { rows } = await client.query<{ slug: string; is_asked: boolean }>(
    `select o.slug, o.slug = $1 as is_asked
      from app_public.organizations as o
      order by o.slug = $1 desc, o.slug
      limit 20`,
    [slug],
  );
  if (rows[0]?.is_asked === true) return;
  throw new CliError(`There is no organization "${slug}".`, {
    hint:
      rows.length === 0
        ? "There is none yet."
        : `These are there:\n${rows.map((row) => `  ${row.slug}`).join("\n")}`,
    exitCode: exitCodes.no,
  });
}
