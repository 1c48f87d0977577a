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
  Attendee,
  Booking,
  BookingItem,
  EntryGate,
  EntryZone,
  Event,
  Membership,
  MergedScan,
  Organization,
  PaymentSession,
  Performance,
  Ref,
  Scan,
  ScannerDevice,
  Seat,
  SeatAvailability,
  SeatMap,
  Session,
  Ticket,
  TicketCategory,
  TicketOffer,
  TicketTransfer,
  User,
  Venue,
  VenueLayout,
} from "./models.ts";
export {
  OfflineDoor,
  type OfflineAnswer,
  type OfflineResult,
  type OfflineScan,
  type SignedScanList,
} from "./offline.ts";
export { type Page, Paged } from "./pages.ts";
export { type PaymentMethod, TEST_CARDS, type TestCardName } from "./payments.ts";
export { backoffMs, type RetryQuestion, shouldRetry } from "./retry.ts";
export type { CallOptions, KeyedCallOptions } from "./transport.ts";
