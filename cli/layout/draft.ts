import type { LayoutArea, LayoutCategory, SeatFeature } from "./document.ts";

/** The format of a file, as far as it was recognized. */
export type SourceFormat = "lml-layout/1" | "pretix";

/** A seat as it was read: what is missing or no number is undefined, for the checks to report. */
export interface DraftSeat {
  number: string | undefined;
  x: number | undefined;
  y: number | undefined;
  category: string | undefined;
  features?: SeatFeature[] | undefined;
  seatId?: string | undefined;
  /** pretix's identity of the seat. It is checked, never kept. */
  guid?: string | undefined;
}

/** A row as it was read. */
export interface DraftRow {
  name: string | undefined;
  seats: DraftSeat[];
}

/** What a standing area has instead of rows. */
export interface DraftStanding {
  capacity: number;
  category: string | undefined;
}

/** A section as it was read; a standing area has no rows. */
export interface DraftSection {
  name: string | undefined;
  rows: DraftRow[];
  standing?: DraftStanding | undefined;
  area?: LayoutArea | undefined;
}

/** A category as it was read. */
export type DraftCategory = Partial<Record<keyof LayoutCategory, string | undefined>>;

/**
 * What both formats are read into, and what the one validator examines: the shape of our document
 * without its promises. Positions are in our units already, rounded; a plan that is not square ends
 * before 1 on its shorter side.
 */
export interface Draft {
  format: SourceFormat;
  name: string | undefined;
  categories: DraftCategory[];
  sections: DraftSection[];
  bounds: { x: number; y: number };
  /** Keys of the file that a layout does not keep, with how often each occurs. */
  extraKeys: ReadonlyMap<string, number>;
  /** How many seats moved, by less than a hundred-millionth, when their position was rounded. */
  roundedSeats: number;
}

/** How much a layout holds. */
export interface LayoutCounts {
  sections: number;
  rows: number;
  seats: number;
  /** In standing areas. */
  places: number;
  categories: number;
}

/** A seat together with where it stands. */
export interface PlacedSeat {
  seat: DraftSeat;
  /** The section's name, or words for it. */
  section: string;
  /** The row's label, empty when it has none. */
  row: string;
  /** The place in words, for a report. */
  place: () => string;
}

/** Names a section in words: by its name, or by its place in the file when it has none. */
export function sectionLabel(index: number, name: string | undefined): string {
  return name ?? `section no. ${index + 1}`;
}

/** Names a row, seat or category in words, the same way. */
export function partLabel(
  kind: "row" | "seat" | "category",
  index: number,
  name: string | undefined,
): string {
  return name === undefined ? `${kind} no. ${index + 1}` : `${kind} ${name}`;
}

/** Every seat of a draft, in document order. */
export function* placedSeats(draft: Draft): Generator<PlacedSeat> {
  for (const [s, section] of draft.sections.entries()) {
    const sectionText = sectionLabel(s, section.name);
    for (const [r, row] of section.rows.entries()) {
      const rowText = `${sectionText}, ${partLabel("row", r, row.name)}`;
      for (const [i, seat] of row.seats.entries()) {
        const place = () => `${rowText}, ${partLabel("seat", i, seat.number)}`;
        yield { seat, section: sectionText, row: row.name ?? "", place };
      }
    }
  }
}

/** Counts what a draft holds. */
export function countDraft(draft: Draft): LayoutCounts {
  const rows = draft.sections.flatMap((section) => section.rows);
  return {
    sections: draft.sections.length,
    rows: rows.length,
    seats: rows.reduce((sum, row) => sum + row.seats.length, 0),
    places: draft.sections.reduce((sum, { standing }) => sum + (standing?.capacity ?? 0), 0),
    categories: draft.categories.length,
  };
}
