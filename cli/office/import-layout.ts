import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { text as readAll } from "node:stream/consumers";
import type pg from "pg";
import type { ImportLayoutFlags } from "../commands/import.ts";
import { errorCode } from "../db/processes.ts";
import { CliError, exitCodes } from "../errors.ts";
import { type AcceptedLayout, formatLayoutReport, readLayout } from "../layout/index.ts";
import { alignColumns, createOutput } from "../output.ts";
import { onConnection } from "./connection.ts";
import { withDatabase } from "./database.ts";
import { officeDirectory } from "./directory.ts";

/** Reads a seating plan and stores it. Returns the exit code. */
export async function importLayout(file: string, flags: ImportLayoutFlags): Promise<number> {
  const output = createOutput({ resultOnly: flags.json });
  const reading = readLayout(await readText(file), {
    repair: flags.repair,
    ...(flags.name === undefined ? {} : { name: flags.name }),
  });
  const report = formatLayoutReport(reading);
  if (flags.json) process.stderr.write(report);
  else process.stdout.write(report);
  if (!reading.accepted) {
    if (flags.json) output.line(JSON.stringify({ accepted: false, problems: reading.problems }));
    return exitCodes.no;
  }
  if (flags.dryRun) {
    const { sha256, counts } = reading;
    if (flags.json) output.line(JSON.stringify({ accepted: true, stored: false, sha256, counts }));
    else output.line("\nNothing was stored: --dry-run.");
    return exitCodes.done;
  }
  const directory = officeDirectory(flags.data);
  const stored = await withDatabase({ directory, create: false }, async (database) =>
    output.step(`storing ${reading.counts.seats} seats`, () =>
      onConnection(database.ownerUrl, (client) => store(client, reading, file, flags.venue)),
    ),
  );
  if (flags.json) {
    output.line(
      JSON.stringify({ accepted: true, stored: true, sha256: reading.sha256, ...stored }),
    );
  } else {
    output.line(
      stored.isNew
        ? `Stored as version ${stored.version} of ${stored.venue}.`
        : `${stored.venue} has this plan already, as version ${stored.version}.`,
    );
    output.line(`Give its id to createPerformance as layoutId: ${stored.layoutId}`);
  }
  return exitCodes.done;
}

async function readText(file: string): Promise<string> {
  if (file === "-") return await readAll(process.stdin);
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const reasons: Record<string, string> = {
      ENOENT: "there is no such file",
      EISDIR: "it is a directory",
      EACCES: "you may not read it",
      ERR_STRING_TOO_LONG: "it is too large",
      ERR_FS_FILE_TOO_LARGE: "it is too large",
    };
    const reason = reasons[errorCode(error) ?? ""];
    if (reason === undefined) throw error;
    throw new CliError(`${file} cannot be read: ${reason}.`, { cause: error });
  }
}

interface Stored {
  readonly layoutId: string;
  readonly venueId: string;
  /** For people. */
  readonly venue: string;
  readonly version: number;
  readonly isNew: boolean;
}

async function store(
  client: pg.Client,
  reading: AcceptedLayout,
  file: string,
  wanted: string | undefined,
): Promise<Stored> {
  const venue = await findVenue(client, wanted);
  const { rows } = await client.query<{ id: string; version: number; isNew: boolean }>(
    `select l.id, l.version, l.created_at = now() as "isNew"
    from app_private.store_layout(
      venue_id => $1, document => $2, sha256 => $3, source_reference => $4
    ) as l`,
    [
      venue.id,
      reading.canonicalText,
      reading.sha256,
      file === "-" ? null : basename(file).slice(0, 1000),
    ],
  );
  const [layout] = rows;
  if (layout === undefined) throw new Error("The layout that was stored is not there.");
  const { id: layoutId, version, isNew } = layout;
  return { layoutId, venueId: venue.id, venue: venue.name, version, isNew };
}

interface Venue {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly organization: string;
}

async function findVenue(client: pg.Client, wanted: string | undefined): Promise<Venue> {
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
