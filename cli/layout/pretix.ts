import { z } from "zod";
import { roundCoordinate } from "./canonical.ts";
import type { Draft, DraftRow, DraftSeat, DraftSection } from "./draft.ts";
import { ExtraKeys } from "./extra-keys.ts";
import type { ProblemList } from "./problems.ts";
import { optionalText, parseStructure, textOrNothing } from "./structure.ts";

const positionSchema = z.looseObject({ x: z.unknown().optional(), y: z.unknown().optional() });
const seatSchema = z.looseObject({
  seat_number: optionalText,
  seat_guid: optionalText,
  position: positionSchema.nullish(),
  category: optionalText,
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
});
const categorySchema = z.looseObject({ name: optionalText, color: optionalText });
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
      return { name: textOrNothing(category.name), color: category.color ?? undefined };
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
    return { name: textOrNothing(zone.name), rows: zone.rows.map((row) => this.#row(row, offset)) };
  }

  #row(row: z.infer<typeof rowSchema>, zoneOffset: Point): DraftRow {
    this.extraKeys.note("row", row, rowSchema.shape);
    const offset = row.position == null ? zoneOffset : this.#point("row", row.position, zoneOffset);
    return {
      name: textOrNothing(row.row_number),
      seats: row.seats.map((seat) => this.#seat(seat, offset)),
    };
  }

  #seat(seat: z.infer<typeof seatSchema>, rowOffset: Point): DraftSeat {
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
    };
  }

  #point(level: string, position: z.infer<typeof positionSchema>, offset: Point): Point {
    this.extraKeys.note(`${level}.position`, position, positionSchema.shape);
    return { x: offset.x + toNumber(position.x), y: offset.y + toNumber(position.y) };
  }
}

function toNumber(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : Number.NaN;
}
