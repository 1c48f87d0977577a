import type pg from "pg";
import type { ExportLayoutFlags, LayoutChoice, ListLayoutsFlags } from "../commands/layout.ts";
import { CliError, exitCodes } from "../errors.ts";
import { formatLayoutReport, readLayout, writeLayout } from "../layout/index.ts";
import { alignColumns, createOutput } from "../output.ts";
import { asOwner } from "./database.ts";
import { writeText } from "./files.ts";
import { findVenue, type Venue } from "./venues.ts";

/** Writes a version of a layout. Returns the exit code. */
export async function exportLayout(flags: ExportLayoutFlags): Promise<number> {
  const document = await atVenue(flags, async (client, venue) =>
    documentOf(client, venue, flags.layoutVersion),
  );
  await writeText(inFormat(document, flags.format), flags.output);
  return exitCodes.done;
}

/**
 * The stored document of a version, not said which: the newest one.
 *
 * @throws CliError when there is none.
 */
export async function documentOf(
  client: pg.Client,
  venue: Venue,
  version: number | undefined,
): Promise<string> {
  const { rows } = await client.query<{ document: string }>(
    `select l.document from app_public.venue_layouts as l
    where l.venue_id = $1 and ($2::integer is null or l.version = $2)
    order by l.version desc limit 1`,
    [venue.id, version ?? null],
  );
  const [layout] = rows;
  if (layout !== undefined) return layout.document;
  const what = version === undefined ? "layout" : `version ${version}`;
  throw new CliError(`${venue.name} has no ${what}.`, { hint: "See: lml layout list" });
}

function inFormat(document: string, format: ExportLayoutFlags["format"]): string {
  // The very bytes that were hashed, which need not be the canonical ones.
  if (format === "lml") return document;
  const reading = readLayout(document, { repair: false });
  if (reading.accepted) return writeLayout(reading.document, format);
  throw new CliError("The stored document cannot be written in that format.", {
    hint: formatLayoutReport(reading),
  });
}

interface Listed {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly seats: number;
  readonly places: number;
  readonly source: string;
  readonly sha256: string;
}

/** Lists the versions of a layout. Returns the exit code. */
export async function listLayouts(flags: ListLayoutsFlags): Promise<number> {
  const output = createOutput({ resultOnly: flags.json });
  const layouts = await atVenue(flags, async (client, venue) => {
    const { rows } = await client.query<Listed>(
      `select id, version, name, seat_count as seats, standing_capacity as places, source, sha256
      from app_public.venue_layouts where venue_id = $1 order by version`,
      [venue.id],
    );
    return rows;
  });
  if (flags.json) {
    output.line(JSON.stringify(layouts));
    return exitCodes.done;
  }
  const lines = layouts.map((layout) => [
    String(layout.version),
    layout.name,
    `${layout.seats} seats`,
    `${layout.places} standing`,
    layout.source,
    layout.sha256.slice(0, 12),
    layout.id,
  ]);
  for (const line of alignColumns(lines)) output.line(line);
  return exitCodes.done;
}

interface Difference {
  readonly version: number;
  readonly what: string;
  readonly place: string | null;
  readonly expected: string | null;
  readonly found: string | null;
}

/** Compares a venue's layouts with their documents. Returns the exit code. */
export async function validateLayouts(flags: ListLayoutsFlags): Promise<number> {
  const output = createOutput({ resultOnly: flags.json });
  const differences = await atVenue(flags, async (client, venue) => {
    const { rows } = await client.query<Difference>(
      `select d.version, d.what, d.place, d.expected, d.found
      from app_public.venue_layouts as l, app_private.layout_differences(l) as d
      where l.venue_id = $1 order by d.version`,
      [venue.id],
    );
    return rows;
  });
  if (flags.json) output.line(JSON.stringify(differences));
  else if (differences.length === 0) output.line("Documents and rows say the same.");
  for (const { version, what, place, expected, found } of flags.json ? [] : differences) {
    const where = place === null ? what : `${what}, ${place}`;
    output.line(
      `version ${version}, ${where}: ${expected ?? "nothing"}, not ${found ?? "nothing"}`,
    );
  }
  return differences.length === 0 ? exitCodes.done : exitCodes.no;
}

/** Asks the database about the venue that was meant. */
export async function atVenue<T>(
  choice: LayoutChoice,
  action: (client: pg.Client, venue: Venue) => Promise<T>,
): Promise<T> {
  return await asOwner(choice, async (client) =>
    action(client, await findVenue(client, choice.venue)),
  );
}
