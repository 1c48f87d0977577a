/** The value of `format` in a layout document of this version. */
export const LAYOUT_FORMAT = "lml-layout/1";

/** What a seat may offer or lack, as far as a buyer must know before choosing it. */
export const SEAT_FEATURES = ["wheelchair", "companion", "aisle", "obstructed_view"] as const;

/** One of {@link SEAT_FEATURES}. */
export type SeatFeature = (typeof SEAT_FEATURES)[number];

/**
 * A seat; `x` and `y` lie within 0..1. Without `seat_id` its identity follows from section, row and
 * number.
 */
export interface LayoutSeat {
  number: string;
  x: number;
  y: number;
  category: string;
  features?: SeatFeature[];
  seat_id?: string;
}

/** A row of seats; its name is unique within its section. */
export interface LayoutRow {
  name: string;
  seats: LayoutSeat[];
}

/** Where a section lies, for whoever draws it: all within 0..1. */
export interface LayoutArea {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A part of the venue with seats; its name is unique within the layout. */
export interface SeatedSection {
  name: string;
  kind?: undefined;
  rows: LayoutRow[];
  area?: LayoutArea;
}

/** A part of the venue without seats, in which a number of people stand. */
export interface StandingSection {
  name: string;
  kind: "standing";
  rows?: undefined;
  capacity: number;
  category: string;
  area?: LayoutArea;
}

/** A part of the venue. */
export type LayoutSection = SeatedSection | StandingSection;

/** A kind of seat, to which an event attaches its prices. */
export interface LayoutCategory {
  name: string;
  color?: string;
}

/** A seating plan in our own format. The order of its seats numbers them 1..N. */
export interface LayoutDocument {
  format: typeof LAYOUT_FORMAT;
  name: string;
  categories: LayoutCategory[];
  sections: LayoutSection[];
}
