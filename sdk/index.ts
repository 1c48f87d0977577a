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
  Booking,
  BookingItem,
  Consent,
  Event,
  FraudAlert,
  FraudCatch,
  FraudQuestion,
  FraudRule,
  Membership,
  Organization,
  PaymentSession,
  Performance,
  Ref,
  Scan,
  Seat,
  SeatAvailability,
  SeatMap,
  Session,
  Ticket,
  SignedInDevice,
  TicketCategory,
  TrustedDevice,
  User,
  Venue,
  VenueLayout,
} from "./models.ts";
export { type Page, Paged } from "./pages.ts";
export { type PaymentMethod, TEST_CARDS, type TestCardName } from "./payments.ts";
export { backoffMs, type RetryQuestion, shouldRetry } from "./retry.ts";
export type { CallOptions, KeyedCallOptions } from "./transport.ts";
