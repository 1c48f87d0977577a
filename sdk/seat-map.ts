import type { SeatMapQuery } from "./generated.ts";
import type { Layout } from "./layout.ts";
import type { SeatAvailability, SeatMap, TicketCategory } from "./models.ts";
import { unexpected } from "./transport.ts";

/** The letters of `app_public.seat_map`. */
const letters: ReadonlyMap<string, SeatAvailability> = new Map([
  ["a", "available"],
  ["l", "locked"],
  ["b", "booked"],
  ["r", "reserved"],
  ["x", "blocked"],
]);

/** What a seat map is merged from. */
export interface SeatMapParts {
  readonly performance: NonNullable<SeatMapQuery["performance"]>;
  readonly availability: NonNullable<SeatMapQuery["seatMap"]>;
  readonly categoryNos: readonly (number | null)[];
  readonly categories: readonly TicketCategory[];
  readonly layout: Layout;
}

/** Joins the plan, which never changes, with what is free now. Both are in order of the seats. */
export function mergeSeatMap({
  performance,
  availability: { availability, version, layoutSha256 },
  categoryNos,
  categories,
  layout,
}: SeatMapParts): SeatMap {
  // A draft has no inventory yet: none of its seats can be had.
  const states = availability ?? "x".repeat(layout.seats.length);
  if (states.length !== layout.seats.length) {
    throw unexpected(
      `The layout has ${layout.seats.length} seats, but ${states.length} have a state.`,
      { status: 200, requestId: null },
    );
  }
  const byNo = new Map(categories.map((category) => [category.categoryNo, category]));
  const seats = layout.seats.map((seat, index) => {
    const category = byNo.get(categoryNos[index] ?? 0) ?? null;
    return {
      ...seat,
      status: seatStatus(states.charAt(index)),
      category,
      priceCents: category?.priceCents ?? null,
    };
  });
  return {
    performance,
    currency: performance.currency,
    layoutSha256,
    version,
    categories,
    seats,
  };
}

/** The state that a letter stands for. A letter that this version does not know is not free. */
export function seatStatus(letter: string): SeatAvailability {
  return letters.get(letter) ?? "blocked";
}
