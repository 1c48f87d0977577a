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
  AdmissionPool,
  Attendee,
  Booking,
  BookingItem,
  Consent,
  EntryGate,
  EntryZone,
  Event,
  FraudAlert,
  FraudCatch,
  FraudQuestion,
  FraudRule,
  LayoutDifference,
  LayoutFetch,
  LayoutMove,
  Membership,
  MergedScan,
  Organization,
  PaymentSession,
  Performance,
  Ref,
  Scan,
  ScannerDevice,
  Seat,
  SeatAllocation,
  SeatAvailability,
  SeatMap,
  SeatMapChanges,
  Session,
  SignedInDevice,
  Ticket,
  TicketCategory,
  TicketOffer,
  TicketTransfer,
  TrustedDevice,
  User,
  Venue,
  VenueCompliance,
  VenueDetails,
  VenueLayout,
} from "./models.ts";
export {
  type OfflineAnswer,
  OfflineDoor,
  type OfflineResult,
  type OfflineScan,
  type SignedScanList,
} from "./offline.ts";
export { type Page, Paged } from "./pages.ts";
export { type PaymentMethod, TEST_CARDS, type TestCardName } from "./payments.ts";
export { backoffMs, type RetryQuestion, shouldRetry } from "./retry.ts";
export type { CallOptions, KeyedCallOptions } from "./transport.ts";
