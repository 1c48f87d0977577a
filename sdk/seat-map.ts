import type { SeatMapChangedSubscription, SeatMapQuery } from "./generated.ts";
import type { Layout } from "./layout.ts";
import type { Seat, SeatAvailability, SeatMap, TicketCategory } from "./models.ts";
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

/** Seats with a letter for each. */
interface SeatNews {
  readonly seatNos: readonly number[];
  readonly availability: string;
}

/** A map after news of it; null when they are of seats that it does not have. */
export function applyNews(map: SeatMap, { seatNos, availability }: SeatNews): SeatMap | null {
  const seats = [...map.seats];
  for (const [at, seatNo] of seatNos.entries()) {
    const seat = seats[seatNo - 1];
    if (seat === undefined) return null;
    seats[seatNo - 1] = { ...seat, status: seatStatus(availability.charAt(at)) };
  }
  return { ...map, seats };
}

/** The seats of a map that are not as they were. */
export function difference(before: SeatMap, now: SeatMap): readonly Seat[] {
  return now.seats.filter((seat, at) => {
    const known = before.seats[at];
    return known !== seat && (known?.status !== seat.status || known.id !== seat.id);
  });
}

/** Two answers about a map as one: what the later one says of a seat counts. */
export function combineNews(
  { seatMapChanged: earlier }: SeatMapChangedSubscription,
  { seatMapChanged: later }: SeatMapChangedSubscription,
): SeatMapChangedSubscription {
  if (earlier === null || later === null) return { seatMapChanged: later };
  const bySeat = new Map<number, string>();
  for (const { seatNos, availability } of [earlier, later]) {
    seatNos.forEach((seatNo, at) => bySeat.set(seatNo, availability.charAt(at)));
  }
  return {
    seatMapChanged: {
      version: later.version,
      isComplete: earlier.isComplete && later.isComplete,
      seatNos: [...bySeat.keys()],
      availability: [...bySeat.values()].join(""),
    },
  };
}
