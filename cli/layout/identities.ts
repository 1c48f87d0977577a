import { type Draft, type DraftSeat, type PlacedSeat, placedSeats } from "./draft.ts";
import { seatIdOf } from "./seat-id.ts";

/** Seats whose `seat_guid` an earlier seat has. */
export function* repeatedGuids(draft: Draft): Generator<PlacedSeat> {
  const seen = new Set<string>();
  for (const placed of placedSeats(draft)) {
    const { guid } = placed.seat;
    if (guid === undefined) continue;
    if (seen.has(guid)) yield placed;
    seen.add(guid);
  }
}

/**
 * Groups of seats that would have the same identity although at least one of them brings its own.
 * Without any `seat_id` in the file there is nothing to compare: derived identities differ where
 * section, row or number do.
 */
export function sharedSeatIds(draft: Draft): PlacedSeat[][] {
  const seats = [...placedSeats(draft)];
  if (!seats.some(({ seat }) => seat.seatId !== undefined)) return [];
  const groups = Map.groupBy(seats, identity);
  return [...groups.values()].filter((group) => group.length > 1 && group.some(bringsOwn));
}

function identity({ seat, section, row }: PlacedSeat): string {
  return seat.seatId ?? seatIdOf(section, row, seat.number ?? "");
}

function bringsOwn({ seat }: { seat: DraftSeat }): boolean {
  return seat.seatId !== undefined;
}
