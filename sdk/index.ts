export {
  LastMinuteLive,
  type ClientOptions,
  type Contact,
  type ListOptions,
  type PayOptions,
  type WaitOptions,
} from "./client.ts";
export * from "./errors.ts";
export { canonicalText, type Layout, type LayoutDocument, type LayoutSeat } from "./layout.ts";
export type {
  AdmissionPool,
  Booking,
  BookingItem,
  Event,
  Membership,
  Organization,
  PaymentSession,
  Performance,
  Ref,
  Scan,
  Seat,
  SeatAllocation,
  SeatAvailability,
  SeatMap,
  SeatMapChanges,
  Session,
  Ticket,
  TicketCategory,
  User,
  Venue,
  VenueLayout,
} from "./models.ts";
export { type Page, Paged } from "./pages.ts";
export { type PaymentMethod, TEST_CARDS, type TestCardName } from "./payments.ts";
export { backoffMs, type RetryQuestion, shouldRetry } from "./retry.ts";
export type { CallOptions, KeyedCallOptions } from "./transport.ts";
