import { canonicalText, roundCoordinate } from "./canonical.ts";
import type { LayoutCategory, LayoutDocument, LayoutSeat, LayoutSection } from "./document.ts";
import { seatIdOf } from "./seat-id.ts";

/** The formats that are written, which are those that are read. */
export const LAYOUT_EXPORTS = ["lml", "pretix"] as const;

/** One of {@link LAYOUT_EXPORTS}. */
export type LayoutExport = (typeof LAYOUT_EXPORTS)[number];

/** The length of a side of an exported pretix plan. Reading divides by it, so that every position comes back. */
const SIDE = 1000;

const ORIGIN = { x: 0, y: 0 };

/**
 * Writes a layout so that reading it again gives the same document, and the same hash. What a pretix plan has no place
 * for (features, standing areas, categories without a color) stands under `lml`, which pretix does not use.
 */
export function writeLayout(document: LayoutDocument, format: LayoutExport): string {
  return format === "lml" ? canonicalText(document) : `${JSON.stringify(toPretix(document))}\n`;
}

function toPretix(document: LayoutDocument): object {
  return {
    name: document.name,
    size: { width: SIDE, height: SIDE },
    categories: document.categories.map(toCategory),
    zones: document.sections.map(toZone),
  };
}

function toCategory({ name, color }: LayoutCategory): object {
  return color === undefined ? { name, color: "#808080", lml: { color: null } } : { name, color };
}

function toZone(section: LayoutSection): object {
  const extension = {
    ...(section.kind === "standing"
      ? { standing: { capacity: section.capacity, category: section.category } }
      : {}),
    ...(section.area === undefined ? {} : { area: section.area }),
  };
  return {
    name: section.name,
    position: ORIGIN,
    rows: (section.rows ?? []).map((row) => ({
      row_number: row.name,
      position: ORIGIN,
      seats: row.seats.map((seat) => toSeat(seat, section.name, row.name)),
    })),
    ...(Object.keys(extension).length === 0 ? {} : { lml: extension }),
  };
}

function toSeat(seat: LayoutSeat, section: string, row: string): object {
  return {
    seat_number: seat.number,
    seat_guid: seat.seat_id ?? seatIdOf(section, row, seat.number),
    position: { x: roundCoordinate(seat.x * SIDE), y: roundCoordinate(seat.y * SIDE) },
    category: seat.category,
    ...(seat.features === undefined ? {} : { lml: { features: seat.features } }),
  };
}
