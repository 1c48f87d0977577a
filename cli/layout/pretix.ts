import { z } from "zod";
import { roundCoordinate } from "./canonical.ts";
import { SEAT_FEATURES } from "./document.ts";
import type { Draft, DraftRow, DraftSeat, DraftSection } from "./draft.ts";
import { ExtraKeys } from "./extra-keys.ts";
import type { ProblemList } from "./problems.ts";
import { seatIdOf } from "./seat-id.ts";
import { optionalText, parseStructure, textOrNothing } from "./structure.ts";

/** What our own export adds, because a pretix plan has no place for it. */
const categoryExtension = z.object({ color: z.null() });
const seatExtension = z.object({ features: z.array(z.enum(SEAT_FEATURES)) });
const zoneExtension = z.object({
  standing: z.object({ capacity: z.number(), category: z.string() }).optional(),
  area: z
    .object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })
    .optional(),
});
const positionSchema = z.looseObject({ x: z.unknown().optional(), y: z.unknown().optional() });
const seatSchema = z.looseObject({
  seat_number: optionalText,
  seat_guid: optionalText,
  position: positionSchema.nullish(),
  category: optionalText,
  lml: seatExtension.optional(),
});
const rowSchema = z.looseObject({
  row_number: optionalText,
  position: positionSchema.nullish(),
  seats: z.array(seatSchema),
});
const zoneSchema = z.looseObject({
  name: optionalText,
  position: positionSchema.nullish(),
  rows: z.array(rowSchema),
  lml: zoneExtension.optional(),
});
const categorySchema = z.looseObject({
  name: optionalText,
  color: optionalText,
  lml: categoryExtension.optional(),
});
const sizeSchema = z.looseObject({ width: z.unknown().optional(), height: z.unknown().optional() });
const planSchema = z.looseObject({
  name: optionalText,
  categories: z.array(categorySchema),
  zones: z.array(zoneSchema),
  size: sizeSchema.nullish(),
});

/**
 * A position in the plan's own units; a coordinate that is no number is NaN, and stays so in every
 * sum.
 */
interface Point {
  x: number;
  y: number;
}

const ORIGIN: Point = { x: 0, y: 0 };

/**
 * Reads a pretix seating plan into a draft: zones become sections, row and seat numbers stay as
 * they are written.
 *
 * A seat's position is the sum of the offsets of its zone, its row and itself. It is divided by the
 * longer side of the plan on both axes, so that the shape is kept: the longer side spans 0..1, the
 * shorter one ends before 1. A zone or row without a position adds no offset.
 */
export function readPretix(value: unknown, problems: ProblemList): Draft | undefined {
  const plan = parseStructure(planSchema, value, problems);
  if (plan === undefined) return undefined;
  const [width, height] = [toNumber(plan.size?.width), toNumber(plan.size?.height)];
  if (!(width > 0 && height > 0)) {
    problems.add("missing_plan_size", () => `size: ${JSON.stringify(plan.size ?? null)}`);
    return undefined;
  }
  const reader = new PretixReader(Math.max(width, height));
  reader.extraKeys.note("", plan, planSchema.shape);
  reader.extraKeys.note("size", plan.size ?? {}, sizeSchema.shape);
  return {
    format: "pretix",
    name: textOrNothing(plan.name),
    categories: plan.categories.map((category) => {
      reader.extraKeys.note("category", category, categorySchema.shape);
      const color = category.lml === undefined ? (category.color ?? undefined) : undefined;
      return { name: textOrNothing(category.name), color };
    }),
    sections: plan.zones.map((zone) => reader.zone(zone)),
    bounds: { x: reader.scale(width), y: reader.scale(height) },
    extraKeys: reader.extraKeys.counts,
    roundedSeats: reader.roundedSeats,
  };
}

class PretixReader {
  readonly extraKeys = new ExtraKeys();
  roundedSeats = 0;
  readonly #side: number;

  constructor(longerSide: number) {
    this.#side = longerSide;
  }

  scale(length: number): number {
    return roundCoordinate(length / this.#side);
  }

  zone(zone: z.infer<typeof zoneSchema>): DraftSection {
    this.extraKeys.note("zone", zone, zoneSchema.shape);
    const offset = zone.position == null ? ORIGIN : this.#point("zone", zone.position, ORIGIN);
    const name = textOrNothing(zone.name);
    return {
      name,
      rows: zone.rows.map((row) => this.#row(row, offset, name)),
      standing: zone.lml?.standing,
      area: zone.lml?.area,
    };
  }

  #row(row: z.infer<typeof rowSchema>, zoneOffset: Point, zone: string | undefined): DraftRow {
    this.extraKeys.note("row", row, rowSchema.shape);
    const offset = row.position == null ? zoneOffset : this.#point("row", row.position, zoneOffset);
    const name = textOrNothing(row.row_number);
    return { name, seats: row.seats.map((seat) => this.#seat(seat, offset, [zone, name])) };
  }

  #seat(
    seat: z.infer<typeof seatSchema>,
    rowOffset: Point,
    [zone = "", row = ""]: readonly (string | undefined)[],
  ): DraftSeat {
    this.extraKeys.note("seat", seat, seatSchema.shape);
    const point = this.#point("seat", seat.position ?? {}, rowOffset);
    const [x, y] = [this.scale(point.x), this.scale(point.y)];
    if (x !== point.x / this.#side || y !== point.y / this.#side) this.roundedSeats += 1;
    return {
      number: textOrNothing(seat.seat_number),
      x: Number.isFinite(x) ? x : undefined,
      y: Number.isFinite(y) ? y : undefined,
      category: textOrNothing(seat.category),
      guid: textOrNothing(seat.seat_guid),
      seatId: ownSeatId(seat, zone, row),
      features: seat.lml?.features,
    };
  }

  #point(level: string, position: z.infer<typeof positionSchema>, offset: Point): Point {
    this.extraKeys.note(`${level}.position`, position, positionSchema.shape);
    return { x: offset.x + toNumber(position.x), y: offset.y + toNumber(position.y) };
  }
}

/** Our export puts our id where pretix has its own. One that follows from section, row and number is not kept apart. */
function ownSeatId(
  { seat_guid: guid, seat_number: number }: z.infer<typeof seatSchema>,
  zone: string,
  row: string,
): string | undefined {
  if (guid == null || !/^[0-9a-f]{64}$/.test(guid)) return undefined;
  return guid === seatIdOf(zone, row, number ?? "") ? undefined : guid;
}

function toNumber(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : Number.NaN;
}
