export type { SignedInDevice, TrustedDevice } from "./areas/account.ts";
export type { AddOn, AddOnOrder, AddOnStock, OpenedAddOn } from "./areas/add-ons.ts";
export type { Attendee, AttendeeEntry, AttendeeQuestion } from "./areas/attendees.ts";
export type { BookingDescription, BookingDetails, BookingNote, Contact } from "./areas/bookings.ts";
export type {
  AccountingPeriod,
  LedgerCorrection,
  StatementLine,
  StatementRange,
  TrialBalanceLine,
} from "./areas/books.ts";
export type { HeldForCustomer } from "./areas/box-office.ts";
export type { CancellationFailure, EventCancellation } from "./areas/cancellations.ts";
export type {
  CustomerMembership,
  DiscountCode,
  DiscountedTotal,
  NewDiscountCode,
} from "./areas/discounts.ts";
export type { Dispute, DisputeEvidence, DisputeResponse } from "./areas/disputes.ts";
export type { EntryGate, EntryZone, MergedScan, Scan, ScannerDevice } from "./areas/door.ts";
export type {
  EventCategory,
  EventChanges,
  EventSearch,
  FoundEvent,
  OnlineAddress,
  Schedule,
} from "./areas/events.ts";
export type {
  Installment,
  InstallmentQuote,
  NewPaymentPlan,
  PaymentPlan,
} from "./areas/installments.ts";
export type {
  AdmissionAllocation,
  AdmissionPool,
  PassDate,
  SeatAllocation,
  SeatMapChanges,
  SeatMapUpdate,
} from "./areas/inventory.ts";
export type { Invitation, Member } from "./areas/members.ts";
export type {
  DomainChallenge,
  Membership,
  Organization,
  OrganizationSettings,
  OrganizationSettingsChanges,
  Promoter,
} from "./areas/organizations.ts";
export type { PayOptions, PaymentSession, SavedCard, WaitOptions } from "./areas/payments.ts";
export type {
  Payout,
  PayoutAccount,
  PayoutAmounts,
  PayoutHold,
  PayoutItem,
  PayoutOnboardingLink,
  PayoutPreview,
  PayoutReversal,
} from "./areas/payouts.ts";
export type {
  NewPricingRule,
  Price,
  PriceStep,
  PricingRule,
  Quote,
  TicketCategoryChanges,
} from "./areas/prices.ts";
export type { Consent, Customer } from "./areas/privacy.ts";
export type {
  PaymentFinding,
  PaymentTransaction,
  ReconciliationResult,
  ReconciliationRun,
} from "./areas/reconciliation.ts";
export type {
  CancellationPolicy,
  CancellationQuote,
  CancellationTerm,
  CancellationWindows,
  Refund,
  RefundItem,
  RefundRequest,
  RefundWords,
  Returned,
  ReturnedAddOns,
} from "./areas/refunds.ts";
export type { FraudAlert, FraudCatch, FraudQuestion, FraudRule } from "./areas/risk.ts";
export type { Ticket, TicketOffer, TicketTransfer } from "./areas/tickets.ts";
export type {
  LayoutDifference,
  LayoutFetch,
  LayoutMove,
  VenueCompliance,
  VenueDetails,
  VenueLayout,
} from "./areas/venues.ts";
export type { WaitingListEntry, WaitingOptions } from "./areas/waiting-list.ts";
export type { ClientOptions, ListOptions } from "./caller.ts";
export { LastMinuteLive } from "./client.ts";
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
  Event,
  Performance,
  Ref,
  Seat,
  SeatAvailability,
  SeatMap,
  Session,
  TicketCategory,
  User,
  Venue,
} from "./models.ts";
export {
  type OfflineAnswer,
  OfflineDoor,
  type OfflineResult,
  type OfflineScan,
  type SignedScanList,
} from "./offline.ts";
export { type Page, Paged } from "./pages.ts";
export { drawPlan } from "./picture.ts";
export { type PaymentMethod, TEST_CARDS, type TestCardName } from "./payments.ts";
export { backoffMs, type RetryQuestion, shouldRetry } from "./retry.ts";
export type { CallOptions, KeyedCallOptions } from "./transport.ts";
