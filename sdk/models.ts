import type {
  BookingFragment,
  BookingItemFragment,
  EventFragment,
  PerformanceFragment,
  TicketCategoryFragment,
  UserFragment,
  VenueFragment,
} from "./generated.ts";
import type { LayoutSeat } from "./layout.ts";

// Amounts (`...Cents`) are numbers of the currency's minor unit: 1000 is 10 USD, but 1000 JPY. Times
// (`...At`) are ISO 8601 text. Ids are UUIDs, except those of seats. Null means: there is none.

/** Anything with an id, or the id itself. */
export type Ref = string | { readonly id: string };

/** The id of a {@link Ref}. */
export function idOf(ref: Ref): string {
  return typeof ref === "string" ? ref : ref.id;
}

/** The id of what may be left out. */
export function optionalIdOf(ref: Ref | undefined): string | undefined {
  return ref === undefined ? undefined : idOf(ref);
}

/** Somebody with an account. */
export type User = UserFragment;

/** What signing in gives. */
export interface Session {
  /** Proves who you are for 30 days. It cannot be shown again; keep it as you would a password. */
  readonly token: string;
  /** When it ends by itself. */
  readonly expiresAt: string;
  readonly user: User;
}

/** Where something happens. Its `timezone` is an IANA name. */
export type Venue = VenueFragment;

/** What is sold: one title, on one or more dates. */
export type Event = EventFragment;

/** A date of an event, with the seating plan it is sold by. */
export type Performance = PerformanceFragment;

/** A kind of ticket of an event: the seats it covers, and what one costs. */
export interface TicketCategory extends Omit<TicketCategoryFragment, "prices"> {
  /** The public price at this moment, in the currency's minor unit; null: not on sale now. */
  readonly priceCents: number | null;
}

/** Whether a seat can be had: only `available` ones can be held. */
export type SeatAvailability = "available" | "locked" | "booked" | "reserved" | "blocked";

/** A seat of a performance. */
export interface Seat extends LayoutSeat {
  readonly status: SeatAvailability;
  /** The ticket category that covers it; null for seats that are not sold. */
  readonly category: TicketCategory | null;
  /**
   * The category's price in the currency's minor unit, without fees and taxes; null when it has none
   * now. What a hold returns is binding.
   */
  readonly priceCents: number | null;
}

/** All seats of a performance as they stood a moment ago. */
export interface SeatMap {
  readonly performance: Performance;
  /** ISO 4217 code of all prices. */
  readonly currency: string;
  /** SHA-256 of the seating plan. */
  readonly layoutSha256: string;
  /** What `seatMapChanges` takes; null for a draft, which has no seats yet. */
  readonly version: string | null;
  readonly categories: readonly TicketCategory[];
  /** In the plan's order. */
  readonly seats: readonly Seat[];
}

/** A line of a booking: tickets of one category at one price. `seatNos` are numbers of the plan. */
export type BookingItem = BookingItemFragment;

/**
 * An order for tickets. A `draft` is a cart whose seats are held until `expiresAt`; amounts are in
 * the currency's minor unit, and `totalAmountCents` is what the buyer pays.
 */
export interface Booking extends Omit<BookingFragment, "items"> {
  readonly items: readonly BookingItem[];
}

/** The price whose time is now; the database allows no two at once. */
function currentPrice(
  prices: TicketCategoryFragment["prices"]["nodes"],
  now: number,
): number | null {
  const valid = prices.find(({ validDuring: { start, end } }) => {
    const begun = start === null || Date.parse(start.value) <= now;
    return begun && (end === null || now < Date.parse(end.value));
  });
  return valid?.priceCents ?? null;
}

/** A category with its price at a moment, in milliseconds since 1970. */
export function toTicketCategory(
  { prices, ...category }: TicketCategoryFragment,
  now: number = Date.now(),
): TicketCategory {
  return { ...category, priceCents: currentPrice(prices.nodes, now) };
}
