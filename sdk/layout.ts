import { z } from "zod";
import { sha256Hex } from "./crypto.ts";
import { type HttpAnswer, jsonOf, failureOf, unexpected } from "./transport.ts";

const seat = z.object({
  number: z.string(),
  x: z.number(),
  y: z.number(),
  category: z.string(),
  features: z.array(z.string()).default([]),
  seat_id: z.string().optional(),
});

const area = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });

const seated = z.object({
  name: z.string(),
  kind: z.literal("seated").optional(),
  rows: z.array(z.object({ name: z.string(), seats: z.array(seat) })),
  area: area.optional(),
});

/** A part of the venue in which people stand: so many of them, at the price of one category. */
const standing = z.object({
  name: z.string(),
  kind: z.literal("standing"),
  capacity: z.number().int().min(1).max(1_000_000),
  category: z.string(),
  area: area.optional(),
});

const layoutDocument = z.object({
  format: z.literal("lml-layout/1"),
  // What the database calls one without a name.
  name: z.string().default("Layout"),
  categories: z.array(z.object({ name: z.string(), color: z.string().optional() })).default([]),
  sections: z.array(z.discriminatedUnion("kind", [standing, seated])),
});

/** A seating plan in the format `lml-layout/1`, in which the server stores it. */
export type LayoutDocument = z.input<typeof layoutDocument>;

/** A seat of a plan, before anything is known of an event. */
export interface LayoutSeat {
  /** The id by which it is held: 64 hexadecimal digits. */
  readonly id: string;
  /** Its place in the document, from 1. */
  readonly seatNo: number;
  readonly section: string;
  readonly row: string;
  readonly number: string;
  /** From the left edge of the plan (0) to the right one (1). */
  readonly x: number;
  /** From the top of the plan (0) to the bottom (1). */
  readonly y: number;
  /** The plan's own category, such as "Balcony"; what it costs is up to the event. */
  readonly seatCategory: string;
  /** `wheelchair`, `companion`, `aisle`, `obstructed_view`. */
  readonly features: readonly string[];
}

/** A part of a plan in which people stand. */
export interface LayoutStandingArea {
  readonly section: string;
  readonly capacity: number;
  readonly category: string;
}

/** A seating plan with all of its seats in order. */
export interface Layout {
  /** SHA-256 of the document, by which it is known. */
  readonly sha256: string;
  readonly name: string;
  readonly document: LayoutDocument;
  /** In order of `seatNo`. */
  readonly seats: readonly LayoutSeat[];
  /** Its standing areas, which have no seats. */
  readonly standingAreas: readonly LayoutStandingArea[];
}

/**
 * Opens a layout document. Refuses one whose bytes do not have the hash it was asked by: whoever
 * stores it on the way cannot change it.
 */
export async function openLayout(answer: HttpAnswer, sha256: string): Promise<Layout> {
  const failure = failureOf(answer);
  if (failure !== null) throw failure;
  if ((await sha256Hex(answer.text)) !== sha256) {
    throw unexpected("The layout is not the one that was asked for: its hash differs.", answer);
  }
  const parsed = layoutDocument.safeParse(jsonOf(answer));
  if (!parsed.success) throw unexpected("This is no layout.", answer, parsed.error);
  return {
    sha256,
    name: parsed.data.name,
    document: parsed.data,
    seats: await seatsOf(parsed.data),
    standingAreas: parsed.data.sections.flatMap((section) =>
      section.kind === "standing"
        ? [{ section: section.name, capacity: section.capacity, category: section.category }]
        : [],
    ),
  };
}

/** The seats of a document in its order, which numbers them as `app_hidden.read_layout` does. */
async function seatsOf(document: z.output<typeof layoutDocument>): Promise<readonly LayoutSeat[]> {
  const places = document.sections.flatMap((section) =>
    (section.kind === "standing" ? [] : section.rows).flatMap((row) =>
      row.seats.map((each) => ({ section: section.name, row: row.name, seat: each })),
    ),
  );
  return await Promise.all(
    places.map(async (place, index) => ({
      id: place.seat.seat_id ?? (await seatIdOf(place.section, place.row, place.seat.number)),
      seatNo: index + 1,
      section: place.section,
      row: place.row,
      number: place.seat.number,
      x: place.seat.x,
      y: place.seat.y,
      seatCategory: place.seat.category,
      features: place.seat.features,
    })),
  );
}

/**
 * The one text of a document, which is hashed and stored: keys sorted, no white space, coordinates
 * rounded to 8 decimals. Equal plans have equal texts.
 */
export function canonicalText(document: LayoutDocument): string {
  return JSON.stringify(canonical(document));
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  // Adding zero turns a negative zero into zero.
  if (typeof value === "number") return Math.round(value * 1e8) / 1e8 + 0;
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([key, member]) => [key, canonical(member)]));
}

/** The id of a seat that the document gives none: as `app_hidden.read_layout` makes it in the database. */
async function seatIdOf(section: string, row: string, number: string): Promise<string> {
  return await sha256Hex(JSON.stringify([section, row, number]));
}
