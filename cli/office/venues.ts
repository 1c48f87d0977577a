import type pg from "pg";
import { CliError } from "../errors.ts";
import { alignColumns } from "../output.ts";

/** A venue as the commands name it. */
export interface Venue {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly organization: string;
}

/** The venue that was asked for by id or slug, or the only one there is. */
export async function findVenue(client: pg.Client, wanted: string | undefined): Promise<Venue> {
  // A slug may be said with its organization's. Ids are compared as text, so that nothing else is an error.
  const { rows } = await client.query<Venue>(
    `select v.id, v.name, v.slug, o.slug as organization
    from app_public.venues as v
    join app_public.organizations as o on o.id = v.organization_id
    where $1::text is null or lower($1) in (v.id::text, v.slug, o.slug || '/' || v.slug)
    order by o.slug, v.slug
    limit 21`,
    [wanted ?? null],
  );
  const [venue, another] = rows;
  if (venue !== undefined && another === undefined) return venue;
  if (venue === undefined) {
    throw new CliError(
      wanted === undefined ? "There is no venue yet." : `There is no venue "${wanted}".`,
      { hint: wanted === undefined ? createHint : await listHint(client) },
    );
  }
  throw new CliError(
    wanted === undefined
      ? "There are several venues."
      : `Several organizations have a venue "${wanted}".`,
    { hint: `Say which with --venue:\n${venueList(rows)}` },
  );
}

const createHint =
  "Create one with the GraphQL mutation createVenue, or fill in the demo with `npx lml seed`.";

async function listHint(client: pg.Client): Promise<string> {
  const { rows } = await client.query<Venue>(
    `select v.id, v.name, v.slug, o.slug as organization
    from app_public.venues as v
    join app_public.organizations as o on o.id = v.organization_id
    order by o.slug, v.slug
    limit 21`,
  );
  return rows.length === 0 ? createHint : `These are there:\n${venueList(rows)}`;
}

function venueList(venues: readonly Venue[]): string {
  const shown = venues.slice(0, 20);
  const rows = shown.map(({ organization, slug, name }) => [`${organization}/${slug}`, name]);
  const lines = alignColumns(rows).map((line) => `  ${line}`);
  return [...lines, ...(venues.length > shown.length ? ["  ..."] : [])].join("\n");
}
