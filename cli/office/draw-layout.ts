import type pg from "pg";
import { drawPlan, type LayoutDocument, type SeatAvailability } from "../../sdk/index.ts";
import { seatStatus } from "../../sdk/seat-map.ts";
import type { DrawLayoutFlags } from "../commands/layout.ts";
import { CliError, exitCodes } from "../errors.ts";
import { formatLayoutReport, readLayout } from "../layout/index.ts";
import { asOwner } from "./database.ts";
import { readText, writeText } from "./files.ts";
import { atVenue, documentOf } from "./layouts.ts";

interface Plan {
  readonly document: LayoutDocument;
  readonly states?: readonly SeatAvailability[];
}

/** Draws a file, a version of a layout or what is free at a performance. Returns the exit code. */
export async function drawLayout(
  file: string | undefined,
  flags: DrawLayoutFlags,
): Promise<number> {
  const plan = file === undefined ? await storedPlan(flags) : await planOfFile(file, flags);
  if (plan === undefined) return exitCodes.no;
  await writeText(drawPlan(plan.document, plan.states), flags.output);
  return exitCodes.done;
}

/** Undefined, with a report on standard error, when import would refuse the file. */
async function planOfFile(file: string, { repair }: DrawLayoutFlags): Promise<Plan | undefined> {
  const reading = readLayout(await readText(file), { repair });
  if (reading.accepted) return { document: reading.document };
  process.stderr.write(formatLayoutReport(reading));
  return undefined;
}

async function storedPlan(flags: DrawLayoutFlags): Promise<Plan> {
  const { performance, layoutVersion } = flags;
  if (performance === undefined) {
    return await atVenue(flags, async (client, venue) =>
      planOf(await documentOf(client, venue, layoutVersion)),
    );
  }
  return await asOwner(flags, (client) => planAt(client, performance));
}

/** What a performance sells, as it stands now. A draft has no seats yet: all of its plan is drawn alike. */
async function planAt(client: pg.Client, performance: string): Promise<Plan> {
  const { rows } = await client.query<{ document: string; letters: string | null }>(
    `select l.document, (
      select string_agg(app_hidden.seat_letter(s.status, s.locked_until), '' order by s.seat_no)
      from app_public.seat_booking_state as s
      where s.organization_id = p.organization_id and s.performance_id = p.id
    ) as letters
    from app_public.performances as p
    join app_public.venue_layouts as l
      on l.organization_id = p.organization_id and l.id = p.layout_id
    where p.id::text = lower($1)`,
    [performance],
  );
  const [found] = rows;
  if (found === undefined) {
    throw new CliError(`There is no performance ${performance} with a seating plan.`);
  }
  return planOf(found.document, found.letters);
}

function planOf(text: string, letters: string | null = null): Plan {
  const reading = readLayout(text, { repair: false });
  if (!reading.accepted) {
    throw new CliError("The stored document cannot be read.", {
      hint: formatLayoutReport(reading),
    });
  }
  if (letters === null) return { document: reading.document };
  return { document: reading.document, states: Array.from(letters, seatStatus) };
}
