import { z } from "zod";
import { roundCoordinate } from "./canonical.ts";
import { type LayoutArea, SEAT_FEATURES } from "./document.ts";
import type { Draft, DraftRow, DraftSeat, DraftSection } from "./draft.ts";
import { ExtraKeys } from "./extra-keys.ts";
import type { ProblemList } from "./problems.ts";
import { optionalText, parseStructure, textOrNothing } from "./structure.ts";

const features = z
  .array(z.enum(SEAT_FEATURES))
  .refine((list) => new Set(list).size === list.length, "a feature is given twice");

const seatSchema = z.looseObject({
  number: optionalText,
  x: z.unknown().optional(),
  y: z.unknown().optional(),
  category: optionalText,
  features: features.optional(),
  seat_id: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "expected 64 lower case hexadecimal digits")
    .optional(),
});
const rowSchema = z.looseObject({ name: optionalText, seats: z.array(seatSchema) });
const areaSchema = z.object({
  x: z.number(),
  y: z.number(),
  width: z.number(),
  height: z.number(),
});
const seatedSchema = z.looseObject({
  name: optionalText,
  kind: z.literal("seated").optional(),
  rows: z.array(rowSchema),
  capacity: z.undefined().optional(),
  category: z.undefined().optional(),
  area: areaSchema.optional(),
});
const standingSchema = z.looseObject({
  name: optionalText,
  kind: z.literal("standing"),
  rows: z.undefined().optional(),
  capacity: z.number(),
  category: optionalText,
  area: areaSchema.optional(),
});
const sectionSchema = z.discriminatedUnion("kind", [standingSchema, seatedSchema]);
const categorySchema = z.looseObject({ name: optionalText, color: optionalText });
const documentSchema = z.looseObject({
  format: z.string(),
  name: optionalText,
  categories: z.array(categorySchema),
  sections: z.array(sectionSchema),
});

/**
 * Reads a document of our own format into a draft; undefined, with problems, when its structure
 * does not allow that.
 */
export function readOwnFormat(value: unknown, problems: ProblemList): Draft | undefined {
  const document = parseStructure(documentSchema, value, problems);
  if (document === undefined) return undefined;
  const reader = new OwnReader();
  reader.extraKeys.note("", document, documentSchema.shape);
  return {
    format: "lml-layout/1",
    name: textOrNothing(document.name),
    categories: document.categories.map((category) => {
      reader.extraKeys.note("category", category, categorySchema.shape);
      return { name: textOrNothing(category.name), color: category.color ?? undefined };
    }),
    sections: document.sections.map((section) => reader.section(section)),
    bounds: { x: 1, y: 1 },
    extraKeys: reader.extraKeys.counts,
    roundedSeats: reader.roundedSeats,
  };
}

class OwnReader {
  readonly extraKeys = new ExtraKeys();
  roundedSeats = 0;

  section(section: z.infer<typeof sectionSchema>): DraftSection {
    this.extraKeys.note("section", section, standingSchema.shape);
    const named = { name: textOrNothing(section.name), area: roundArea(section.area) };
    if (section.kind === "standing") {
      const { capacity, category } = section;
      return { ...named, rows: [], standing: { capacity, category: textOrNothing(category) } };
    }
    return { ...named, rows: section.rows.map((row) => this.#row(row)) };
  }

  #row(row: z.infer<typeof rowSchema>): DraftRow {
    this.extraKeys.note("row", row, rowSchema.shape);
    return { name: textOrNothing(row.name), seats: row.seats.map((seat) => this.#seat(seat)) };
  }

  #seat(seat: z.infer<typeof seatSchema>): DraftSeat {
    this.extraKeys.note("seat", seat, seatSchema.shape);
    const [x, y] = [coordinate(seat.x), coordinate(seat.y)];
    if ((x ?? seat.x) !== seat.x || (y ?? seat.y) !== seat.y) this.roundedSeats += 1;
    return {
      number: textOrNothing(seat.number),
      x,
      y,
      category: textOrNothing(seat.category),
      features: seat.features,
      seatId: seat.seat_id,
    };
  }
}

function coordinate(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? roundCoordinate(value) : undefined;
}

function roundArea(area: LayoutArea | undefined): LayoutArea | undefined {
  if (area === undefined) return undefined;
  return {
    x: roundCoordinate(area.x),
    y: roundCoordinate(area.y),
    width: roundCoordinate(area.width),
    height: roundCoordinate(area.height),
  };
}
