export {
  type ClientOptions,
  type Contact,
  LastMinuteLive,
  type ListOptions,
  type PayOptions,
  type WaitOptions,
} from "./client.ts";
export * from "./errors.ts";
export {
  type Layout,
  type LayoutDocument,
  type LayoutSeat,
  type LayoutStandingArea,
  canonicalText,
} from "./layout.ts";
export type {
  Booking,
  BookingItem,
  Consent,
  Event,
  FraudAlert,
  FraudCatch,
  FraudQuestion,
  FraudRule,
  LayoutDifference,
  LayoutFetch,
  LayoutMove,
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
  SignedInDevice,
  Ticket,
  TicketCategory,
  TrustedDevice,
  User,
  Venue,
  VenueCompliance,
  VenueDetails,
  VenueLayout,
} from "./models.ts";
export { type Page, Paged } from "./pages.ts";
export { type PaymentMethod, TEST_CARDS, type TestCardName } from "./payments.ts";
export { backoffMs, type RetryQuestion, shouldRetry } from "./retry.ts";
export type { CallOptions, KeyedCallOptions } from "./transport.ts";
