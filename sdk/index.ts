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
  EventCancellation,
  EventCategory,
  EventChanges,
  EventSearch,
  FoundEvent,
  FraudAlert,
  FraudCatch,
  FraudQuestion,
  FraudRule,
  Membership,
  OnlineAddress,
  Organization,
  PaymentSession,
  Performance,
  Ref,
  Scan,
  Schedule,
  Seat,
  SeatAvailability,
  SeatMap,
  Session,
  Ticket,
  SignedInDevice,
  TicketCategory,
  TicketCategoryChanges,
  TrustedDevice,
  User,
  Venue,
  VenueLayout,
} from "./models.ts";
export { type Page, Paged } from "./pages.ts";
export { type PaymentMethod, TEST_CARDS, type TestCardName } from "./payments.ts";
export { backoffMs, type RetryQuestion, shouldRetry } from "./retry.ts";
export type { CallOptions, KeyedCallOptions } from "./transport.ts";
