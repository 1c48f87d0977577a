import type { LastMinuteLiveError } from "./errors.ts";
import type {
  AccountingPeriodFragment,
  AddOnFragment,
  AddOnOrderFragment,
  AdmissionAllocationFragment,
  AdmissionPoolFragment,
  AttendeeEntryFragment,
  AttendeeQuestionFragment,
  BookingDetailsFragment,
  BookingFragment,
  BookingItemFragment,
  BookingNoteFragment,
  CancellationFailuresQuery,
  CancellationPolicyFragment,
  CancellationQuoteFragment,
  CancellationTermFragment,
  ConsentFragment,
  CreateDiscountCodeInput,
  CreatePerformancesInput,
  CreatePricingRuleInput,
  CustomerMembershipFragment,
  DiscountCodeFragment,
  DisputeFragment,
  DisputeResponseFragment,
  EntryGateFragment,
  EntryZoneFragment,
  EventCancellationFragment,
  EventCategoriesQuery,
  EventFragment,
  ExplainPriceQuery,
  FraudAlertFragment,
  FraudRuleFragment,
  FraudRuleType,
  FraudStage,
  InstallmentStatus,
  LayoutFetchFragment,
  LayoutMoveFragment,
  LedgerCorrectionFragment,
  MergeOfflineScansMutation,
  OnlineAddressQuery,
  OrganizationFragment,
  OrganizationRole,
  OrganizationSettingsFragment,
  OverdueAction,
  PaymentFindingFragment,
  PaymentPlanBasis,
  PaymentPlanFragment,
  PaymentSessionFragment,
  PaymentTransactionFragment,
  PayoutAccountFragment,
  PayoutFragment,
  PayoutHoldFragment,
  PayoutItemFragment,
  PayoutOnboardingLinkQuery,
  PayoutPreviewQuery,
  PerformanceFragment,
  PriceFragment,
  PricingRuleFragment,
  PromoterFragment,
  QuoteMutation,
  ReconciliationResultFragment,
  ReconciliationRunFragment,
  RefundFragment,
  RefundItemFragment,
  RefundReason,
  RefundRequestFragment,
  ReproducePayoutQuery,
  RequestDomainCheckMutation,
  SavedCardFragment,
  ScannerDeviceFragment,
  SeatAllocationFragment,
  SessionsQuery,
  StatementQuery,
  TicketAttendeeFragment,
  TicketCategoryFragment,
  TicketFragment,
  TicketOfferFragment,
  TicketScanFragment,
  TicketTransferFragment,
  TrialBalanceQuery,
  TrustedDevicesQuery,
  TryFraudRuleQuery,
  UpdateEventInput,
  UpdateOrganizationSettingsInput,
  UpdateTicketCategoryInput,
  UserFragment,
  ValidateLayoutsQuery,
  VenueComplianceFragment,
  VenueDetailsFragment,
  VenueFragment,
  VenueLayoutFragment,
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

/** Where a user is signed in, or was. */
export type SignedInDevice = NonNullable<SessionsQuery["currentUser"]>["sessions"]["nodes"][number];

/** The TXT record that proves whose a domain is. */
export type DomainChallenge = NonNullable<
  RequestDomainCheckMutation["requestDomainCheck"]
>["domainChallenge"];

/** What somebody said about a purpose: given, or withdrawn. */
export type Consent = ConsentFragment;
/** Where a user signs in without a code, or did. */
export type TrustedDevice = NonNullable<
  TrustedDevicesQuery["currentUser"]
>["trustedDevices"]["nodes"][number];

/** Who sells. */
export type Organization = OrganizationFragment;

/** What an organization says of all its sales. */
export type OrganizationSettings = OrganizationSettingsFragment;

/** Settings to be changed. Amounts are in the minor unit of each event's currency. */
export type OrganizationSettingsChanges = Omit<
  UpdateOrganizationSettingsInput,
  | "clientMutationId"
  | "organizationId"
  | "serviceFeeFixedCents"
  | "processingFeeFixedCents"
  | "minimumPayoutCents"
> & {
  readonly serviceFeeFixedCents?: number | undefined;
  readonly processingFeeFixedCents?: number | undefined;
  readonly minimumPayoutCents?: number | undefined;
};

/** What the signed-in user may do in an organization. */
export interface Membership {
  readonly organization: Organization;
  readonly role: OrganizationRole;
}

/** Where something happens. Its `timezone` is an IANA name. */
export type Venue = VenueFragment;

/** A venue with everything that visitors may know of it. Coordinates are decimal numbers as text. */
export type VenueDetails = VenueDetailsFragment;

/** The papers of a venue, which its organization keeps. */
export type VenueCompliance = VenueComplianceFragment;

/** A layout that the server was asked to fetch, and what became of it. */
export type LayoutFetch = LayoutFetchFragment;

/** What moving a performance to another layout does, or would do. */
export type LayoutMove = LayoutMoveFragment;

/** Something that a layout's document and its rows say differently. */
export type LayoutDifference = NonNullable<
  ValidateLayoutsQuery["validateMongoLayoutIntegration"]
>["nodes"][number];

/** A version of a venue's seating plan, without its seats. */
export type VenueLayout = VenueLayoutFragment;

/** What is sold: one title, on one or more dates. */
export type Event = EventFragment;

/** What may be said of an event. Categories are slugs. */
export type EventChanges = Omit<UpdateEventInput, "clientMutationId" | "eventId">;

/** What may be said of a ticket category. */
export type TicketCategoryChanges = Omit<
  UpdateTicketCategoryInput,
  "clientMutationId" | "ticketCategoryId"
>;

/** When an event takes place again and again. Dates are `2040-12-31`, times `19:30`, Monday is 1. */
export type Schedule = Omit<CreatePerformancesInput, "clientMutationId" | "eventId">;

/** A kind of events. */
export type EventCategory = NonNullable<EventCategoriesQuery["eventCategories"]>["nodes"][number];

/** Where an event takes place online. */
export type OnlineAddress = NonNullable<OnlineAddressQuery["eventOnlineAddress"]>;

/** How far the cancellation of an event is: done when it has a `completedAt`. */
export type EventCancellation = EventCancellationFragment;

/** A booking that a cancellation has left to a person, and the code that says why. */
export type CancellationFailure = NonNullable<
  CancellationFailuresQuery["eventCancellationFailures"]
>["nodes"][number];

/** What to look for. Prices are in the minor unit, so give a currency with them. */
export interface EventSearch {
  readonly query?: string | undefined;
  /** Default: now. */
  readonly startsFrom?: string | undefined;
  readonly startsBefore?: string | undefined;
  readonly city?: string | undefined;
  readonly venueId?: string | undefined;
  /** A slug; it finds narrower kinds, too. */
  readonly category?: string | undefined;
  readonly tag?: string | undefined;
  readonly currency?: string | undefined;
  readonly priceCentsMin?: number | undefined;
  readonly priceCentsMax?: number | undefined;
  readonly organizationId?: string | undefined;
}

/** An event that was found, and when it is next. */
export interface FoundEvent {
  readonly event: Event;
  readonly startsAt: string;
}

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

/** What is new on a seat map. */
export interface SeatMapChanges {
  /** What to ask with the next time. */
  readonly version: string;
  /** The seats that may be different, by their place in `SeatMap.seats`. */
  readonly seats: readonly { readonly index: number; readonly status: SeatAvailability }[];
}

/** Places without a seat, which categories share. */
export type AdmissionPool = AdmissionPoolFragment;

/** Seats that are kept back. */
export type SeatAllocation = SeatAllocationFragment;

/** Places of a pool that are kept back. */
export type AdmissionAllocation = AdmissionAllocationFragment;

/** What is sold besides tickets. */
export type AddOn = AddOnFragment;

/** An add-on that somebody paid for. */
export type AddOnOrder = AddOnOrderFragment;

/** The stock of an add-on. */
export interface AddOnStock {
  readonly total: number | null;
  readonly held: number | null;
  readonly sold: number | null;
  readonly available: number | null;
}

/** What an organizer asks of whoever comes with a ticket. */
export type AttendeeQuestion = AttendeeQuestionFragment;

/** Who comes with a ticket, in the list of all. */
export type AttendeeEntry = AttendeeEntryFragment;

/** A line of a booking: tickets of one category at one price. `seatNos` are numbers of the plan. */
export type BookingItem = BookingItemFragment;

/**
 * An order for tickets. A `draft` is a cart whose seats are held until `expiresAt`; amounts are in
 * the currency's minor unit, and `totalAmountCents` is what the buyer pays.
 */
export interface Booking extends Omit<BookingFragment, "items"> {
  readonly items: readonly BookingItem[];
}

/** The payment of a booking as its buyer may see it. */
export type PaymentSession = PaymentSessionFragment;

/** Until when how much of a ticket is returned; service and processing fees only where it says so. */
export interface CancellationTerm extends Omit<CancellationTermFragment, "percentage"> {
  readonly percentage: number;
}

/** What a buyer gets back who cancels now. With a `percentage` of 0, tickets are not taken back. */
export interface CancellationQuote extends Omit<CancellationQuoteFragment, "percentage"> {
  readonly percentage: number;
}

/** A version of the terms on which tickets are taken back. */
export type CancellationPolicy = CancellationPolicyFragment;

/** Terms: until so many days before the start, so much is returned. */
export interface CancellationWindows {
  readonly windows: readonly { readonly daysBefore: number; readonly percentage: number }[];
  /** Default: they are kept. */
  readonly refundsServiceFees?: boolean | undefined;
  /** Default: they are kept. */
  readonly refundsProcessingFees?: boolean | undefined;
}

/** A buyer's bank takes a payment back, or asks about it. */
export type Dispute = DisputeFragment;

/** Evidence for a bank, by Stripe's names, such as `access_activity_log`. */
export type DisputeEvidence = Readonly<Record<string, string>>;

/** What was answered to a dispute. */
export type DisputeResponse = Omit<DisputeResponseFragment, "evidence"> & {
  readonly evidence: DisputeEvidence;
};

/** Money on its way back by one payment. */
export type Refund = RefundFragment;

/** What was taken back of a ticket or of a line without tickets, part by part. */
export type RefundItem = RefundItemFragment;

/** Why something of a sale was taken back, or is asked to be, and on whose word. */
export type RefundRequest = RefundRequestFragment;

/** What staff says of a refund. */
export interface RefundWords {
  readonly note: string;
  readonly reason?: RefundReason | undefined;
}
/** A card that a user keeps for the next payment to an organization. Its number is with Stripe alone. */
export type SavedCard = Pick<SavedCardFragment, "brand" | "expMonth" | "expYear" | "last4"> & {
  readonly id: string;
  readonly organizationId: string;
  readonly createdAt: string;
};
/** How bookings of an event may be paid in parts. Its terms never change. */
export type PaymentPlan = PaymentPlanFragment;

/** A plan to be made: its deposit is a share, such as `"20"` percent, or an amount. */
export interface NewPaymentPlan {
  readonly eventId: string;
  readonly name: string;
  /** How many follow the deposit. */
  readonly installments: number;
  readonly depositPercentage?: string | undefined;
  readonly depositCents?: number | undefined;
  readonly ticketCategoryId?: string | undefined;
  readonly basis?: PaymentPlanBasis | undefined;
  readonly firstDueDays?: number | undefined;
  readonly intervalDays?: number | undefined;
  readonly lastDueDaysBefore?: number | undefined;
  readonly reminderDays?: number | undefined;
  readonly graceDays?: number | undefined;
  readonly overdueAction?: OverdueAction | undefined;
}

/** A part of a price, as a plan would have it; 0 is the deposit. */
export interface InstallmentQuote {
  readonly installmentNo: number;
  readonly dueAt: string;
  readonly amountCents: number;
}

/** A part of a price, and where it stands. */
export interface Installment extends InstallmentQuote {
  readonly status: InstallmentStatus;
  readonly paidAt: string | null;
  /** When the booking is canceled if it is still unpaid. */
  readonly cancelAt: string | null;
}

/** Whom staff sells to, and what: seats, or admissions of a category. */
export interface HeldForCustomer {
  readonly email: string;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly phone?: string | undefined;
  /** At the counter, or on the phone, which is the default. */
  readonly channel?: "admin" | "phone" | undefined;
  readonly seatIds?: readonly string[] | undefined;
  readonly ticketCategoryId?: string | undefined;
  readonly quantity?: number | undefined;
}

/** The right to a seat. `credential` is what its QR code carries, and null for all but its holder. */
export type Ticket = TicketFragment;

/** An offer of a ticket to somebody, and what became of it. */
export type TicketTransfer = TicketTransferFragment;

/** What the token of a mail offers. */
export type TicketOffer = TicketOfferFragment;

/** What a buyer says about a booking: where they come from, and what they need. */
export type BookingDetails = BookingDetailsFragment;

/** What one says about a booking: each part may be left out. */
export type BookingDescription = {
  readonly [Part in keyof BookingDetails]?: string | undefined;
};

/** What staff wrote down about a booking. */
export type BookingNote = BookingNoteFragment;

/** Who comes with a ticket. */
export interface Attendee extends Omit<TicketAttendeeFragment, "answers"> {
  /** Answers to what the organizer asks, by question. */
  readonly answers: Readonly<Record<string, string>>;
}

/** A part of a venue with gates of its own: sections of the plan, and ticket categories by name. */
export type EntryZone = EntryZoneFragment;

/** A door of a venue. */
export type EntryGate = EntryGateFragment;

/** A scanner of the house. */
export type ScannerDevice = ScannerDeviceFragment;

/** What became of an offline scan: `isDouble` when somebody was let in who should not have been. */
export type MergedScan = NonNullable<
  MergeOfflineScansMutation["mergeOfflineScans"]
>["mergedScans"][number];

/** What happened at the door. */
export interface Scan extends TicketScanFragment {
  /** Whether to let them in. */
  readonly admitted: boolean;
  /** Why not: a TicketUsedError, TicketVoidError, TicketForOtherPerformanceError or UnknownTicketError. */
  readonly refusal: LastMinuteLiveError | null;
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

/** What is suspicious, and what then follows. */
export type FraudRule = FraudRuleFragment;

/** A booking that a rule has caught. */
export type FraudAlert = FraudAlertFragment;

/** A booking that a rule would have caught. */
export type FraudCatch = NonNullable<TryFraudRuleQuery["tryFraudRule"]>["nodes"][number];

/** What a rule asks. Which thresholds it has depends on its type: see docs/risk.md. */
export interface FraudQuestion {
  readonly ruleType?: FraudRuleType | undefined;
  /** When it is asked. Default: `checkout`. */
  readonly stage?: FraudStage | undefined;
  /** It fires at this many, with the one at hand. */
  readonly triggerCount?: number | undefined;
  readonly windowSeconds?: number | undefined;
  /** In the minor unit of `amountCurrency`. */
  readonly amountCents?: number | undefined;
  readonly amountCurrency?: string | undefined;
}

/** A month of the books of an organization. */
export type AccountingPeriod = AccountingPeriodFragment;

/** A movement of money at Stripe; what came is positive. */
export type PaymentTransaction = PaymentTransactionFragment;

/** A comparison of the books with Stripe. */
export type ReconciliationRun = ReconciliationRunFragment;

/** What a comparison found of an organization in a currency, from the beginning on. */
export type ReconciliationResult = ReconciliationResultFragment;

/** What contradicts the books or was not asked for. */
export type PaymentFinding = PaymentFindingFragment;

/** A correction of the books, and what became of it. */
export type LedgerCorrection = LedgerCorrectionFragment;

/** Who brings buyers, for a share. */
export type Promoter = PromoterFragment;

/** The account at Stripe to which an organization, or a promoter of it, is paid. */
export type PayoutAccount = PayoutAccountFragment;

/** An address at Stripe where the owner of an account says who they are. */
export type PayoutOnboardingLink = NonNullable<PayoutOnboardingLinkQuery["payoutOnboardingLink"]>;

/** What an organization, or a promoter of it, is paid. */
export type Payout = PayoutFragment;

/** A fact of the books that a payout pays, or an amount that is held back of it. */
export type PayoutItem = PayoutItemFragment;

/** What is held back of a payout. */
export type PayoutHold = PayoutHoldFragment;

/** What is owed to a payee, and what of it would be paid now. */
export type PayoutPreview = NonNullable<PayoutPreviewQuery["payoutPreview"]>["nodes"][number];

/** What a payout amounts to. */
export type PayoutAmounts = NonNullable<ReproducePayoutQuery["reproducePayout"]>;

/** A line of a statement; its amount is positive on the account's own side. */
export type StatementLine = NonNullable<StatementQuery["statement"]>["nodes"][number];

/** The balance of an account, on its side. */
export type TrialBalanceLine = NonNullable<TrialBalanceQuery["trialBalance"]>["nodes"][number];

/** A month, by any of its days such as `2026-11-01`, or from a moment to a later one. */
export type StatementRange =
  { readonly period: string } | { readonly fromAt: string; readonly toAt: string };
/** What tickets of a category cost an audience for a time. */
export type Price = PriceFragment;

/** What changes the price of a category while something is sold, or before the start. */
export type PricingRule = PricingRuleFragment;

/** A rule to be made. Amounts are in the currency's minor unit; `sortOrder` 1 comes first. */
export type NewPricingRule = Omit<
  CreatePricingRuleInput,
  | "ticketCategoryId"
  | "idempotencyKey"
  | "clientMutationId"
  | "amountCents"
  | "floorCents"
  | "ceilingCents"
  | "roundToCents"
> & {
  readonly amountCents?: number | undefined;
  readonly floorCents?: number | undefined;
  readonly ceilingCents?: number | undefined;
  readonly roundToCents?: number | undefined;
};

/** A code that lowers what a booking costs. */
export type DiscountCode = DiscountCodeFragment;

/** A code to be made: with `percentage` or `amountCents`. */
export type NewDiscountCode = Omit<
  CreateDiscountCodeInput,
  "eventId" | "idempotencyKey" | "clientMutationId" | "amountCents" | "subtotalMinCents"
> & {
  readonly amountCents?: number | undefined;
  readonly subtotalMinCents?: number | undefined;
};

/** A buyer's membership of an organization. Who works for it has a {@link Membership}. */
export type CustomerMembership = CustomerMembershipFragment;

/** What tickets would cost now. */
export type Quote = NonNullable<QuoteMutation["quote"]>["priceQuote"];

/** A step from the price of a ticket to the total of a line. */
export type PriceStep = NonNullable<ExplainPriceQuery["explainPrice"]>["nodes"][number];

/** What a booking costs after a code was applied or removed. */
export interface DiscountedTotal {
  readonly discountCents: number;
  readonly totalAmountCents: number;
}
