import { basename } from "node:path";
import type pg from "pg";
import type { ImportLayoutFlags } from "../commands/import.ts";
import { exitCodes } from "../errors.ts";
import { type AcceptedLayout, formatLayoutReport, readLayout } from "../layout/index.ts";
import { createOutput } from "../output.ts";
import { asOwner } from "./database.ts";
import { readText } from "./files.ts";
import { findVenue } from "./venues.ts";

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
  const stored = await asOwner(flags, (client) =>
    output.step(`storing ${reading.counts.seats} seats`, () =>
      store(client, reading, file, flags.venue),
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
