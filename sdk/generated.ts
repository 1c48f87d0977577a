// Generated from areas/*.graphql and schema.graphql by "node sdk/generate.ts". Do not edit.
import type { TypedDocument } from "./transport.ts";

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> =
  T | { [P in keyof T]?: P extends " $fragmentName" | "__typename" ? T[P] : never };
/** All input for the `acceptDispute` mutation. */
export type AcceptDisputeInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly disputeId: string;
  readonly idempotencyKey?: string | null | undefined;
};

/** All input for the `acceptInvitation` mutation. */
export type AcceptInvitationInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly token: string;
};

/** All input for the `acceptTicket` mutation. */
export type AcceptTicketInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly firstName?: string | null | undefined;
  readonly lastName?: string | null | undefined;
  readonly token: string;
};

/** Whether an account may be used. */
export type AccountStatus = "active" | "banned" | "deleted" | "suspended";

/**
 * A condition to be used against `AccountingPeriod` object types. All fields are
 * tested for equality and combined with a logical ‘and.’
 */
export type AccountingPeriodCondition = {
  /** Checks for equality with the object’s `closedBy` field. */
  readonly closedBy?: string | null | undefined;
  /** Checks for equality with the object’s `id` field. */
  readonly id?: string | null | undefined;
  /** Checks for equality with the object’s `organizationId` field. */
  readonly organizationId?: string | null | undefined;
  /** Checks for equality with the object’s `period` field. */
  readonly period?: string | null | undefined;
  /** Checks for equality with the object’s `startsAt` field. */
  readonly startsAt?: string | null | undefined;
};

/** State of a month of the books. */
export type AccountingPeriodStatus = "closed" | "closing" | "open";

/** All input for the `acquireSeatLock` mutation. */
export type AcquireSeatLockInput = {
  readonly bookingId?: string | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly eventId: string;
  readonly lockDurationMinutes?: number | null | undefined;
  readonly seatId: string;
  readonly userId: string;
};

/** All input for the `addAddOnCodes` mutation. */
export type AddAddOnCodesInput = {
  readonly addOnId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly codes: ReadonlyArray<string>;
};

/** All input for the `addAddOn` mutation. */
export type AddAddOnInput = {
  readonly addOnId: string;
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly quantity: number;
};

/** All input for the `addBookingNote` mutation. */
export type AddBookingNoteInput = {
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly note: string;
};

/** All input for the `addFraudAlertNote` mutation. */
export type AddFraudAlertNoteInput = {
  readonly alertId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly note: string;
};

/** How buyers get an add-on. */
export type AddOnDeliveryKind = "digital" | "mail" | "pick_up";

/** All input for the `allocateAdmissions` mutation. */
export type AllocateAdmissionsInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly kind: AllocationKind;
  readonly poolId: string;
  readonly quantity: number;
  readonly reason: string;
  readonly releaseAt?: string | null | undefined;
};

/** All input for the `allocateSeats` mutation. */
export type AllocateSeatsInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly kind: AllocationKind;
  readonly performanceId: string;
  readonly reason: string;
  readonly releaseAt?: string | null | undefined;
  readonly seatIds: ReadonlyArray<string>;
};

/** For whom seats are kept back, or that nobody gets them. */
export type AllocationKind = "accessible" | "blocked" | "house" | "promoter";

/** All input for the `applyDiscountCode` mutation. */
export type ApplyDiscountCodeInput = {
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly code: string;
};

/** All input for the `approveBooking` mutation. */
export type ApproveBookingInput = {
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
};

/** All input for the `approveFraudReview` mutation. */
export type ApproveFraudReviewInput = {
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly note?: string | null | undefined;
};

/** All input for the `approvePayout` mutation. */
export type ApprovePayoutInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly note?: string | null | undefined;
  readonly payoutId: string;
};

/** All input for the `approveRefund` mutation. */
export type ApproveRefundInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly note?: string | null | undefined;
  readonly requestId: string;
};

/** All input for the `assignFraudAlert` mutation. */
export type AssignFraudAlertInput = {
  readonly alertId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly userId?: string | null | undefined;
};

/** All input for the `bookPartialCapture` mutation. */
export type BookPartialCaptureInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly findingId: string;
  readonly note: string;
};

/** All input for the `bookUnaskedRefund` mutation. */
export type BookUnaskedRefundInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly findingId: string;
  readonly note: string;
};

/** All input for the `bookUnaskedReversals` mutation. */
export type BookUnaskedReversalsInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly findingId: string;
  readonly note: string;
};

/** How a booking was made. */
export type BookingChannel = "admin" | "api" | "mobile" | "phone" | "web";

/** A condition to be used against `Booking` object types. All fields are tested for equality and combined with a logical ‘and.’ */
export type BookingCondition = {
  /** Checks for equality with the object’s `bookingReference` field. */
  readonly bookingReference?: string | null | undefined;
  /** Checks for equality with the object’s `id` field. */
  readonly id?: string | null | undefined;
  /** Checks for equality with the object’s `organizationId` field. */
  readonly organizationId?: string | null | undefined;
  /** Checks for equality with the object’s `performanceId` field. */
  readonly performanceId?: string | null | undefined;
};

/** What a line of a booking is for. */
export type BookingItemType = "add_on" | "admission" | "fee" | "seat";

/** The life of a booking; booking_status_transitions says which moves are allowed. */
export type BookingStatus =
  | "canceled"
  | "completed"
  | "confirmed"
  | "disputed"
  | "draft"
  | "expired"
  | "fraud_hold"
  | "partially_paid"
  | "pending_approval"
  | "pending_payment"
  | "refunded"
  | "transferred";

/** What kind of organization it is. */
export type BusinessType = "enterprise" | "event_promoter" | "venue_owner";

/** All input for the `cancelBooking` mutation. */
export type CancelBookingInput = {
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly reason?: string | null | undefined;
};

/** All input for the `cancelEvent` mutation. */
export type CancelEventInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly eventId: string;
  readonly reason?: string | null | undefined;
};

/** All input for the `cancelPayout` mutation. */
export type CancelPayoutInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly note?: string | null | undefined;
  readonly payoutId: string;
};

/** All input for the `cancelPerformance` mutation. */
export type CancelPerformanceInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly performanceId: string;
  readonly reason?: string | null | undefined;
};

/** Whether a card is charged when it is confirmed, or authorized then and captured later. */
export type CaptureMethod = "automatic" | "manual";

/** All input for the `changeMemberRole` mutation. */
export type ChangeMemberRoleInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly memberId: string;
  readonly role: OrganizationRole;
};

/** All input for the `changeOrganizationPlan` mutation. */
export type ChangeOrganizationPlanInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly commissionPercentage?: string | null | undefined;
  readonly monthlyEventLimit?: number | null | undefined;
  readonly monthlyRevenueLimitUnits?: string | null | undefined;
  readonly organizationId: string;
  readonly subscriptionReference?: string | null | undefined;
  readonly subscriptionTier: string;
};

/** A new password. */
export type ChangePasswordInput = {
  /** The present one. */
  readonly currentPassword: string;
  /** 10 to 256 characters. */
  readonly newPassword: string;
};

/** All input for the `checkoutForCustomer` mutation. */
export type CheckoutForCustomerInput = {
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly note?: string | null | undefined;
  readonly overrideReason?: string | null | undefined;
  readonly payWithinHours?: number | null | undefined;
  readonly payment: StaffPayment;
};

/** All input for the `choosePayment` mutation. */
export type ChoosePaymentInput = {
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly paymentMethodId?: string | null | undefined;
  readonly saveCard?: boolean | null | undefined;
};

/** All input for the `choosePaymentPlan` mutation. */
export type ChoosePaymentPlanInput = {
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly paymentPlanId?: string | null | undefined;
};

/** All input for the `claimBooking` mutation. */
export type ClaimBookingInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly token: string;
};

/** What proves that it is the owner who leaves. */
export type CloseAccountInput = {
  /** The account's password. */
  readonly currentPassword: string;
};

/** All input for the `closePeriod` mutation. */
export type ClosePeriodInput = {
  readonly acceptUnreconciled?: boolean | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly organizationId: string;
  readonly period: string;
};

/** What opens the account that was asked for. */
export type CompleteSignUpInput = {
  /** What the client calls its device, for the list of sessions. */
  readonly device?: string | null | undefined;
  /** The password that was chosen. */
  readonly password: string;
  /** The token that was mailed. */
  readonly token: string;
};

/** The first code of an app. */
export type ConfirmTwoFactorInput = {
  /** Six digits. */
  readonly code: string;
};

/** What somebody agrees to. */
export type ConsentPurpose =
  "analytics" | "marketing" | "newsletter" | "privacy_policy" | "terms_of_service";

/** All input for the `createAddOn` mutation. */
export type CreateAddOnInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly currency?: string | null | undefined;
  readonly delivery?: AddOnDeliveryKind | null | undefined;
  readonly description?: string | null | undefined;
  readonly eventId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly maxPerBooking?: number | null | undefined;
  readonly name: string;
  readonly organizationId?: string | null | undefined;
  readonly priceCents: string;
  readonly requiresTicket?: boolean | null | undefined;
  readonly salesEnd?: string | null | undefined;
  readonly salesStart?: string | null | undefined;
  readonly stock?: number | null | undefined;
};

/** All input for the `createAdmissionPool` mutation. */
export type CreateAdmissionPoolInput = {
  readonly capacity: number;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly name: string;
  readonly parentPoolId?: string | null | undefined;
  readonly performanceId: string;
  readonly ticketCategoryIds?: ReadonlyArray<string> | null | undefined;
};

/** All input for the `createDiscountCode` mutation. */
export type CreateDiscountCodeInput = {
  readonly amountCents?: string | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly code: string;
  readonly eventId: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly percentage?: string | null | undefined;
  readonly quantityMin?: number | null | undefined;
  readonly subtotalMinCents?: string | null | undefined;
  readonly ticketCategoryId?: string | null | undefined;
  readonly usesMax?: number | null | undefined;
  readonly usesPerCustomerMax?: number | null | undefined;
  readonly validFrom?: string | null | undefined;
  readonly validUntil?: string | null | undefined;
};

/** All input for the `createEventAccessCode` mutation. */
export type CreateEventAccessCodeInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly eventId: string;
};

/** All input for the `createEvent` mutation. */
export type CreateEventInput = {
  readonly blockedSections?: ReadonlyArray<string> | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly currency?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly format?: EventFormat | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly organizationId: string;
  readonly salesEnd?: string | null | undefined;
  readonly salesStart?: string | null | undefined;
  readonly slug: string;
  readonly taxRateId?: string | null | undefined;
  readonly timezone?: string | null | undefined;
  readonly title: string;
  readonly venueId: string;
};

/** All input for the `createFraudRule` mutation. */
export type CreateFraudRuleInput = {
  readonly action: FraudAction;
  readonly amountCents?: string | null | undefined;
  readonly amountCurrency?: string | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly isEnabled?: boolean | null | undefined;
  readonly organizationId?: string | null | undefined;
  readonly ruleName: string;
  readonly ruleType: FraudRuleType;
  readonly severity: FraudSeverity;
  readonly stage?: FraudStage | null | undefined;
  readonly triggerCount?: number | null | undefined;
  readonly windowSeconds?: number | null | undefined;
};

/** All input for the `createOrganization` mutation. */
export type CreateOrganizationInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly defaultCurrency?: string | null | undefined;
  readonly email: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly name: string;
  readonly slug: string;
};

/** All input for the `createPass` mutation. */
export type CreatePassInput = {
  readonly capacity?: number | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly eventId: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly name: string;
  readonly poolIds: ReadonlyArray<string>;
  readonly ticketCategoryIds: ReadonlyArray<string>;
};

/** All input for the `createPaymentPlan` mutation. */
export type CreatePaymentPlanInput = {
  readonly basis?: PaymentPlanBasis | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly depositCents?: string | null | undefined;
  readonly depositPercentage?: string | null | undefined;
  readonly eventId: string;
  readonly firstDueDays?: number | null | undefined;
  readonly graceDays?: number | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly installments: number;
  readonly intervalDays?: number | null | undefined;
  readonly lastDueDaysBefore?: number | null | undefined;
  readonly name: string;
  readonly overdueAction?: OverdueAction | null | undefined;
  readonly reminderDays?: number | null | undefined;
  readonly ticketCategoryId?: string | null | undefined;
};

/** All input for the `createPayout` mutation. */
export type CreatePayoutInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly currency?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly organizationId: string;
  readonly promoterId?: string | null | undefined;
};

/** All input for the `createPerformance` mutation. */
export type CreatePerformanceInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly doorsAt?: string | null | undefined;
  readonly endsAt?: string | null | undefined;
  readonly eventId: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly layoutId?: string | null | undefined;
  readonly startsAt: string;
};

/** All input for the `createPerformances` mutation. */
export type CreatePerformancesInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly doorsMinutesBefore?: number | null | undefined;
  readonly durationMinutes?: number | null | undefined;
  readonly eventId: string;
  readonly exceptDates?: ReadonlyArray<string> | null | undefined;
  readonly firstDate: string;
  readonly lastDate: string;
  readonly layoutId?: string | null | undefined;
  readonly times: ReadonlyArray<string>;
  readonly weekdays?: ReadonlyArray<number> | null | undefined;
};

/** All input for the `createPricingRule` mutation. */
export type CreatePricingRuleInput = {
  readonly amountCents?: string | null | undefined;
  readonly atLeast?: string | null | undefined;
  readonly below?: string | null | undefined;
  readonly ceilingCents?: string | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly condition: PricingCondition;
  readonly floorCents?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly name: string;
  readonly percentage?: string | null | undefined;
  readonly roundToCents?: string | null | undefined;
  readonly sortOrder?: number | null | undefined;
  readonly ticketCategoryId: string;
};

/** All input for the `createPromoter` mutation. */
export type CreatePromoterInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly name: string;
  readonly organizationId: string;
};

/** All input for the `createTicketCategory` mutation. */
export type CreateTicketCategoryInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly eventId: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly name: string;
  readonly priceCents: string;
  readonly seatCategories?: ReadonlyArray<string> | null | undefined;
  readonly sections?: ReadonlyArray<string> | null | undefined;
};

/** All input for the `createVenue` mutation. */
export type CreateVenueInput = {
  readonly address?: unknown;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly name: string;
  readonly organizationId: string;
  readonly slug: string;
  readonly timezone: string;
};

/** All input for the `createVirtualEvent` mutation. */
export type CreateVirtualEventInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly currency?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly organizationId: string;
  readonly salesEnd?: string | null | undefined;
  readonly salesStart?: string | null | undefined;
  readonly slug: string;
  readonly taxRateId?: string | null | undefined;
  readonly timezone: string;
  readonly title: string;
};

/** All input for the `decideOrganizationVerification` mutation. */
export type DecideOrganizationVerificationInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly note?: string | null | undefined;
  readonly organizationId: string;
  readonly verified: boolean;
};

/** All input for the `declineBooking` mutation. */
export type DeclineBookingInput = {
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly reason: string;
};

/** All input for the `declineRefund` mutation. */
export type DeclineRefundInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly note?: string | null | undefined;
  readonly requestId: string;
};

/** All input for the `describeBooking` mutation. */
export type DescribeBookingInput = {
  readonly accessibilityRequirements?: string | null | undefined;
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly dietaryRequirements?: string | null | undefined;
  readonly referralSource?: string | null | undefined;
  readonly specialRequests?: string | null | undefined;
  readonly utmCampaign?: string | null | undefined;
  readonly utmContent?: string | null | undefined;
  readonly utmMedium?: string | null | undefined;
  readonly utmSource?: string | null | undefined;
  readonly utmTerm?: string | null | undefined;
};

/** A condition to be used against `Dispute` object types. All fields are tested for equality and combined with a logical ‘and.’ */
export type DisputeCondition = {
  /** Checks for equality with the object’s `bookingId` field. */
  readonly bookingId?: string | null | undefined;
  /** Checks for equality with the object’s `id` field. */
  readonly id?: string | null | undefined;
  /** Checks for equality with the object’s `openedAt` field. */
  readonly openedAt?: string | null | undefined;
  /** Checks for equality with the object’s `organizationId` field. */
  readonly organizationId?: string | null | undefined;
  /** Checks for equality with the object’s `paymentIntentId` field. */
  readonly paymentIntentId?: string | null | undefined;
  /** Checks for equality with the object’s `status` field. */
  readonly status?: DisputeStatus | null | undefined;
  /** Checks for equality with the object’s `stripeDisputeId` field. */
  readonly stripeDisputeId?: string | null | undefined;
};

/**
 * A condition to be used against `DisputeResponse` object types. All fields are
 * tested for equality and combined with a logical ‘and.’
 */
export type DisputeResponseCondition = {
  /** Checks for equality with the object’s `disputeId` field. */
  readonly disputeId?: string | null | undefined;
  /** Checks for equality with the object’s `id` field. */
  readonly id?: string | null | undefined;
  /** Checks for equality with the object’s `organizationId` field. */
  readonly organizationId?: string | null | undefined;
  /** Checks for equality with the object’s `submittedBy` field. */
  readonly submittedBy?: string | null | undefined;
};

/** Where a dispute stands, in Stripe's words. A warning is a question of the bank: no money moves. */
export type DisputeStatus =
  | "lost"
  | "needs_response"
  | "prevented"
  | "under_review"
  | "warning_closed"
  | "warning_needs_response"
  | "warning_under_review"
  | "won";

/** All input for the `endDiscountCode` mutation. */
export type EndDiscountCodeInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly discountCodeId: string;
};

/** All input for the `endPrice` mutation. */
export type EndPriceInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly priceId: string;
};

/** All input for the `endPricingRule` mutation. */
export type EndPricingRuleInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly pricingRuleId: string;
};

/** What proves that it is the owner who adds a second factor. */
export type EnrollTwoFactorInput = {
  /** The account's password. */
  readonly currentPassword: string;
};

/** All input for the `eraseCustomer` mutation. */
export type EraseCustomerInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly customerId: string;
};

/** At a place, online, or both. */
export type EventFormat = "hybrid" | "physical" | "virtual";

/** The life of an event. */
export type EventStatus = "canceled" | "completed" | "draft" | "postponed" | "published";

/** Found by everybody; seen by who knows its id or address; seen with an access code only. */
export type EventVisibility = "private" | "public" | "unlisted";

/** All input for the `exportCustomerData` mutation. */
export type ExportCustomerDataInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly customerId: string;
};

/** All input for the `extendHold` mutation. */
export type ExtendHoldInput = {
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
};

/** What follows: points only; an alert; the booking waits for a person; the booking is refused. */
export type FraudAction = "alert" | "block" | "flag" | "review";

/**
 * A condition to be used against `FraudAlert` object types. All fields are tested
 * for equality and combined with a logical ‘and.’
 */
export type FraudAlertCondition = {
  /** Checks for equality with the object’s `bookingId` field. */
  readonly bookingId?: string | null | undefined;
  /** Checks for equality with the object’s `id` field. */
  readonly id?: string | null | undefined;
  /** Checks for equality with the object’s `organizationId` field. */
  readonly organizationId?: string | null | undefined;
  /** Checks for equality with the object’s `ruleId` field. */
  readonly ruleId?: string | null | undefined;
  /** Checks for equality with the object’s `status` field. */
  readonly status?: FraudAlertStatus | null | undefined;
};

/** Where the investigation stands. */
export type FraudAlertStatus = "assigned" | "dismissed" | "open" | "resolved";

/** What the investigation found. */
export type FraudResolution = "confirmed" | "false_positive";

/**
 * What a rule looks at: how often a person, an address or a device buys; how much;
 * from where; after how many declined payments; how many seats; with which kind of
 * mailbox; after how many disputes that were lost.
 */
export type FraudRuleType =
  | "amount"
  | "disposable_email"
  | "geography_mismatch"
  | "lost_disputes"
  | "payment_failures"
  | "seat_hoarding"
  | "velocity_address"
  | "velocity_device"
  | "velocity_user";

/** How bad it is: 10, 25, 50 or 100 points of the score. */
export type FraudSeverity = "critical" | "high" | "low" | "medium";

/** When a rule is asked. */
export type FraudStage = "checkout" | "hold";

/** All input for the `giveConsent` mutation. */
export type GiveConsentInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly organizationId?: string | null | undefined;
  readonly purpose: ConsentPurpose;
  readonly wordingVersion: string;
};

/** All input for the `grantMemberPermission` mutation. */
export type GrantMemberPermissionInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly memberId: string;
  readonly permission: string;
};

/** All input for the `grantMembership` mutation. */
export type GrantMembershipInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly memberNumber?: string | null | undefined;
  readonly organizationId: string;
  readonly userId?: string | null | undefined;
  readonly validFrom?: string | null | undefined;
  readonly validUntil?: string | null | undefined;
};

/** All input for the `grantVenueAccess` mutation. */
export type GrantVenueAccessInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly memberId: string;
  readonly venueId: string;
};

/** All input for the `holdAdmissions` mutation. */
export type HoldAdmissionsInput = {
  readonly bookingId?: string | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly performanceId: string;
  readonly quantity: number;
  readonly ticketCategoryId: string;
};

/** All input for the `holdAllocatedAdmissions` mutation. */
export type HoldAllocatedAdmissionsInput = {
  readonly allocationId: string;
  readonly bookingId?: string | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly quantity: number;
  readonly ticketCategoryId: string;
};

/** All input for the `holdAllocatedSeats` mutation. */
export type HoldAllocatedSeatsInput = {
  readonly allocationId: string;
  readonly bookingId?: string | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly seatIds: ReadonlyArray<string>;
};

/** All input for the `holdBestAvailable` mutation. */
export type HoldBestAvailableInput = {
  readonly accessible?: boolean | null | undefined;
  readonly bookingId?: string | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly performanceId: string;
  readonly quantity: number;
  readonly ticketCategoryId: string;
  readonly together?: boolean | null | undefined;
};

/** All input for the `holdForCustomer` mutation. */
export type HoldForCustomerInput = {
  readonly channel?: BookingChannel | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly email: string;
  readonly firstName?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly lastName?: string | null | undefined;
  readonly performanceId: string;
  readonly phone?: string | null | undefined;
  readonly quantity?: number | null | undefined;
  readonly seatIds?: ReadonlyArray<string> | null | undefined;
  readonly ticketCategoryId?: string | null | undefined;
};

/** All input for the `holdPayout` mutation. */
export type HoldPayoutInput = {
  readonly amountCents?: string | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly holdUntil?: string | null | undefined;
  readonly payoutId: string;
  readonly reason: string;
};

/** All input for the `holdSeats` mutation. */
export type HoldSeatsInput = {
  readonly bookingId?: string | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly performanceId: string;
  readonly seatIds: ReadonlyArray<string>;
};

/** All input for the `importMemberships` mutation. */
export type ImportMembershipsInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly emails: ReadonlyArray<string>;
  readonly organizationId: string;
  readonly validFrom?: string | null | undefined;
  readonly validUntil?: string | null | undefined;
};

/** All input for the `importVenueLayout` mutation. */
export type ImportVenueLayoutInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly document: string;
  readonly sha256: string;
  readonly source?: LayoutSource | null | undefined;
  readonly sourceReference?: string | null | undefined;
  readonly venueId: string;
};

/** Where a part of a price stands. */
export type InstallmentStatus = "canceled" | "overdue" | "paid" | "pending";

/** Whom to invite. */
export type InviteMemberInput = {
  /** Where the invitation goes, and whose account may accept it. */
  readonly email: string;
  /** The organization. */
  readonly organizationId: string;
  /** As what. */
  readonly role: OrganizationRole;
};

/** All input for the `joinWaitingList` mutation. */
export type JoinWaitingListInput = {
  readonly accessible?: boolean | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly performanceId: string;
  readonly quantity: number;
  readonly ticketCategoryId?: string | null | undefined;
};

/** What became of fetching a layout. */
export type LayoutFetchStatus = "failed" | "pending" | "succeeded";

/** Where a layout document came from. */
export type LayoutSource = "cdn" | "mongodb" | "upload";

/** All input for the `leaveOrganization` mutation. */
export type LeaveOrganizationInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly organizationId: string;
};

/** All input for the `leaveWaitingList` mutation. */
export type LeaveWaitingListInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly entryId?: string | null | undefined;
  readonly token?: string | null | undefined;
};

/** What an account of the ledger stands for. */
export type LedgerAccountKind =
  | "adjustments"
  | "box_office"
  | "buyer_clearing"
  | "disputes"
  | "organizer_payable"
  | "payouts_in_transit"
  | "platform_commission"
  | "processing_fees"
  | "promoter_payable"
  | "service_fees"
  | "stripe_balance"
  | "stripe_fees"
  | "taxes_payable";

/** State of a correction of the books. */
export type LedgerCorrectionStatus = "posted" | "rejected" | "requested";

/** The side on which an account grows. */
export type LedgerSide = "credit" | "debit";

/** All input for the `liftVenueRestriction` mutation. */
export type LiftVenueRestrictionInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly memberId: string;
};

/** Why a session ended: by its user, by itself, with a new password, or by the platform's staff. */
export type LogoutReason = "admin" | "manual" | "security" | "timeout";

/** All input for the `markAddOnDelivered` mutation. */
export type MarkAddOnDeliveredInput = {
  readonly bookingItemId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
};

/** Whether a membership gives its rights. */
export type MemberStatus = "active" | "pending" | "suspended";

/** All input for the `moveEventToLayout` mutation. */
export type MoveEventToLayoutInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly dryRun?: boolean | null | undefined;
  readonly eventId: string;
  readonly layoutId: string;
};

/** All input for the `movePerformanceToLayout` mutation. */
export type MovePerformanceToLayoutInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly dryRun?: boolean | null | undefined;
  readonly layoutId: string;
  readonly performanceId: string;
};

/** All input for the `offerTicket` mutation. */
export type OfferTicketInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly email: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly ticketId: string;
};

/** All input for the `openAddOn` mutation. */
export type OpenAddOnInput = {
  readonly bookingItemId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
};

/** All input for the `openPayment` mutation. */
export type OpenPaymentInput = {
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
};

/** All input for the `openPayoutAccount` mutation. */
export type OpenPayoutAccountInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly country?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly organizationId: string;
  readonly promoterId?: string | null | undefined;
};

/**
 * A condition to be used against `OrganizationMember` object types. All fields are
 * tested for equality and combined with a logical ‘and.’
 */
export type OrganizationMemberCondition = {
  /** Checks for equality with the object’s `id` field. */
  readonly id?: string | null | undefined;
  /** Checks for equality with the object’s `invitedBy` field. */
  readonly invitedBy?: string | null | undefined;
  /** Checks for equality with the object’s `organizationId` field. */
  readonly organizationId?: string | null | undefined;
  /** Checks for equality with the object’s `userId` field. */
  readonly userId?: string | null | undefined;
};

/** A named bundle of permissions; role_permissions says which. */
export type OrganizationRole =
  "admin" | "analyst" | "coordinator" | "manager" | "owner" | "staff" | "support" | "viewer";

/** Whether an organization may sell. */
export type OrganizationStatus = "active" | "banned" | "pending" | "suspended";

/**
 * What happens when an installment stays unpaid: the booking is canceled, and its
 * deposit is kept or returned. What was paid beyond the deposit is always returned.
 */
export type OverdueAction = "keep_deposit" | "refund";

/**
 * A condition to be used against `PaymentFinding` object types. All fields are
 * tested for equality and combined with a logical ‘and.’
 */
export type PaymentFindingCondition = {
  /** Checks for equality with the object’s `bookingId` field. */
  readonly bookingId?: string | null | undefined;
  /** Checks for equality with the object’s `id` field. */
  readonly id?: string | null | undefined;
  /** Checks for equality with the object’s `lastSeenAt` field. */
  readonly lastSeenAt?: string | null | undefined;
  /** Checks for equality with the object’s `organizationId` field. */
  readonly organizationId?: string | null | undefined;
  /** Checks for equality with the object’s `resolvedBy` field. */
  readonly resolvedBy?: string | null | undefined;
};

/** How money comes: by Stripe, or to the box office without it. */
export type PaymentMethod = "card" | "cash" | "invoice" | "terminal";

/** From where due dates are counted. */
export type PaymentPlanBasis = "performance" | "purchase";

/** State of a payment intent. */
export type PaymentStatus =
  "authorized" | "canceled" | "failed" | "pending" | "processing" | "requires_action" | "succeeded";

/**
 * A condition to be used against `PaymentTransaction` object types. All fields are
 * tested for equality and combined with a logical ‘and.’
 */
export type PaymentTransactionCondition = {
  /** Checks for equality with the object’s `accountingPeriod` field. */
  readonly accountingPeriod?: string | null | undefined;
  /** Checks for equality with the object’s `bookingId` field. */
  readonly bookingId?: string | null | undefined;
  /** Checks for equality with the object’s `id` field. */
  readonly id?: string | null | undefined;
  /** Checks for equality with the object’s `ledgerTransactionId` field. */
  readonly ledgerTransactionId?: string | null | undefined;
  /** Checks for equality with the object’s `organizationId` field. */
  readonly organizationId?: string | null | undefined;
  /** Checks for equality with the object’s `paymentIntentId` field. */
  readonly paymentIntentId?: string | null | undefined;
  /** Checks for equality with the object’s `processedAt` field. */
  readonly processedAt?: string | null | undefined;
};

/** Why money moved at Stripe. */
export type PaymentTransactionType =
  "adjustment" | "dispute" | "fee" | "payment" | "payout" | "refund";

/** A condition to be used against `Payout` object types. All fields are tested for equality and combined with a logical ‘and.’ */
export type PayoutCondition = {
  /** Checks for equality with the object’s `approvedBy` field. */
  readonly approvedBy?: string | null | undefined;
  /** Checks for equality with the object’s `canceledBy` field. */
  readonly canceledBy?: string | null | undefined;
  /** Checks for equality with the object’s `createdAt` field. */
  readonly createdAt?: string | null | undefined;
  /** Checks for equality with the object’s `currency` field. */
  readonly currency?: string | null | undefined;
  /** Checks for equality with the object’s `id` field. */
  readonly id?: string | null | undefined;
  /** Checks for equality with the object’s `organizationId` field. */
  readonly organizationId?: string | null | undefined;
  /** Checks for equality with the object’s `promoterId` field. */
  readonly promoterId?: string | null | undefined;
  /** Checks for equality with the object’s `requestedBy` field. */
  readonly requestedBy?: string | null | undefined;
  /** Checks for equality with the object’s `stripeAccountId` field. */
  readonly stripeAccountId?: string | null | undefined;
  /** Checks for equality with the object’s `stripeTransferId` field. */
  readonly stripeTransferId?: string | null | undefined;
};

/**
 * A condition to be used against `PayoutHold` object types. All fields are tested
 * for equality and combined with a logical ‘and.’
 */
export type PayoutHoldCondition = {
  /** Checks for equality with the object’s `createdAt` field. */
  readonly createdAt?: string | null | undefined;
  /** Checks for equality with the object’s `createdBy` field. */
  readonly createdBy?: string | null | undefined;
  /** Checks for equality with the object’s `id` field. */
  readonly id?: string | null | undefined;
  /** Checks for equality with the object’s `organizationId` field. */
  readonly organizationId?: string | null | undefined;
  /** Checks for equality with the object’s `payoutId` field. */
  readonly payoutId?: string | null | undefined;
  /** Checks for equality with the object’s `releasedBy` field. */
  readonly releasedBy?: string | null | undefined;
};

/** Why money is held back. */
export type PayoutHoldKind = "dispute" | "manual" | "rounding";

/**
 * A condition to be used against `PayoutItem` object types. All fields are tested
 * for equality and combined with a logical ‘and.’
 */
export type PayoutItemCondition = {
  /** Checks for equality with the object’s `holdId` field. */
  readonly holdId?: string | null | undefined;
  /** Checks for equality with the object’s `id` field. */
  readonly id?: string | null | undefined;
  /** Checks for equality with the object’s `ledgerTransactionId` field. */
  readonly ledgerTransactionId?: string | null | undefined;
  /** Checks for equality with the object’s `organizationId` field. */
  readonly organizationId?: string | null | undefined;
  /** Checks for equality with the object’s `payoutId` field. */
  readonly payoutId?: string | null | undefined;
  /** Checks for equality with the object’s `promoterId` field. */
  readonly promoterId?: string | null | undefined;
};

/** A fact of the books that is paid, an amount that is held back, or one that no longer is. */
export type PayoutItemKind = "fact" | "hold" | "release";

/** State of what is taken back of a payout. */
export type PayoutReversalStatus = "failed" | "requested" | "succeeded";

/** How often an organization is paid. */
export type PayoutSchedule = "daily" | "monthly" | "weekly";

/** State of a payout. */
export type PayoutStatus =
  "approved" | "canceled" | "draft" | "failed" | "in_transit" | "paid" | "pending_approval";

/** When money may be paid out that was received. */
export type PayoutTiming = "after_event" | "rolling";

/** The life of one date of an event. */
export type PerformanceStatus = "canceled" | "completed" | "postponed" | "scheduled";

/** What somebody may do for the platform itself. */
export type PlatformRole = "admin" | "security" | "support";

/** All input for the `postCorrection` mutation. */
export type PostCorrectionInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly correctionId: string;
};

/** All input for the `postponeEvent` mutation. */
export type PostponeEventInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly days?: number | null | undefined;
  readonly eventId: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly reason?: string | null | undefined;
  readonly refundsUntil?: string | null | undefined;
};

/** All input for the `postponePerformance` mutation. */
export type PostponePerformanceInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly doorsAt?: string | null | undefined;
  readonly endsAt?: string | null | undefined;
  readonly performanceId: string;
  readonly reason?: string | null | undefined;
  readonly refundsUntil?: string | null | undefined;
  readonly startsAt?: string | null | undefined;
};

/** Who may buy at a price. */
export type PriceAudience = "member" | "public";

/**
 * Which price a line began with: everybody's, the members', or the seat's own.
 * Pending: it is not priced yet, which nobody sees.
 */
export type PriceBasis = "member" | "pending" | "public" | "seat";

/** What a step of a price is. */
export type PriceStepKind =
  | "discount"
  | "member_price"
  | "price"
  | "processing_fee"
  | "public_price"
  | "rounding"
  | "rule"
  | "seat_price"
  | "service_fee"
  | "tax";

/** What a rule looks at: percent sold of its category or of the performance, or hours until it starts. */
export type PricingCondition = "category_sold" | "hours_to_event" | "performance_sold";

/** All input for the `publishEvent` mutation. */
export type PublishEventInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly eventId: string;
};

/** What kind of answer a question has. */
export type QuestionKind = "choice" | "number" | "text" | "yes_no";

/** All input for the `quote` mutation. */
export type QuoteInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly code?: string | null | undefined;
  readonly performanceId: string;
  readonly quantities?: ReadonlyArray<number> | null | undefined;
  readonly seatIds?: ReadonlyArray<string> | null | undefined;
  readonly ticketCategoryIds?: ReadonlyArray<string> | null | undefined;
};

/** All input for the `reactivateMember` mutation. */
export type ReactivateMemberInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly memberId: string;
};

/** All input for the `reactivateOrganization` mutation. */
export type ReactivateOrganizationInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly organizationId: string;
};

/**
 * A condition to be used against `ReconciliationResult` object types. All fields
 * are tested for equality and combined with a logical ‘and.’
 */
export type ReconciliationResultCondition = {
  /** Checks for equality with the object’s `currency` field. */
  readonly currency?: string | null | undefined;
  /** Checks for equality with the object’s `id` field. */
  readonly id?: string | null | undefined;
  /** Checks for equality with the object’s `organizationId` field. */
  readonly organizationId?: string | null | undefined;
  /** Checks for equality with the object’s `runId` field. */
  readonly runId?: string | null | undefined;
};

/** Whether Stripe says the same of a movement as the books. */
export type ReconciliationStatus = "matched" | "mismatched" | "pending";

/** All input for the `recordBoxOfficeRefund` mutation. */
export type RecordBoxOfficeRefundInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly refundId: string;
};

/** All input for the `recordCustomerConsent` mutation. */
export type RecordCustomerConsentInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly customerId: string;
  readonly isGiven: boolean;
  readonly purpose: ConsentPurpose;
  readonly source: string;
  readonly wordingVersion: string;
};

/** All input for the `recordTicketDelivery` mutation. */
export type RecordTicketDeliveryInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly deliveryMethod: TicketDeliveryMethod;
  readonly deliveryStatus: TicketDeliveryStatus;
  readonly deliveryTracking?: string | null | undefined;
  readonly ticketId: string;
};

/** All input for the `refundBookingAmount` mutation. */
export type RefundBookingAmountInput = {
  readonly amountCents: string;
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly note: string;
  readonly reason?: RefundReason | null | undefined;
};

/** All input for the `refundFees` mutation. */
export type RefundFeesInput = {
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly note: string;
  readonly reason?: RefundReason | null | undefined;
  readonly ticketIds?: ReadonlyArray<string> | null | undefined;
  readonly withProcessingFees?: boolean | null | undefined;
  readonly withServiceFees?: boolean | null | undefined;
};

/** What is taken back: a booking, tickets, an amount, or fees only. */
export type RefundKind = "fee_only" | "full" | "partial" | "ticket";

/** Why money goes back. */
export type RefundReason =
  | "booking_canceled"
  | "customer_request"
  | "dispute"
  | "error"
  | "event_canceled"
  | "fraud"
  | "late_payment";

/**
 * A condition to be used against `RefundRequest` object types. All fields are
 * tested for equality and combined with a logical ‘and.’
 */
export type RefundRequestCondition = {
  /** Checks for equality with the object’s `bookingId` field. */
  readonly bookingId?: string | null | undefined;
  /** Checks for equality with the object’s `cancellationPolicyId` field. */
  readonly cancellationPolicyId?: string | null | undefined;
  /** Checks for equality with the object’s `decidedBy` field. */
  readonly decidedBy?: string | null | undefined;
  /** Checks for equality with the object’s `id` field. */
  readonly id?: string | null | undefined;
  /** Checks for equality with the object’s `organizationId` field. */
  readonly organizationId?: string | null | undefined;
  /** Checks for equality with the object’s `requestedBy` field. */
  readonly requestedBy?: string | null | undefined;
  /** Checks for equality with the object’s `status` field. */
  readonly status?: RefundRequestStatus | null | undefined;
};

/** Where a request stands; with its approval its refunds are queued. */
export type RefundRequestStatus = "approved" | "declined" | "requested";

/** State of a refund. */
export type RefundStatus = "canceled" | "failed" | "pending" | "processing" | "succeeded";

/** All input for the `refundTickets` mutation. */
export type RefundTicketsInput = {
  readonly addOnItemIds?: ReadonlyArray<string> | null | undefined;
  readonly addOnQuantities?: ReadonlyArray<number> | null | undefined;
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly note: string;
  readonly percentage?: string | null | undefined;
  readonly reason?: RefundReason | null | undefined;
  readonly ticketIds?: ReadonlyArray<string> | null | undefined;
  readonly withFees?: boolean | null | undefined;
};

/** All input for the `registerScannerDevice` mutation. */
export type RegisterScannerDeviceInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly gateId?: string | null | undefined;
  readonly name: string;
  readonly venueId: string;
};

/** All input for the `reissueTicket` mutation. */
export type ReissueTicketInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly ticketId: string;
};

/** All input for the `rejectCorrection` mutation. */
export type RejectCorrectionInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly correctionId: string;
};

/** All input for the `rejectFraudReview` mutation. */
export type RejectFraudReviewInput = {
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly note?: string | null | undefined;
};

/** All input for the `releaseAdmissionAllocation` mutation. */
export type ReleaseAdmissionAllocationInput = {
  readonly allocationId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
};

/** All input for the `releaseAdmissions` mutation. */
export type ReleaseAdmissionsInput = {
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly quantity: number;
  readonly ticketCategoryId: string;
};

/** All input for the `releaseAllocation` mutation. */
export type ReleaseAllocationInput = {
  readonly allocationId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
};

/** All input for the `releasePayoutHold` mutation. */
export type ReleasePayoutHoldInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly holdId: string;
};

/** All input for the `releaseSeatLock` mutation. */
export type ReleaseSeatLockInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly eventId: string;
  readonly seatId: string;
  readonly userId: string;
};

/** All input for the `releaseSeats` mutation. */
export type ReleaseSeatsInput = {
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly seatIds: ReadonlyArray<string>;
};

/** All input for the `removeDiscountCode` mutation. */
export type RemoveDiscountCodeInput = {
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
};

/** All input for the `removeMember` mutation. */
export type RemoveMemberInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly memberId: string;
};

/** All input for the `removePaymentMethod` mutation. */
export type RemovePaymentMethodInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly paymentMethodId: string;
};

/** What proves that it is the owner who removes the second factor. */
export type RemoveTwoFactorInput = {
  /** Six digits of the app. */
  readonly code?: string | null | undefined;
  /** The account's password. */
  readonly currentPassword: string;
  /** Instead of a code, when the telephone is lost. */
  readonly recoveryCode?: string | null | undefined;
};

/** All input for the `reopenCheckout` mutation. */
export type ReopenCheckoutInput = {
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
};

/** All input for the `reopenPeriod` mutation. */
export type ReopenPeriodInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly organizationId: string;
  readonly period: string;
};

/** All input for the `requestBookingLink` mutation. */
export type RequestBookingLinkInput = {
  readonly bookingReference: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly email: string;
};

/** All input for the `requestCorrection` mutation. */
export type RequestCorrectionInput = {
  readonly amountsCents: ReadonlyArray<string>;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly currency: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly kinds: ReadonlyArray<LedgerAccountKind>;
  readonly ledgerTransactionId: string;
  readonly reason: string;
};

/** A new address. */
export type RequestEmailChangeInput = {
  /** The account's password. */
  readonly currentPassword: string;
  /** Where the token is mailed. */
  readonly email: string;
};

/** What proves that it is the person who is to be forgotten. */
export type RequestErasureInput = {
  /** The account's password. */
  readonly currentPassword: string;
};

/** All input for the `requestGuestConsent` mutation. */
export type RequestGuestConsentInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly email: string;
  readonly isGiven: boolean;
  readonly organizationId: string;
  readonly purpose: ConsentPurpose;
  readonly wordingVersion: string;
};

/** All input for the `requestLayoutFetch` mutation. */
export type RequestLayoutFetchInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly sha256: string;
  readonly url: string;
  readonly venueId: string;
};

/** All input for the `requestOnboardingLink` mutation. */
export type RequestOnboardingLinkInput = {
  readonly accountId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly refreshUrl?: string | null | undefined;
  readonly returnUrl: string;
};

/** All input for the `requestOrganizationVerification` mutation. */
export type RequestOrganizationVerificationInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly documents: unknown;
  readonly organizationId: string;
};

/** Who wants a new password. */
export type RequestPasswordResetInput = {
  /** The account's address. */
  readonly email: string;
};

/** All input for the `requestWaitingListPlace` mutation. */
export type RequestWaitingListPlaceInput = {
  readonly accessible?: boolean | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly email: string;
  readonly performanceId: string;
  readonly quantity: number;
  readonly ticketCategoryId?: string | null | undefined;
};

/** Which invitation to send again. */
export type ResendInvitationInput = {
  /** The invitation. */
  readonly invitationId: string;
};

/** A new password, and what proves that it is its owner's. */
export type ResetPasswordInput = {
  /** 10 to 256 characters. */
  readonly password: string;
  /** The token that was mailed. */
  readonly token: string;
};

/** All input for the `resolveFraudAlert` mutation. */
export type ResolveFraudAlertInput = {
  readonly alertId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly note?: string | null | undefined;
  readonly resolution: FraudResolution;
};

/** All input for the `resolvePaymentFinding` mutation. */
export type ResolvePaymentFindingInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly findingId: string;
  readonly note: string;
};

/** All input for the `retireAttendeeQuestion` mutation. */
export type RetireAttendeeQuestionInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly questionId: string;
};

/** All input for the `retirePaymentPlan` mutation. */
export type RetirePaymentPlanInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly paymentPlanId: string;
};

/** All input for the `retryPayout` mutation. */
export type RetryPayoutInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly payoutId: string;
};

/** All input for the `retryRefund` mutation. */
export type RetryRefundInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly refundId: string;
};

/** All input for the `returnBooking` mutation. */
export type ReturnBookingInput = {
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
};

/** All input for the `returnTickets` mutation. */
export type ReturnTicketsInput = {
  readonly addOnItemIds?: ReadonlyArray<string> | null | undefined;
  readonly addOnQuantities?: ReadonlyArray<number> | null | undefined;
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly ticketIds?: ReadonlyArray<string> | null | undefined;
};

/** All input for the `reversePayout` mutation. */
export type ReversePayoutInput = {
  readonly amountCents?: string | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly payoutId: string;
  readonly reason: string;
};

/** All input for the `revokeEventAccessCodes` mutation. */
export type RevokeEventAccessCodesInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly eventId: string;
};

/** All input for the `revokeInvitation` mutation. */
export type RevokeInvitationInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly invitationId: string;
};

/** All input for the `revokeMemberPermission` mutation. */
export type RevokeMemberPermissionInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly memberId: string;
  readonly permission: string;
};

/** All input for the `revokeMembership` mutation. */
export type RevokeMembershipInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly membershipId: string;
};

/** All input for the `revokeVenueAccess` mutation. */
export type RevokeVenueAccessInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly memberId: string;
  readonly venueId: string;
};

/** All input for the `saveAttendeeQuestion` mutation. */
export type SaveAttendeeQuestionInput = {
  readonly choices?: ReadonlyArray<string> | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly eventId: string;
  readonly isRequired?: boolean | null | undefined;
  readonly kind?: QuestionKind | null | undefined;
  readonly question: string;
  readonly questionId?: string | null | undefined;
  readonly sortOrder?: number | null | undefined;
  readonly ticketCategoryId?: string | null | undefined;
};

/** All input for the `saveEntryGate` mutation. */
export type SaveEntryGateInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly closed?: boolean | null | undefined;
  readonly name: string;
  readonly venueId: string;
  readonly zoneId?: string | null | undefined;
};

/** All input for the `saveEntryZone` mutation. */
export type SaveEntryZoneInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly name: string;
  readonly sections?: ReadonlyArray<string> | null | undefined;
  readonly ticketCategories?: ReadonlyArray<string> | null | undefined;
  readonly venueId: string;
};

/** All input for the `saveTaxJurisdiction` mutation. */
export type SaveTaxJurisdictionInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly name: string;
  readonly organizationId: string;
  readonly pricesIncludeTax?: boolean | null | undefined;
};

/** Which way somebody goes through a door. */
export type ScanDirection = "in" | "out";

/** What the door says. */
export type ScanResult =
  | "already_scanned"
  | "canceled"
  | "disputed"
  | "expired"
  | "invalid"
  | "success"
  | "wrong_event"
  | "wrong_gate";

/** All input for the `scanTicket` mutation. */
export type ScanTicketInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly credential: string;
  readonly device?: string | null | undefined;
  readonly direction?: ScanDirection | null | undefined;
  readonly gate?: string | null | undefined;
  readonly gateId?: string | null | undefined;
  readonly performanceId: string;
};

/** State of a seat at a performance. A locked seat whose deadline has passed is available. */
export type SeatStatus = "available" | "blocked" | "booked" | "locked" | "reserved";

/** All input for the `setAbsorbedFees` mutation. */
export type SetAbsorbedFeesInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly eventId: string;
  readonly processingFees?: boolean | null | undefined;
  readonly serviceFees?: boolean | null | undefined;
};

/** All input for the `setAddOnDownload` mutation. */
export type SetAddOnDownloadInput = {
  readonly addOnId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly url: string;
};

/** All input for the `setAddOnStock` mutation. */
export type SetAddOnStockInput = {
  readonly addOnId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly total: number;
};

/** All input for the `setBooksTimezone` mutation. */
export type SetBooksTimezoneInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly organizationId: string;
  readonly timezone: string;
};

/** All input for the `setCancellationPolicy` mutation. */
export type SetCancellationPolicyInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly daysBefore: ReadonlyArray<number>;
  readonly eventId?: string | null | undefined;
  readonly organizationId: string;
  readonly percentages: ReadonlyArray<string>;
  readonly refundsProcessingFees?: boolean | null | undefined;
  readonly refundsServiceFees?: boolean | null | undefined;
};

/** All input for the `setCategoryApproval` mutation. */
export type SetCategoryApprovalInput = {
  readonly approvalHours?: number | null | undefined;
  readonly approvedPaymentHours?: number | null | undefined;
  readonly captureMethod?: CaptureMethod | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly requiresApproval: boolean;
  readonly ticketCategoryId: string;
};

/** All input for the `setDeliveryAddress` mutation. */
export type SetDeliveryAddressInput = {
  readonly address: string;
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
};

/** All input for the `setEventCategory` mutation. */
export type SetEventCategoryInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly name: string;
  readonly parentSlug?: string | null | undefined;
  readonly slug: string;
};

/** All input for the `setEventPromoter` mutation. */
export type SetEventPromoterInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly eventId: string;
  readonly promoterId?: string | null | undefined;
  readonly sharePercentage?: string | null | undefined;
};

/** All input for the `setEventTaxJurisdiction` mutation. */
export type SetEventTaxJurisdictionInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly eventId: string;
  readonly taxJurisdictionId?: string | null | undefined;
};

/** All input for the `setFraudRuleEnabled` mutation. */
export type SetFraudRuleEnabledInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly isEnabled: boolean;
  readonly ruleId: string;
};

/** All input for the `setOnlineAddress` mutation. */
export type SetOnlineAddressInput = {
  readonly address: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly eventId: string;
  readonly instructions?: string | null | undefined;
};

/** All input for the `setPayoutSettings` mutation. */
export type SetPayoutSettingsInput = {
  readonly approvalAboveCents?: string | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly organizationId: string;
  readonly payoutDelayDays?: number | null | undefined;
  readonly payoutTiming?: PayoutTiming | null | undefined;
};

/** All input for the `setPoolCapacity` mutation. */
export type SetPoolCapacityInput = {
  readonly capacity: number;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly poolId: string;
};

/** All input for the `setPrice` mutation. */
export type SetPriceInput = {
  readonly audience?: PriceAudience | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly priceCents: string;
  readonly ticketCategoryId: string;
  readonly validFrom?: string | null | undefined;
  readonly validUntil?: string | null | undefined;
};

/** All input for the `setRefundApproval` mutation. */
export type SetRefundApprovalInput = {
  readonly aboveCents?: string | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly organizationId: string;
};

/** All input for the `setRequiresMembership` mutation. */
export type SetRequiresMembershipInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly requiresMembership: boolean;
  readonly ticketCategoryId: string;
};

/** All input for the `setSeatPrices` mutation. */
export type SetSeatPricesInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly performanceId: string;
  readonly priceCents?: string | null | undefined;
  readonly seatIds: ReadonlyArray<string>;
};

/** All input for the `setStripeFeesPayer` mutation. */
export type SetStripeFeesPayerInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly organizationId: string;
  readonly paysStripeFees: boolean;
};

/** All input for the `setTaxRate` mutation. */
export type SetTaxRateInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly name: string;
  readonly percentage: string;
  readonly taxJurisdictionId: string;
  readonly validFrom?: string | null | undefined;
  readonly validUntil?: string | null | undefined;
};

/** All input for the `setTicketAttendee` mutation. */
export type SetTicketAttendeeInput = {
  readonly answers?: unknown;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly firstName?: string | null | undefined;
  readonly lastName?: string | null | undefined;
  readonly phone?: string | null | undefined;
  readonly ticketId: string;
};

/** All input for the `setVenueStatus` mutation. */
export type SetVenueStatusInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly status: VenueStatus;
  readonly venueId: string;
};

/** All input for the `setVenueTaxJurisdiction` mutation. */
export type SetVenueTaxJurisdictionInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly taxJurisdictionId?: string | null | undefined;
  readonly venueId: string;
};

/** What proves who somebody is. */
export type SignInInput = {
  /** Six digits of the app, for users with a second factor. */
  readonly code?: string | null | undefined;
  /** What the client calls its device, for the list of sessions. */
  readonly device?: string | null | undefined;
  /** Instead of a code, on a device that is trusted. */
  readonly deviceToken?: string | null | undefined;
  /** The account's address. */
  readonly email: string;
  /** The account's password. */
  readonly password: string;
  /** Instead of a code, when the telephone is lost. */
  readonly recoveryCode?: string | null | undefined;
  /** Whether no code is to be asked for on this device, for 30 days. */
  readonly trustDevice?: boolean | null | undefined;
};

/** What asks for an account. */
export type SignUpInput = {
  /** Where mail reaches the person; unique whatever its case. */
  readonly email: string;
  /** Given name. */
  readonly firstName: string;
  /** Family name. */
  readonly lastName: string;
  /** 10 to 256 characters. */
  readonly password: string;
};

/** How a customer of the box office pays: by a mailed link, there, later, or not at all. */
export type StaffPayment = "cash" | "complimentary" | "invoice" | "link" | "terminal";

/** All input for the `startCheckout` mutation. */
export type StartCheckoutInput = {
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly firstName?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly lastName?: string | null | undefined;
  readonly phone?: string | null | undefined;
};

/** All input for the `startClosingPeriod` mutation. */
export type StartClosingPeriodInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly organizationId: string;
  readonly period: string;
};

/** In whose name, why, and what proves that it is staff. */
export type StartImpersonationInput = {
  /** The caller's own password. */
  readonly currentPassword: string;
  /** Why, in 10 to 2000 characters; the person is told. */
  readonly reason: string;
  /** In whose name. */
  readonly userId: string;
};

/**
 * A condition to be used against `StripeAccount` object types. All fields are
 * tested for equality and combined with a logical ‘and.’
 */
export type StripeAccountCondition = {
  /** Checks for equality with the object’s `id` field. */
  readonly id?: string | null | undefined;
  /** Checks for equality with the object’s `organizationId` field. */
  readonly organizationId?: string | null | undefined;
  /** Checks for equality with the object’s `promoterId` field. */
  readonly promoterId?: string | null | undefined;
  /** Checks for equality with the object’s `requestedBy` field. */
  readonly requestedBy?: string | null | undefined;
  /** Checks for equality with the object’s `stripeAccountId` field. */
  readonly stripeAccountId?: string | null | undefined;
};

/** All input for the `submitDisputeEvidence` mutation. */
export type SubmitDisputeEvidenceInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly disputeId: string;
  readonly evidence: unknown;
  readonly idempotencyKey?: string | null | undefined;
};

/** All input for the `submitPayout` mutation. */
export type SubmitPayoutInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly payoutId: string;
};

/** All input for the `suspendMember` mutation. */
export type SuspendMemberInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly memberId: string;
};

/** All input for the `suspendOrganization` mutation. */
export type SuspendOrganizationInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly organizationId: string;
  readonly reason: string;
};

/** All input for the `takePayment` mutation. */
export type TakePaymentInput = {
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly method: PaymentMethod;
};

/** Whether tickets of a category are on sale. */
export type TicketCategoryStatus = "active" | "canceled" | "paused" | "sold_out";

/** How a ticket gets to its holder. */
export type TicketDeliveryMethod = "digital" | "mail" | "pickup";

/** How far a ticket has got. */
export type TicketDeliveryStatus = "delivered" | "pending" | "sent";

/** Whether a ticket lets somebody in. */
export type TicketStatus = "canceled" | "refunded" | "used" | "valid";

/** What became of an offer. */
export type TicketTransferStatus = "accepted" | "declined" | "expired" | "offered" | "withdrawn";

/** All input for the `transferOwnership` mutation. */
export type TransferOwnershipInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly memberId: string;
  readonly organizationId: string;
};

/** All input for the `updateAddOn` mutation. */
export type UpdateAddOnInput = {
  readonly addOnId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly delivery?: AddOnDeliveryKind | null | undefined;
  readonly description?: string | null | undefined;
  readonly isActive?: boolean | null | undefined;
  readonly maxPerBooking?: number | null | undefined;
  readonly name?: string | null | undefined;
  readonly priceCents?: string | null | undefined;
  readonly requiresTicket?: boolean | null | undefined;
  readonly returnsToStock?: boolean | null | undefined;
  readonly salesEnd?: string | null | undefined;
  readonly salesStart?: string | null | undefined;
  readonly sortOrder?: number | null | undefined;
};

/** All input for the `updateCustomer` mutation. */
export type UpdateCustomerInput = {
  readonly address?: unknown;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly customerId: string;
  readonly firstName?: string | null | undefined;
  readonly lastName?: string | null | undefined;
  readonly phone?: string | null | undefined;
};

/** All input for the `updateEvent` mutation. */
export type UpdateEventInput = {
  readonly ageRestriction?: number | null | undefined;
  readonly bannerUrl?: string | null | undefined;
  readonly blockedSections?: ReadonlyArray<string> | null | undefined;
  readonly categories?: ReadonlyArray<string> | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly eventId: string;
  readonly externalLinks?: unknown;
  readonly format?: EventFormat | null | undefined;
  readonly hasWaitingList?: boolean | null | undefined;
  readonly images?: ReadonlyArray<string> | null | undefined;
  readonly metaDescription?: string | null | undefined;
  readonly metaTitle?: string | null | undefined;
  readonly salesEnd?: string | null | undefined;
  readonly salesStart?: string | null | undefined;
  readonly searchKeywords?: ReadonlyArray<string> | null | undefined;
  readonly shortDescription?: string | null | undefined;
  readonly slug?: string | null | undefined;
  readonly specialRequirements?: ReadonlyArray<string> | null | undefined;
  readonly tags?: ReadonlyArray<string> | null | undefined;
  readonly ticketsPerBookingMax?: number | null | undefined;
  readonly ticketsPerUserMax?: number | null | undefined;
  readonly timezone?: string | null | undefined;
  readonly title?: string | null | undefined;
  readonly videos?: ReadonlyArray<string> | null | undefined;
  readonly visibility?: EventVisibility | null | undefined;
};

/** All input for the `updateOrganization` mutation. */
export type UpdateOrganizationInput = {
  readonly address?: unknown;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly customDomain?: string | null | undefined;
  readonly defaultCurrency?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly logoUrl?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly organizationId: string;
  readonly phone?: string | null | undefined;
  readonly primaryColor?: string | null | undefined;
  readonly privacyPolicyUrl?: string | null | undefined;
  readonly refundPolicy?: string | null | undefined;
  readonly secondaryColor?: string | null | undefined;
  readonly slug?: string | null | undefined;
  readonly termsOfServiceUrl?: string | null | undefined;
  readonly website?: string | null | undefined;
};

/** All input for the `updateOrganizationSettings` mutation. */
export type UpdateOrganizationSettingsInput = {
  readonly allowGuestCheckout?: boolean | null | undefined;
  readonly businessType?: BusinessType | null | undefined;
  readonly checkoutSeconds?: number | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly emailNotifications?: boolean | null | undefined;
  readonly fraudReviewSeconds?: number | null | undefined;
  readonly holdSeconds?: number | null | undefined;
  readonly holdSecondsMax?: number | null | undefined;
  readonly language?: string | null | undefined;
  readonly minimumPayoutCents?: string | null | undefined;
  readonly openCartsMax?: number | null | undefined;
  readonly organizationId: string;
  readonly payoutSchedule?: PayoutSchedule | null | undefined;
  readonly processingFeeFixedCents?: string | null | undefined;
  readonly processingFeePercentage?: string | null | undefined;
  readonly registrationNumber?: string | null | undefined;
  readonly serviceFeeFixedCents?: string | null | undefined;
  readonly serviceFeePercentage?: string | null | undefined;
  readonly taxId?: string | null | undefined;
  readonly ticketTransfersEnabled?: boolean | null | undefined;
  readonly ticketsPerBookingMax?: number | null | undefined;
  readonly waitingOfferSeconds?: number | null | undefined;
};

/** All input for the `updatePerformance` mutation. */
export type UpdatePerformanceInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly doorsAt?: string | null | undefined;
  readonly endsAt?: string | null | undefined;
  readonly performanceId: string;
  readonly startsAt?: string | null | undefined;
};

/** All input for the `updateProfile` mutation. */
export type UpdateProfileInput = {
  readonly address?: unknown;
  readonly avatarUrl?: string | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly dateOfBirth?: string | null | undefined;
  readonly firstName?: string | null | undefined;
  readonly language?: string | null | undefined;
  readonly lastName?: string | null | undefined;
  readonly phone?: string | null | undefined;
};

/** All input for the `updateTicketCategory` mutation. */
export type UpdateTicketCategoryInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly includes?: ReadonlyArray<string> | null | undefined;
  readonly maxPerTransaction?: number | null | undefined;
  readonly maxPerUser?: number | null | undefined;
  readonly minPerTransaction?: number | null | undefined;
  readonly name?: string | null | undefined;
  readonly restrictions?: ReadonlyArray<string> | null | undefined;
  readonly salesEnd?: string | null | undefined;
  readonly salesStart?: string | null | undefined;
  readonly seatCategories?: ReadonlyArray<string> | null | undefined;
  readonly sections?: ReadonlyArray<string> | null | undefined;
  readonly sortOrder?: number | null | undefined;
  readonly status?: TicketCategoryStatus | null | undefined;
  readonly ticketCategoryId: string;
};

/** All input for the `updateVenueCompliance` mutation. */
export type UpdateVenueComplianceInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly insuranceValidUntil?: string | null | undefined;
  readonly licenseNumber?: string | null | undefined;
  readonly licenseValidUntil?: string | null | undefined;
  readonly licensedCapacity?: number | null | undefined;
  readonly safetyCertificate?: string | null | undefined;
  readonly safetyCertificateValidUntil?: string | null | undefined;
  readonly venueId: string;
};

/** All input for the `updateVenue` mutation. */
export type UpdateVenueInput = {
  readonly accessibilityFeatures?: ReadonlyArray<string> | null | undefined;
  readonly address?: unknown;
  readonly amenities?: ReadonlyArray<string> | null | undefined;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly contactEmail?: string | null | undefined;
  readonly contactPhone?: string | null | undefined;
  readonly contactWebsite?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly images?: ReadonlyArray<string> | null | undefined;
  readonly language?: string | null | undefined;
  readonly latitude?: string | null | undefined;
  readonly longitude?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly openingHours?: unknown;
  readonly slug?: string | null | undefined;
  readonly socialMedia?: unknown;
  readonly tier?: VenueTier | null | undefined;
  readonly timezone?: string | null | undefined;
  readonly venueId: string;
  readonly venueType?: VenueType | null | undefined;
  readonly videos?: ReadonlyArray<string> | null | undefined;
};

/** Whether a venue takes events: draft is being set up, maintenance pauses, archived is history. */
export type VenueStatus = "active" | "archived" | "closed" | "draft" | "maintenance";

/** How much a visit usually costs. */
export type VenueTier = "casual" | "high_end" | "mid_tier" | "premium";

/** What kind of place a venue is. */
export type VenueType =
  | "arena"
  | "bar"
  | "cafe"
  | "cinema"
  | "club"
  | "concert_hall"
  | "conference_center"
  | "event_space"
  | "hotel"
  | "museum"
  | "other"
  | "outdoor"
  | "restaurant"
  | "stadium"
  | "theater";

/**
 * The life of an entry of a waiting list. Gathering: it waits, and some of its
 * places are held already. Offered: all of them are, and its owner was told.
 */
export type WaitingListStatus =
  "closed" | "gathering" | "lapsed" | "left" | "offered" | "removed" | "taken" | "waiting";

/** All input for the `withdrawConsent` mutation. */
export type WithdrawConsentInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly organizationId?: string | null | undefined;
  readonly purpose: ConsentPurpose;
};

export type UserFragment = {
  readonly id: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly phone: string | null;
  readonly address: unknown;
  readonly avatarUrl: string | null;
  readonly language: string | null;
  readonly dateOfBirth: string | null;
  readonly emailVerifiedAt: string | null;
  readonly createdAt: string;
};

export type CurrentUserQueryVariables = Exact<{ [key: string]: never }>;

export type CurrentUserQuery = { readonly currentUser: UserFragment | null };

export type SignUpMutationVariables = Exact<{
  input: SignUpInput;
}>;

export type SignUpMutation = { readonly signUp: boolean };

export type CompleteSignUpMutationVariables = Exact<{
  input: CompleteSignUpInput;
}>;

export type CompleteSignUpMutation = {
  readonly completeSignUp: {
    readonly token: string;
    readonly expiresAt: string;
    readonly user: UserFragment;
  } | null;
};

export type SignInMutationVariables = Exact<{
  input: SignInInput;
}>;

export type SignInMutation = {
  readonly signIn: {
    readonly token: string;
    readonly expiresAt: string;
    readonly deviceToken: string | null;
    readonly user: UserFragment;
  } | null;
};

export type SignOutMutationVariables = Exact<{ [key: string]: never }>;

export type SignOutMutation = { readonly signOut: { readonly signedOut: boolean } | null };

export type SignOutEverywhereMutationVariables = Exact<{ [key: string]: never }>;

export type SignOutEverywhereMutation = {
  readonly signOutEverywhere: { readonly sessionsEnded: number } | null;
};

export type SessionsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;

export type SessionsQuery = {
  readonly currentUser: {
    readonly sessions: {
      readonly nodes: ReadonlyArray<{
        readonly id: string;
        readonly device: string | null;
        readonly ipAddress: string | null;
        readonly userAgent: string | null;
        readonly place: string | null;
        readonly network: string | null;
        readonly country: string | null;
        readonly city: string | null;
        readonly isCurrent: boolean | null;
        readonly impersonatorId: string | null;
        readonly createdAt: string;
        readonly lastSeenAt: string | null;
        readonly expiresAt: string;
        readonly revokedAt: string | null;
        readonly logoutReason: LogoutReason | null;
      }>;
      readonly pageInfo: NextFragment;
    };
  } | null;
};

export type RevokeSessionMutationVariables = Exact<{
  sessionId: string;
}>;

export type RevokeSessionMutation = {
  readonly revokeSession: { readonly userSession: { readonly id: string } } | null;
};

export type RefreshSessionMutationVariables = Exact<{ [key: string]: never }>;

export type RefreshSessionMutation = {
  readonly refreshSession: {
    readonly token: string;
    readonly expiresAt: string;
    readonly user: UserFragment;
  } | null;
};

export type VerifyEmailMutationVariables = Exact<{
  token: string;
}>;

export type VerifyEmailMutation = { readonly verifyEmail: { readonly verified: boolean } | null };

export type RequestEmailVerificationMutationVariables = Exact<{ [key: string]: never }>;

export type RequestEmailVerificationMutation = { readonly requestEmailVerification: boolean };

export type RequestPasswordResetMutationVariables = Exact<{
  input: RequestPasswordResetInput;
}>;

export type RequestPasswordResetMutation = { readonly requestPasswordReset: boolean };

export type ResetPasswordMutationVariables = Exact<{
  input: ResetPasswordInput;
}>;

export type ResetPasswordMutation = { readonly resetPassword: boolean };

export type ChangePasswordMutationVariables = Exact<{
  input: ChangePasswordInput;
}>;

export type ChangePasswordMutation = { readonly changePassword: boolean };

export type RequestEmailChangeMutationVariables = Exact<{
  input: RequestEmailChangeInput;
}>;

export type RequestEmailChangeMutation = { readonly requestEmailChange: boolean };

export type ConfirmEmailChangeMutationVariables = Exact<{
  token: string;
}>;

export type ConfirmEmailChangeMutation = {
  readonly confirmEmailChange: { readonly changed: boolean } | null;
};

export type CloseAccountMutationVariables = Exact<{
  input: CloseAccountInput;
}>;

export type CloseAccountMutation = { readonly closeAccount: boolean };

export type EnrollTwoFactorMutationVariables = Exact<{
  input: EnrollTwoFactorInput;
}>;

export type EnrollTwoFactorMutation = {
  readonly enrollTwoFactor: { readonly uri: string; readonly secret: string } | null;
};

export type ConfirmTwoFactorMutationVariables = Exact<{
  input: ConfirmTwoFactorInput;
}>;

export type ConfirmTwoFactorMutation = { readonly confirmTwoFactor: ReadonlyArray<string> | null };

export type RemoveTwoFactorMutationVariables = Exact<{
  input: RemoveTwoFactorInput;
}>;

export type RemoveTwoFactorMutation = { readonly removeTwoFactor: boolean };

export type UpdateProfileMutationVariables = Exact<{
  input: UpdateProfileInput;
}>;

export type UpdateProfileMutation = {
  readonly updateProfile: { readonly user: UserFragment } | null;
};

export type TrustedDevicesQueryVariables = Exact<{
  after?: string | null | undefined;
}>;

export type TrustedDevicesQuery = {
  readonly currentUser: {
    readonly trustedDevices: {
      readonly nodes: ReadonlyArray<{
        readonly id: string;
        readonly device: string | null;
        readonly ipAddress: string | null;
        readonly userAgent: string | null;
        readonly createdAt: string;
        readonly lastUsedAt: string;
        readonly expiresAt: string;
        readonly revokedAt: string | null;
      }>;
      readonly pageInfo: NextFragment;
    };
  } | null;
};

export type RevokeTrustedDeviceMutationVariables = Exact<{
  deviceId: string;
}>;

export type RevokeTrustedDeviceMutation = {
  readonly revokeTrustedDevice: { readonly trustedDevice: { readonly id: string } } | null;
};

export type ClaimCartMutationVariables = Exact<{ [key: string]: never }>;

export type ClaimCartMutation = { readonly claimCart: { readonly result: number } | null };

export type AddOnFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly eventId: string | null;
  readonly name: string;
  readonly description: string | null;
  readonly currency: string;
  readonly priceCents: number;
  readonly maxPerBooking: number;
  readonly salesStart: string | null;
  readonly salesEnd: string | null;
  readonly requiresTicket: boolean;
  readonly delivery: AddOnDeliveryKind;
  readonly returnsToStock: boolean;
  readonly isLimited: boolean;
  readonly isActive: boolean;
  readonly sortOrder: number;
};

export type AddOnOrderFragment = {
  readonly bookingItemId: string | null;
  readonly bookingId: string | null;
  readonly bookingReference: string | null;
  readonly customerName: string | null;
  readonly addOnId: string | null;
  readonly name: string | null;
  readonly delivery: AddOnDeliveryKind | null;
  readonly address: string | null;
  readonly quantity: number | null;
  readonly deliveredAt: string | null;
};

export type AddOnsQueryVariables = Exact<{
  eventId: string;
}>;

export type AddOnsQuery = {
  readonly event: {
    readonly currency: string;
    readonly addOns: { readonly nodes: ReadonlyArray<AddOnFragment> };
    readonly organization: {
      readonly addOns: { readonly nodes: ReadonlyArray<AddOnFragment> };
    } | null;
  } | null;
};

export type AddOnsLeftQueryVariables = Exact<{
  addOnId: string;
}>;

export type AddOnsLeftQuery = { readonly addOnsLeft: number | null };

export type AddOnStockQueryVariables = Exact<{
  addOnId: string;
}>;

export type AddOnStockQuery = {
  readonly addOnStock: {
    readonly total: number | null;
    readonly held: number | null;
    readonly sold: number | null;
    readonly available: number | null;
  } | null;
};

export type AddOnOrdersQueryVariables = Exact<{
  performanceId: string;
  addOnId?: string | null | undefined;
  delivered?: boolean | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;

export type AddOnOrdersQuery = {
  readonly addOnOrders: {
    readonly nodes: ReadonlyArray<AddOnOrderFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type CreateAddOnMutationVariables = Exact<{
  input: CreateAddOnInput;
}>;

export type CreateAddOnMutation = {
  readonly createAddOn: { readonly addOn: AddOnFragment } | null;
};

export type UpdateAddOnMutationVariables = Exact<{
  input: UpdateAddOnInput;
}>;

export type UpdateAddOnMutation = {
  readonly updateAddOn: { readonly addOn: AddOnFragment } | null;
};

export type SetAddOnStockMutationVariables = Exact<{
  input: SetAddOnStockInput;
}>;

export type SetAddOnStockMutation = {
  readonly setAddOnStock: {
    readonly addOnCount: {
      readonly total: number | null;
      readonly held: number | null;
      readonly sold: number | null;
      readonly available: number | null;
    };
  } | null;
};

export type AddAddOnMutationVariables = Exact<{
  input: AddAddOnInput;
}>;

export type AddAddOnMutation = { readonly addAddOn: { readonly booking: BookingFragment } | null };

export type SetDeliveryAddressMutationVariables = Exact<{
  input: SetDeliveryAddressInput;
}>;

export type SetDeliveryAddressMutation = {
  readonly setDeliveryAddress: { readonly deliveryAddress: { readonly address: string } } | null;
};

export type MarkAddOnDeliveredMutationVariables = Exact<{
  input: MarkAddOnDeliveredInput;
}>;

export type MarkAddOnDeliveredMutation = {
  readonly markAddOnDelivered: {
    readonly addOnDelivery: { readonly bookingItemId: string; readonly deliveredAt: string };
  } | null;
};

export type OpenedAddOnFragment = {
  readonly bookingItemId: string | null;
  readonly addOnId: string | null;
  readonly name: string | null;
  readonly downloadUrl: string | null;
  readonly codes: ReadonlyArray<string | null> | null;
  readonly openedAt: string | null;
};

export type SetAddOnDownloadMutationVariables = Exact<{
  input: SetAddOnDownloadInput;
}>;

export type SetAddOnDownloadMutation = {
  readonly setAddOnDownload: { readonly addOn: AddOnFragment } | null;
};

export type AddAddOnCodesMutationVariables = Exact<{
  input: AddAddOnCodesInput;
}>;

export type AddAddOnCodesMutation = {
  readonly addAddOnCodes: {
    readonly addOnCount: {
      readonly total: number | null;
      readonly held: number | null;
      readonly sold: number | null;
      readonly available: number | null;
    };
  } | null;
};

export type OpenAddOnMutationVariables = Exact<{
  input: OpenAddOnInput;
}>;

export type OpenAddOnMutation = {
  readonly openAddOn: { readonly openedAddOn: OpenedAddOnFragment } | null;
};

export type AttendeeQuestionFragment = {
  readonly id: string;
  readonly eventId: string;
  readonly ticketCategoryId: string | null;
  readonly question: string;
  readonly kind: QuestionKind;
  readonly choices: ReadonlyArray<string | null>;
  readonly isRequired: boolean;
  readonly sortOrder: number;
  readonly retiredAt: string | null;
};

export type AttendeeEntryFragment = {
  readonly ticketId: string | null;
  readonly ticketNumber: string | null;
  readonly category: string | null;
  readonly seat: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly answers: unknown;
  readonly unanswered: number | null;
};

export type AttendeeQuestionsQueryVariables = Exact<{
  eventId: string;
}>;

export type AttendeeQuestionsQuery = {
  readonly attendeeQuestions: { readonly nodes: ReadonlyArray<AttendeeQuestionFragment> } | null;
};

export type AttendeeListQueryVariables = Exact<{
  performanceId: string;
  first: number;
  after?: string | null | undefined;
}>;

export type AttendeeListQuery = {
  readonly attendeeList: {
    readonly nodes: ReadonlyArray<AttendeeEntryFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type SaveAttendeeQuestionMutationVariables = Exact<{
  input: SaveAttendeeQuestionInput;
}>;

export type SaveAttendeeQuestionMutation = {
  readonly saveAttendeeQuestion: { readonly attendeeQuestion: AttendeeQuestionFragment } | null;
};

export type RetireAttendeeQuestionMutationVariables = Exact<{
  input: RetireAttendeeQuestionInput;
}>;

export type RetireAttendeeQuestionMutation = {
  readonly retireAttendeeQuestion: { readonly attendeeQuestion: AttendeeQuestionFragment } | null;
};

export type TicketAttendeeFragment = {
  readonly ticketId: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly answers: unknown;
};

export type TicketAttendeeQueryVariables = Exact<{
  id: string;
}>;

export type TicketAttendeeQuery = {
  readonly ticket: { readonly attendee: TicketAttendeeFragment | null } | null;
};

export type SetTicketAttendeeMutationVariables = Exact<{
  input: SetTicketAttendeeInput;
}>;

export type SetTicketAttendeeMutation = {
  readonly setTicketAttendee: { readonly ticketAttendee: TicketAttendeeFragment } | null;
};

export type BookingFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly performanceId: string;
  readonly bookingReference: string;
  readonly status: BookingStatus;
  readonly currency: string;
  readonly subtotalCents: number;
  readonly discountCents: number;
  readonly serviceFeeCents: number;
  readonly processingFeeCents: number;
  readonly taxCents: number;
  readonly totalAmountCents: number;
  readonly refundedCents: number;
  readonly expiresAt: string | null;
  readonly confirmedAt: string | null;
  readonly canceledAt: string | null;
  readonly cancellationReason: string | null;
  readonly customerEmail: string | null;
  readonly customerName: string | null;
  readonly createdAt: string;
  readonly items: {
    readonly nodes: ReadonlyArray<BookingItemFragment>;
    readonly pageInfo: NextFragment;
  };
};

export type BookingItemFragment = {
  readonly id: string;
  readonly itemType: BookingItemType;
  readonly ticketCategoryId: string | null;
  readonly addOnId: string | null;
  readonly seatNos: ReadonlyArray<number | null> | null;
  readonly quantity: number;
  readonly unitPriceCents: number;
  readonly subtotalCents: number;
  readonly discountCents: number;
  readonly serviceFeeCents: number;
  readonly processingFeeCents: number;
  readonly taxCents: number;
  readonly totalCents: number;
};

export type BookingQueryVariables = Exact<{
  id: string;
}>;

export type BookingQuery = { readonly booking: BookingFragment | null };

export type BookingChangedSubscriptionVariables = Exact<{
  bookingId: string;
}>;

export type BookingChangedSubscription = {
  readonly bookingChanged: { readonly booking: BookingFragment | null } | null;
};

export type BookingItemsQueryVariables = Exact<{
  bookingId: string;
  after?: string | null | undefined;
}>;

export type BookingItemsQuery = {
  readonly bookingItems: {
    readonly nodes: ReadonlyArray<BookingItemFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type MyBookingsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;

export type MyBookingsQuery = {
  readonly currentUser: {
    readonly bookings: {
      readonly nodes: ReadonlyArray<BookingFragment>;
      readonly pageInfo: NextFragment;
    };
  } | null;
};

export type BookingsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: BookingCondition | null | undefined;
}>;

export type BookingsQuery = {
  readonly bookings: {
    readonly nodes: ReadonlyArray<BookingFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type StartCheckoutMutationVariables = Exact<{
  input: StartCheckoutInput;
}>;

export type StartCheckoutMutation = {
  readonly startCheckout: { readonly booking: BookingFragment } | null;
};

export type ReopenCheckoutMutationVariables = Exact<{
  input: ReopenCheckoutInput;
}>;

export type ReopenCheckoutMutation = {
  readonly reopenCheckout: { readonly booking: BookingFragment } | null;
};

export type CancelBookingMutationVariables = Exact<{
  input: CancelBookingInput;
}>;

export type CancelBookingMutation = {
  readonly cancelBooking: { readonly booking: BookingFragment } | null;
};

export type BookingDetailsFragment = {
  readonly referralSource: string | null;
  readonly utmSource: string | null;
  readonly utmMedium: string | null;
  readonly utmCampaign: string | null;
  readonly utmTerm: string | null;
  readonly utmContent: string | null;
  readonly specialRequests: string | null;
  readonly accessibilityRequirements: string | null;
  readonly dietaryRequirements: string | null;
};

export type DescribeBookingMutationVariables = Exact<{
  input: DescribeBookingInput;
}>;

export type DescribeBookingMutation = {
  readonly describeBooking: { readonly bookingDetail: BookingDetailsFragment } | null;
};

export type BookingNoteFragment = {
  readonly id: string;
  readonly note: string;
  readonly writtenBy: string;
  readonly createdAt: string;
};

export type AddBookingNoteMutationVariables = Exact<{
  input: AddBookingNoteInput;
}>;

export type AddBookingNoteMutation = {
  readonly addBookingNote: { readonly bookingNote: BookingNoteFragment } | null;
};

export type ClaimBookingMutationVariables = Exact<{
  input: ClaimBookingInput;
}>;

export type ClaimBookingMutation = {
  readonly claimBooking: { readonly booking: BookingFragment } | null;
};

export type RequestBookingLinkMutationVariables = Exact<{
  input: RequestBookingLinkInput;
}>;

export type RequestBookingLinkMutation = {
  readonly requestBookingLink: { readonly result: boolean } | null;
};

export type SetCategoryApprovalMutationVariables = Exact<{
  input: SetCategoryApprovalInput;
}>;

export type SetCategoryApprovalMutation = {
  readonly setCategoryApproval: { readonly ticketCategory: { readonly id: string } } | null;
};

export type ApproveBookingMutationVariables = Exact<{
  input: ApproveBookingInput;
}>;

export type ApproveBookingMutation = {
  readonly approveBooking: { readonly booking: BookingFragment } | null;
};

export type DeclineBookingMutationVariables = Exact<{
  input: DeclineBookingInput;
}>;

export type DeclineBookingMutation = {
  readonly declineBooking: { readonly booking: BookingFragment } | null;
};

export type AccountingPeriodFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly period: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly status: AccountingPeriodStatus;
  readonly closingStartedAt: string | null;
  readonly closedAt: string | null;
  readonly unreconciledCount: number;
};

export type LedgerCorrectionFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly correctsId: string;
  readonly currency: string;
  readonly kinds: ReadonlyArray<LedgerAccountKind | null>;
  readonly amountsCents: ReadonlyArray<number | null>;
  readonly reason: string;
  readonly status: LedgerCorrectionStatus;
  readonly decidedAt: string | null;
  readonly ledgerTransactionId: string | null;
};

export type StatementQueryVariables = Exact<{
  organizationId: string;
  period?: string | null | undefined;
  fromAt?: string | null | undefined;
  toAt?: string | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;

export type StatementQuery = {
  readonly statement: {
    readonly nodes: ReadonlyArray<{
      readonly currency: string | null;
      readonly kind: LedgerAccountKind | null;
      readonly line: string | null;
      readonly category: string | null;
      readonly transactionCount: number | null;
      readonly amountCents: number | null;
    }>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type StatementCsvQueryVariables = Exact<{
  organizationId: string;
  period?: string | null | undefined;
  fromAt?: string | null | undefined;
  toAt?: string | null | undefined;
}>;

export type StatementCsvQuery = { readonly statementCsv: string | null };

export type TrialBalanceQueryVariables = Exact<{
  organizationId: string;
  asOf?: string | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;

export type TrialBalanceQuery = {
  readonly trialBalance: {
    readonly nodes: ReadonlyArray<{
      readonly accountId: string | null;
      readonly kind: LedgerAccountKind | null;
      readonly currency: string | null;
      readonly normalSide: LedgerSide | null;
      readonly debitCents: number | null;
      readonly creditCents: number | null;
    }>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type AccountingPeriodsQueryVariables = Exact<{
  condition: AccountingPeriodCondition;
  first: number;
  after?: string | null | undefined;
}>;

export type AccountingPeriodsQuery = {
  readonly accountingPeriods: {
    readonly nodes: ReadonlyArray<AccountingPeriodFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type StartClosingPeriodMutationVariables = Exact<{
  input: StartClosingPeriodInput;
}>;

export type StartClosingPeriodMutation = {
  readonly startClosingPeriod: { readonly accountingPeriod: AccountingPeriodFragment } | null;
};

export type ReopenPeriodMutationVariables = Exact<{
  input: ReopenPeriodInput;
}>;

export type ReopenPeriodMutation = {
  readonly reopenPeriod: { readonly accountingPeriod: AccountingPeriodFragment } | null;
};

export type ClosePeriodMutationVariables = Exact<{
  input: ClosePeriodInput;
}>;

export type ClosePeriodMutation = {
  readonly closePeriod: { readonly accountingPeriod: AccountingPeriodFragment } | null;
};

export type SetBooksTimezoneMutationVariables = Exact<{
  input: SetBooksTimezoneInput;
}>;

export type SetBooksTimezoneMutation = {
  readonly setBooksTimezone: {
    readonly organizationSetting: { readonly booksTimezone: string };
  } | null;
};

export type RequestCorrectionMutationVariables = Exact<{
  input: RequestCorrectionInput;
}>;

export type RequestCorrectionMutation = {
  readonly requestCorrection: { readonly ledgerCorrection: LedgerCorrectionFragment } | null;
};

export type PostCorrectionMutationVariables = Exact<{
  input: PostCorrectionInput;
}>;

export type PostCorrectionMutation = {
  readonly postCorrection: { readonly ledgerCorrection: LedgerCorrectionFragment } | null;
};

export type RejectCorrectionMutationVariables = Exact<{
  input: RejectCorrectionInput;
}>;

export type RejectCorrectionMutation = {
  readonly rejectCorrection: { readonly ledgerCorrection: LedgerCorrectionFragment } | null;
};

export type HoldForCustomerMutationVariables = Exact<{
  input: HoldForCustomerInput;
}>;

export type HoldForCustomerMutation = {
  readonly holdForCustomer: { readonly booking: BookingFragment } | null;
};

export type CheckoutForCustomerMutationVariables = Exact<{
  input: CheckoutForCustomerInput;
}>;

export type CheckoutForCustomerMutation = {
  readonly checkoutForCustomer: { readonly booking: BookingFragment } | null;
};

export type TakePaymentMutationVariables = Exact<{
  input: TakePaymentInput;
}>;

export type TakePaymentMutation = {
  readonly takePayment: { readonly booking: BookingFragment } | null;
};

export type RecordBoxOfficeRefundMutationVariables = Exact<{
  input: RecordBoxOfficeRefundInput;
}>;

export type RecordBoxOfficeRefundMutation = {
  readonly recordBoxOfficeRefund: { readonly refund: { readonly id: string } } | null;
};

export type EventCancellationFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly eventId: string;
  readonly performanceId: string | null;
  readonly reason: string | null;
  readonly bookingsCanceled: number;
  readonly bookingsFailed: number;
  readonly createdAt: string;
  readonly completedAt: string | null;
};

export type EventCancellationQueryVariables = Exact<{
  id: string;
}>;

export type EventCancellationQuery = {
  readonly eventCancellation: EventCancellationFragment | null;
};

export type PostponeEventMutationVariables = Exact<{
  input: PostponeEventInput;
}>;

export type PostponeEventMutation = {
  readonly postponeEvent: { readonly event: EventFragment } | null;
};

export type PostponePerformanceMutationVariables = Exact<{
  input: PostponePerformanceInput;
}>;

export type PostponePerformanceMutation = {
  readonly postponePerformance: { readonly performance: PerformanceFragment } | null;
};

export type CancelEventMutationVariables = Exact<{
  input: CancelEventInput;
}>;

export type CancelEventMutation = {
  readonly cancelEvent: { readonly eventCancellation: EventCancellationFragment } | null;
};

export type CancelPerformanceMutationVariables = Exact<{
  input: CancelPerformanceInput;
}>;

export type CancelPerformanceMutation = {
  readonly cancelPerformance: { readonly eventCancellation: EventCancellationFragment } | null;
};

export type CancellationFailuresQueryVariables = Exact<{
  cancellationId: string;
  first: number;
  after?: string | null | undefined;
}>;

export type CancellationFailuresQuery = {
  readonly eventCancellationFailures: {
    readonly nodes: ReadonlyArray<{
      readonly bookingId: string;
      readonly code: string;
      readonly createdAt: string;
    }>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type DiscountCodeFragment = {
  readonly id: string;
  readonly eventId: string;
  readonly ticketCategoryId: string | null;
  readonly code: string;
  readonly currency: string;
  readonly percentage: string | null;
  readonly amountCents: number | null;
  readonly quantityMin: number;
  readonly subtotalMinCents: number;
  readonly usesMax: number | null;
  readonly usesPerCustomerMax: number | null;
  readonly endedAt: string | null;
};

export type CustomerMembershipFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly userId: string | null;
  readonly email: string | null;
  readonly memberNumber: string | null;
  readonly revokedAt: string | null;
  readonly validDuring: {
    readonly start: { readonly value: string } | null;
    readonly end: { readonly value: string } | null;
  };
};

export type DiscountAnswerFragment = {
  readonly discountRefusal: string | null;
  readonly discountCents: number;
  readonly totalAmountCents: number;
};

export type DiscountCodesQueryVariables = Exact<{
  eventId: string;
  after?: string | null | undefined;
}>;

export type DiscountCodesQuery = {
  readonly discountCodes: {
    readonly nodes: ReadonlyArray<DiscountCodeFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type ApplyDiscountCodeMutationVariables = Exact<{
  input: ApplyDiscountCodeInput;
}>;

export type ApplyDiscountCodeMutation = {
  readonly applyDiscountCode: { readonly discountAnswer: DiscountAnswerFragment } | null;
};

export type RemoveDiscountCodeMutationVariables = Exact<{
  input: RemoveDiscountCodeInput;
}>;

export type RemoveDiscountCodeMutation = {
  readonly removeDiscountCode: { readonly discountAnswer: DiscountAnswerFragment } | null;
};

export type SetRequiresMembershipMutationVariables = Exact<{
  input: SetRequiresMembershipInput;
}>;

export type SetRequiresMembershipMutation = {
  readonly setRequiresMembership: { readonly ticketCategory: TicketCategoryFragment } | null;
};

export type CreateDiscountCodeMutationVariables = Exact<{
  input: CreateDiscountCodeInput;
}>;

export type CreateDiscountCodeMutation = {
  readonly createDiscountCode: { readonly discountCode: DiscountCodeFragment } | null;
};

export type EndDiscountCodeMutationVariables = Exact<{
  input: EndDiscountCodeInput;
}>;

export type EndDiscountCodeMutation = {
  readonly endDiscountCode: { readonly discountCode: DiscountCodeFragment } | null;
};

export type GrantMembershipMutationVariables = Exact<{
  input: GrantMembershipInput;
}>;

export type GrantMembershipMutation = {
  readonly grantMembership: { readonly membership: CustomerMembershipFragment } | null;
};

export type ImportMembershipsMutationVariables = Exact<{
  input: ImportMembershipsInput;
}>;

export type ImportMembershipsMutation = {
  readonly importMemberships: { readonly result: number } | null;
};

export type RevokeMembershipMutationVariables = Exact<{
  input: RevokeMembershipInput;
}>;

export type RevokeMembershipMutation = {
  readonly revokeMembership: { readonly membership: CustomerMembershipFragment } | null;
};

export type DisputeFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly bookingId: string;
  readonly paymentIntentId: string;
  readonly stripeDisputeId: string;
  readonly status: DisputeStatus;
  readonly reason: string;
  readonly networkReasonCode: string | null;
  readonly amountCents: number;
  readonly currency: string;
  readonly countedCents: number;
  readonly withdrawnCents: number;
  readonly reinstatedCents: number;
  readonly feeCents: number;
  readonly lostCents: number;
  readonly chargedFeeCents: number;
  readonly evidenceDueAt: string | null;
  readonly evidenceSubmittedAt: string | null;
  readonly openedAt: string;
  readonly closedAt: string | null;
};

export type DisputeResponseFragment = {
  readonly id: string;
  readonly disputeId: string;
  readonly isAcceptance: boolean;
  readonly evidence: unknown;
  readonly status: string;
  readonly failureReason: string | null;
  readonly submittedBy: string | null;
  readonly endedAt: string | null;
  readonly createdAt: string;
};

export type DisputesQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  condition?: DisputeCondition | null | undefined;
}>;

export type DisputesQuery = {
  readonly disputes: {
    readonly nodes: ReadonlyArray<DisputeFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type DisputeResponsesQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  condition?: DisputeResponseCondition | null | undefined;
}>;

export type DisputeResponsesQuery = {
  readonly disputeResponses: {
    readonly nodes: ReadonlyArray<DisputeResponseFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type PrepareDisputeEvidenceQueryVariables = Exact<{
  disputeId: string;
}>;

export type PrepareDisputeEvidenceQuery = { readonly prepareDisputeEvidence: unknown };

export type SubmitDisputeEvidenceMutationVariables = Exact<{
  input: SubmitDisputeEvidenceInput;
}>;

export type SubmitDisputeEvidenceMutation = {
  readonly submitDisputeEvidence: { readonly disputeResponse: DisputeResponseFragment } | null;
};

export type AcceptDisputeMutationVariables = Exact<{
  input: AcceptDisputeInput;
}>;

export type AcceptDisputeMutation = {
  readonly acceptDispute: { readonly disputeResponse: DisputeResponseFragment } | null;
};

export type TicketScanFragment = {
  readonly id: string;
  readonly performanceId: string;
  readonly ticketId: string | null;
  readonly result: ScanResult;
  readonly code: string | null;
  readonly direction: ScanDirection;
  readonly gate: string | null;
  readonly device: string | null;
  readonly scannedAt: string;
  readonly ticket: TicketFragment | null;
};

export type ScanTicketMutationVariables = Exact<{
  input: ScanTicketInput;
}>;

export type ScanTicketMutation = {
  readonly scanTicket: { readonly ticketScan: TicketScanFragment } | null;
};

export type EntryZoneFragment = {
  readonly id: string;
  readonly venueId: string;
  readonly name: string;
  readonly sections: ReadonlyArray<string | null>;
  readonly ticketCategories: ReadonlyArray<string | null>;
};

export type EntryGateFragment = {
  readonly id: string;
  readonly venueId: string;
  readonly zoneId: string | null;
  readonly name: string;
  readonly closedAt: string | null;
};

export type ScannerDeviceFragment = {
  readonly id: string;
  readonly venueId: string;
  readonly gateId: string | null;
  readonly name: string;
  readonly registeredAt: string;
  readonly revokedAt: string | null;
};

export type ScanListQueryVariables = Exact<{
  performanceId: string;
  gateId?: string | null | undefined;
}>;

export type ScanListQuery = {
  readonly scanList: { readonly document: string; readonly signature: string } | null;
};

export type EntryGatesQueryVariables = Exact<{
  performanceId: string;
  after?: string | null | undefined;
}>;

export type EntryGatesQuery = {
  readonly performance: {
    readonly event: {
      readonly venue: {
        readonly entryGates: {
          readonly nodes: ReadonlyArray<EntryGateFragment>;
          readonly pageInfo: NextFragment;
        };
      } | null;
    } | null;
  } | null;
};

export type ScannerDevicesQueryVariables = Exact<{
  venueId: string;
  after?: string | null | undefined;
}>;

export type ScannerDevicesQuery = {
  readonly scannerDevices: {
    readonly nodes: ReadonlyArray<ScannerDeviceFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type AllowReentryMutationVariables = Exact<{
  eventId: string;
  reentryLimit: number;
}>;

export type AllowReentryMutation = {
  readonly allowReentry: { readonly event: { readonly id: string } } | null;
};

export type SaveEntryZoneMutationVariables = Exact<{
  input: SaveEntryZoneInput;
}>;

export type SaveEntryZoneMutation = {
  readonly saveEntryZone: { readonly entryZone: EntryZoneFragment } | null;
};

export type SaveEntryGateMutationVariables = Exact<{
  input: SaveEntryGateInput;
}>;

export type SaveEntryGateMutation = {
  readonly saveEntryGate: { readonly entryGate: EntryGateFragment } | null;
};

export type RegisterScannerDeviceMutationVariables = Exact<{
  input: RegisterScannerDeviceInput;
}>;

export type RegisterScannerDeviceMutation = {
  readonly registerScannerDevice: {
    readonly scannerRegistration: { readonly deviceId: string; readonly deviceToken: string };
  } | null;
};

export type RevokeScannerDeviceMutationVariables = Exact<{
  deviceId: string;
}>;

export type RevokeScannerDeviceMutation = {
  readonly revokeScannerDevice: { readonly scannerDevice: ScannerDeviceFragment } | null;
};

export type MergeOfflineScansMutationVariables = Exact<{
  performanceId: string;
  scans: unknown;
  deviceTime?: string | null | undefined;
}>;

export type MergeOfflineScansMutation = {
  readonly mergeOfflineScans: {
    readonly mergedScans: ReadonlyArray<{
      readonly scanId: string;
      readonly ticketId: string | null;
      readonly result: ScanResult;
      readonly code: string | null;
      readonly isDouble: boolean;
    }>;
  } | null;
};

export type EventFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly title: string;
  readonly slug: string;
  readonly description: string | null;
  readonly shortDescription: string | null;
  readonly status: EventStatus;
  readonly statusReason: string | null;
  readonly format: EventFormat;
  readonly visibility: EventVisibility;
  readonly timezone: string | null;
  readonly ageRestriction: number | null;
  readonly specialRequirements: ReadonlyArray<string | null>;
  readonly images: ReadonlyArray<string | null>;
  readonly bannerUrl: string | null;
  readonly videos: ReadonlyArray<string | null>;
  readonly externalLinks: unknown;
  readonly metaTitle: string | null;
  readonly metaDescription: string | null;
  readonly tags: ReadonlyArray<string | null>;
  readonly ticketsPerUserMax: number | null;
  readonly hasWaitingList: boolean;
  readonly currency: string;
  readonly salesStart: string;
  readonly salesEnd: string | null;
  readonly publishedAt: string | null;
  readonly venue: VenueFragment | null;
};

export type PerformanceFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly eventId: string;
  readonly passName: string | null;
  readonly status: PerformanceStatus;
  readonly currency: string;
  readonly startsAt: string;
  readonly endsAt: string | null;
  readonly doorsAt: string | null;
  readonly postponedFrom: string | null;
  readonly refundsUntil: string | null;
  readonly statusReason: string | null;
  readonly layout: {
    readonly id: string;
    readonly sha256: string;
    readonly name: string;
    readonly seatCount: number;
  } | null;
};

export type EventsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  organizationId?: string | null | undefined;
}>;

export type EventsQuery = {
  readonly events: {
    readonly nodes: ReadonlyArray<EventFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type EventQueryVariables = Exact<{
  id: string;
}>;

export type EventQuery = { readonly event: EventFragment | null };

export type PerformancesQueryVariables = Exact<{
  eventId: string;
  first: number;
  after?: string | null | undefined;
}>;

export type PerformancesQuery = {
  readonly performances: {
    readonly nodes: ReadonlyArray<PerformanceFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type PerformanceQueryVariables = Exact<{
  id: string;
}>;

export type PerformanceQuery = { readonly performance: PerformanceFragment | null };

export type SearchEventsQueryVariables = Exact<{
  query?: string | null | undefined;
  startsFrom?: string | null | undefined;
  startsBefore?: string | null | undefined;
  city?: string | null | undefined;
  venueId?: string | null | undefined;
  category?: string | null | undefined;
  tag?: string | null | undefined;
  currency?: string | null | undefined;
  priceCentsMin?: string | null | undefined;
  priceCentsMax?: string | null | undefined;
  organizationId?: string | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;

export type SearchEventsQuery = {
  readonly searchEvents: {
    readonly nodes: ReadonlyArray<{
      readonly startsAt: string | null;
      readonly cursor: string | null;
      readonly event: EventFragment | null;
    }>;
  } | null;
};

export type EventCategoriesQueryVariables = Exact<{ [key: string]: never }>;

export type EventCategoriesQuery = {
  readonly eventCategories: {
    readonly nodes: ReadonlyArray<{
      readonly id: string;
      readonly slug: string;
      readonly name: string;
      readonly description: string | null;
      readonly parentId: string | null;
    }>;
  } | null;
};

export type OnlineAddressQueryVariables = Exact<{
  eventId: string;
}>;

export type OnlineAddressQuery = {
  readonly eventOnlineAddress: {
    readonly address: string;
    readonly instructions: string | null;
  } | null;
};

export type CreateEventMutationVariables = Exact<{
  input: CreateEventInput;
}>;

export type CreateEventMutation = {
  readonly createEvent: { readonly event: EventFragment } | null;
};

export type CreatePerformanceMutationVariables = Exact<{
  input: CreatePerformanceInput;
}>;

export type CreatePerformanceMutation = {
  readonly createPerformance: { readonly performance: PerformanceFragment } | null;
};

export type PublishEventMutationVariables = Exact<{
  input: PublishEventInput;
}>;

export type PublishEventMutation = {
  readonly publishEvent: { readonly event: EventFragment } | null;
};

export type CreateVirtualEventMutationVariables = Exact<{
  input: CreateVirtualEventInput;
}>;

export type CreateVirtualEventMutation = {
  readonly createVirtualEvent: { readonly event: EventFragment } | null;
};

export type UpdateEventMutationVariables = Exact<{
  input: UpdateEventInput;
}>;

export type UpdateEventMutation = {
  readonly updateEvent: { readonly event: EventFragment } | null;
};

export type UpdatePerformanceMutationVariables = Exact<{
  input: UpdatePerformanceInput;
}>;

export type UpdatePerformanceMutation = {
  readonly updatePerformance: { readonly performance: PerformanceFragment } | null;
};

export type CreatePerformancesMutationVariables = Exact<{
  input: CreatePerformancesInput;
}>;

export type CreatePerformancesMutation = {
  readonly createPerformances: { readonly performances: ReadonlyArray<PerformanceFragment> } | null;
};

export type CreateEventAccessCodeMutationVariables = Exact<{
  input: CreateEventAccessCodeInput;
}>;

export type CreateEventAccessCodeMutation = {
  readonly createEventAccessCode: { readonly code: string } | null;
};

export type RevokeEventAccessCodesMutationVariables = Exact<{
  input: RevokeEventAccessCodesInput;
}>;

export type RevokeEventAccessCodesMutation = {
  readonly revokeEventAccessCodes: { readonly revoked: number } | null;
};

export type SetOnlineAddressMutationVariables = Exact<{
  input: SetOnlineAddressInput;
}>;

export type SetOnlineAddressMutation = {
  readonly setOnlineAddress: {
    readonly eventOnlineAddress: { readonly address: string; readonly instructions: string | null };
  } | null;
};

export type HoldSeatsMutationVariables = Exact<{
  input: HoldSeatsInput;
}>;

export type HoldSeatsMutation = {
  readonly holdSeats: { readonly booking: BookingFragment } | null;
};

export type ReleaseSeatsMutationVariables = Exact<{
  input: ReleaseSeatsInput;
}>;

export type ReleaseSeatsMutation = {
  readonly releaseSeats: { readonly booking: BookingFragment } | null;
};

export type AcquireSeatLockMutationVariables = Exact<{
  input: AcquireSeatLockInput;
}>;

export type AcquireSeatLockMutation = {
  readonly acquireSeatLock: { readonly acquired: boolean } | null;
};

export type ReleaseSeatLockMutationVariables = Exact<{
  input: ReleaseSeatLockInput;
}>;

export type ReleaseSeatLockMutation = {
  readonly releaseSeatLock: { readonly released: boolean } | null;
};

export type HoldBestAvailableMutationVariables = Exact<{
  input: HoldBestAvailableInput;
}>;

export type HoldBestAvailableMutation = {
  readonly holdBestAvailable: { readonly booking: BookingFragment } | null;
};

export type HoldAdmissionsMutationVariables = Exact<{
  input: HoldAdmissionsInput;
}>;

export type HoldAdmissionsMutation = {
  readonly holdAdmissions: { readonly booking: BookingFragment } | null;
};

export type HoldAllocatedSeatsMutationVariables = Exact<{
  input: HoldAllocatedSeatsInput;
}>;

export type HoldAllocatedSeatsMutation = {
  readonly holdAllocatedSeats: { readonly booking: BookingFragment } | null;
};

export type ReleaseAdmissionsMutationVariables = Exact<{
  input: ReleaseAdmissionsInput;
}>;

export type ReleaseAdmissionsMutation = {
  readonly releaseAdmissions: { readonly booking: BookingFragment } | null;
};

export type ExtendHoldMutationVariables = Exact<{
  input: ExtendHoldInput;
}>;

export type ExtendHoldMutation = {
  readonly extendHold: { readonly booking: BookingFragment } | null;
};

export type HoldAllocatedAdmissionsMutationVariables = Exact<{
  input: HoldAllocatedAdmissionsInput;
}>;

export type HoldAllocatedAdmissionsMutation = {
  readonly holdAllocatedAdmissions: { readonly booking: BookingFragment } | null;
};

export type PaymentPlanFragment = {
  readonly id: string;
  readonly eventId: string;
  readonly ticketCategoryId: string | null;
  readonly name: string;
  readonly depositPercentage: string | null;
  readonly depositCents: number | null;
  readonly installments: number;
  readonly basis: PaymentPlanBasis;
  readonly firstDueDays: number;
  readonly intervalDays: number;
  readonly lastDueDaysBefore: number;
  readonly reminderDays: number;
  readonly graceDays: number;
  readonly overdueAction: OverdueAction;
  readonly retiredAt: string | null;
};

export type PaymentPlansQueryVariables = Exact<{
  eventId: string;
  after?: string | null | undefined;
}>;

export type PaymentPlansQuery = {
  readonly event: {
    readonly paymentPlans: {
      readonly nodes: ReadonlyArray<PaymentPlanFragment>;
      readonly pageInfo: NextFragment;
    };
  } | null;
};

export type QuotePaymentPlanQueryVariables = Exact<{
  bookingId: string;
  paymentPlanId: string;
}>;

export type QuotePaymentPlanQuery = {
  readonly quotePaymentPlan: {
    readonly nodes: ReadonlyArray<{
      readonly installmentNo: number | null;
      readonly dueAt: string | null;
      readonly amountCents: number | null;
    }>;
  } | null;
};

export type InstallmentsQueryVariables = Exact<{
  bookingId: string;
}>;

export type InstallmentsQuery = {
  readonly bookingPaymentSchedules: {
    readonly nodes: ReadonlyArray<{
      readonly installmentNo: number;
      readonly dueAt: string;
      readonly amountCents: number;
      readonly status: InstallmentStatus;
      readonly paidAt: string | null;
      readonly cancelAt: string | null;
    }>;
  } | null;
};

export type CreatePaymentPlanMutationVariables = Exact<{
  input: CreatePaymentPlanInput;
}>;

export type CreatePaymentPlanMutation = {
  readonly createPaymentPlan: { readonly paymentPlan: PaymentPlanFragment } | null;
};

export type RetirePaymentPlanMutationVariables = Exact<{
  input: RetirePaymentPlanInput;
}>;

export type RetirePaymentPlanMutation = {
  readonly retirePaymentPlan: { readonly paymentPlan: PaymentPlanFragment } | null;
};

export type ChoosePaymentPlanMutationVariables = Exact<{
  input: ChoosePaymentPlanInput;
}>;

export type ChoosePaymentPlanMutation = {
  readonly choosePaymentPlan: { readonly booking: BookingFragment } | null;
};

export type SeatMapQueryVariables = Exact<{
  performanceId: string;
}>;

export type SeatMapQuery = {
  readonly seatMap: {
    readonly layoutSha256: string;
    readonly availability: string | null;
    readonly version: string | null;
  } | null;
  readonly seatCategories: { readonly categoryNos: ReadonlyArray<number | null> | null } | null;
  readonly performance: PerformanceFragment | null;
};

export type SeatMapChangesQueryVariables = Exact<{
  performanceId: string;
  since: string;
}>;

export type SeatMapChangesQuery = {
  readonly seatMapChanges: {
    readonly version: string | null;
    readonly isComplete: boolean | null;
    readonly seatNos: ReadonlyArray<number | null> | null;
    readonly availability: string | null;
  } | null;
};

export type SeatMapChangedSubscriptionVariables = Exact<{
  performanceId: string;
  since?: string | null | undefined;
}>;

export type SeatMapChangedSubscription = {
  readonly seatMapChanged: {
    readonly version: string;
    readonly isComplete: boolean;
    readonly seatNos: ReadonlyArray<number>;
    readonly availability: string;
  } | null;
};

export type AdmissionsLeftChangedSubscriptionVariables = Exact<{
  performanceId: string;
}>;

export type AdmissionsLeftChangedSubscription = {
  readonly admissionsLeftChanged: {
    readonly categories: ReadonlyArray<{
      readonly ticketCategoryId: string;
      readonly admissionsLeft: number;
    }>;
  } | null;
};

export type AdmissionsLeftQueryVariables = Exact<{
  performanceId: string;
  ticketCategoryId: string;
}>;

export type AdmissionsLeftQuery = { readonly admissionsLeft: number | null };

export type AdmissionAllocationFragment = {
  readonly id: string;
  readonly performanceId: string;
  readonly poolId: string;
  readonly kind: AllocationKind;
  readonly reason: string;
  readonly quantity: number;
  readonly placesLeft: number;
  readonly releaseAt: string | null;
  readonly releasedAt: string | null;
};

export type SetPoolCapacityMutationVariables = Exact<{
  input: SetPoolCapacityInput;
}>;

export type SetPoolCapacityMutation = {
  readonly setPoolCapacity: { readonly admissionPool: AdmissionPoolFragment } | null;
};

export type AllocateAdmissionsMutationVariables = Exact<{
  input: AllocateAdmissionsInput;
}>;

export type AllocateAdmissionsMutation = {
  readonly allocateAdmissions: { readonly admissionAllocation: AdmissionAllocationFragment } | null;
};

export type ReleaseAdmissionAllocationMutationVariables = Exact<{
  input: ReleaseAdmissionAllocationInput;
}>;

export type ReleaseAdmissionAllocationMutation = {
  readonly releaseAdmissionAllocation: {
    readonly admissionAllocation: AdmissionAllocationFragment;
  } | null;
};

export type AdmissionPoolFragment = {
  readonly id: string;
  readonly performanceId: string;
  readonly parentPoolId: string | null;
  readonly name: string;
  readonly capacity: number;
};

export type SeatAllocationFragment = {
  readonly id: string;
  readonly performanceId: string;
  readonly kind: AllocationKind;
  readonly reason: string;
  readonly seatCount: number;
  readonly releaseAt: string | null;
  readonly releasedAt: string | null;
};

export type CreateAdmissionPoolMutationVariables = Exact<{
  input: CreateAdmissionPoolInput;
}>;

export type CreateAdmissionPoolMutation = {
  readonly createAdmissionPool: { readonly admissionPool: AdmissionPoolFragment } | null;
};

export type AllocateSeatsMutationVariables = Exact<{
  input: AllocateSeatsInput;
}>;

export type AllocateSeatsMutation = {
  readonly allocateSeats: { readonly seatAllocation: SeatAllocationFragment } | null;
};

export type ReleaseAllocationMutationVariables = Exact<{
  input: ReleaseAllocationInput;
}>;

export type ReleaseAllocationMutation = {
  readonly releaseAllocation: { readonly seatAllocation: SeatAllocationFragment } | null;
};

export type AdmissionPoolsQueryVariables = Exact<{
  performanceId: string;
  after?: string | null | undefined;
}>;

export type AdmissionPoolsQuery = {
  readonly admissionPools: {
    readonly nodes: ReadonlyArray<AdmissionPoolFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type CreatePassMutationVariables = Exact<{
  input: CreatePassInput;
}>;

export type CreatePassMutation = {
  readonly createPass: { readonly performance: PerformanceFragment } | null;
};

export type PassDatesQueryVariables = Exact<{
  passId: string;
  after?: string | null | undefined;
}>;

export type PassDatesQuery = {
  readonly passDates: {
    readonly nodes: ReadonlyArray<{
      readonly pool:
        ({ readonly performance: PerformanceFragment | null } & AdmissionPoolFragment) | null;
    }>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type MemberFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly userId: string;
  readonly role: OrganizationRole;
  readonly status: MemberStatus;
  readonly venuesRestricted: boolean;
  readonly invitedBy: string | null;
  readonly createdAt: string;
};

export type InvitationFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly email: string;
  readonly role: OrganizationRole;
  readonly expiresAt: string;
  readonly acceptedAt: string | null;
  readonly revokedAt: string | null;
  readonly sentAt: string;
  readonly sendCount: number;
};

export type MembersQueryVariables = Exact<{
  condition: OrganizationMemberCondition;
  first: number;
  after?: string | null | undefined;
}>;

export type MembersQuery = {
  readonly organizationMembers: {
    readonly nodes: ReadonlyArray<MemberFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type AcceptInvitationMutationVariables = Exact<{
  input: AcceptInvitationInput;
}>;

export type AcceptInvitationMutation = {
  readonly acceptInvitation: { readonly organizationMember: MemberFragment } | null;
};

export type ChangeMemberRoleMutationVariables = Exact<{
  input: ChangeMemberRoleInput;
}>;

export type ChangeMemberRoleMutation = {
  readonly changeMemberRole: { readonly organizationMember: MemberFragment } | null;
};

export type SuspendMemberMutationVariables = Exact<{
  input: SuspendMemberInput;
}>;

export type SuspendMemberMutation = {
  readonly suspendMember: { readonly organizationMember: MemberFragment } | null;
};

export type ReactivateMemberMutationVariables = Exact<{
  input: ReactivateMemberInput;
}>;

export type ReactivateMemberMutation = {
  readonly reactivateMember: { readonly organizationMember: MemberFragment } | null;
};

export type LiftVenueRestrictionMutationVariables = Exact<{
  input: LiftVenueRestrictionInput;
}>;

export type LiftVenueRestrictionMutation = {
  readonly liftVenueRestriction: { readonly organizationMember: MemberFragment } | null;
};

export type TransferOwnershipMutationVariables = Exact<{
  input: TransferOwnershipInput;
}>;

export type TransferOwnershipMutation = {
  readonly transferOwnership: { readonly organizationMember: MemberFragment } | null;
};

export type InviteMemberMutationVariables = Exact<{
  input: InviteMemberInput;
}>;

export type InviteMemberMutation = {
  readonly inviteMember: { readonly organizationInvitation: InvitationFragment | null } | null;
};

export type ResendInvitationMutationVariables = Exact<{
  input: ResendInvitationInput;
}>;

export type ResendInvitationMutation = {
  readonly resendInvitation: { readonly organizationInvitation: InvitationFragment | null } | null;
};

export type RevokeInvitationMutationVariables = Exact<{
  input: RevokeInvitationInput;
}>;

export type RevokeInvitationMutation = {
  readonly revokeInvitation: { readonly organizationInvitation: InvitationFragment } | null;
};

export type RemoveMemberMutationVariables = Exact<{
  input: RemoveMemberInput;
}>;

export type RemoveMemberMutation = { readonly removeMember: { readonly removed: boolean } | null };

export type LeaveOrganizationMutationVariables = Exact<{
  input: LeaveOrganizationInput;
}>;

export type LeaveOrganizationMutation = {
  readonly leaveOrganization: { readonly left: boolean } | null;
};

export type GrantMemberPermissionMutationVariables = Exact<{
  input: GrantMemberPermissionInput;
}>;

export type GrantMemberPermissionMutation = {
  readonly grantMemberPermission: {
    readonly memberPermission: { readonly permission: string };
  } | null;
};

export type RevokeMemberPermissionMutationVariables = Exact<{
  input: RevokeMemberPermissionInput;
}>;

export type RevokeMemberPermissionMutation = {
  readonly revokeMemberPermission: { readonly revoked: boolean } | null;
};

export type GrantVenueAccessMutationVariables = Exact<{
  input: GrantVenueAccessInput;
}>;

export type GrantVenueAccessMutation = {
  readonly grantVenueAccess: { readonly userVenueAccess: { readonly venueId: string } } | null;
};

export type RevokeVenueAccessMutationVariables = Exact<{
  input: RevokeVenueAccessInput;
}>;

export type RevokeVenueAccessMutation = {
  readonly revokeVenueAccess: { readonly revoked: boolean } | null;
};

export type MembershipsQueryVariables = Exact<{
  userId: string;
  after?: string | null | undefined;
}>;

export type MembershipsQuery = {
  readonly organizationMembers: {
    readonly nodes: ReadonlyArray<{
      readonly role: OrganizationRole;
      readonly status: MemberStatus;
      readonly organization: OrganizationFragment | null;
    }>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type PromoterFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly email: string | null;
};

export type CreatePromoterMutationVariables = Exact<{
  input: CreatePromoterInput;
}>;

export type CreatePromoterMutation = {
  readonly createPromoter: { readonly promoter: PromoterFragment } | null;
};

export type SetEventPromoterMutationVariables = Exact<{
  input: SetEventPromoterInput;
}>;

export type SetEventPromoterMutation = {
  readonly setEventPromoter: { readonly event: EventFragment } | null;
};

export type OrganizationFragment = {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly email: string;
  readonly defaultCurrency: string;
  readonly status: OrganizationStatus;
};

export type RequestDomainCheckMutationVariables = Exact<{
  organizationId: string;
}>;

export type RequestDomainCheckMutation = {
  readonly requestDomainCheck: {
    readonly domainChallenge: {
      readonly organizationId: string;
      readonly domain: string;
      readonly recordName: string;
      readonly recordValue: string;
      readonly checkedAt: string | null;
    };
  } | null;
};

export type CreateOrganizationMutationVariables = Exact<{
  input: CreateOrganizationInput;
}>;

export type CreateOrganizationMutation = {
  readonly createOrganization: { readonly organization: OrganizationFragment } | null;
};

export type OrganizationSettingsFragment = {
  readonly organizationId: string;
  readonly serviceFeePercentage: string;
  readonly serviceFeeFixedCents: number;
  readonly processingFeePercentage: string;
  readonly processingFeeFixedCents: number;
  readonly commissionPercentage: string;
  readonly allowGuestCheckout: boolean;
  readonly holdSeconds: number;
  readonly checkoutSeconds: number;
  readonly holdSecondsMax: number;
  readonly ticketsPerBookingMax: number;
  readonly openCartsMax: number;
  readonly waitingOfferSeconds: number;
  readonly emailNotifications: boolean;
  readonly ticketTransfersEnabled: boolean;
  readonly language: string | null;
};

export type UpdateOrganizationSettingsMutationVariables = Exact<{
  input: UpdateOrganizationSettingsInput;
}>;

export type UpdateOrganizationSettingsMutation = {
  readonly updateOrganizationSettings: {
    readonly organizationSetting: OrganizationSettingsFragment;
  } | null;
};

export type UpdateOrganizationMutationVariables = Exact<{
  input: UpdateOrganizationInput;
}>;

export type UpdateOrganizationMutation = {
  readonly updateOrganization: { readonly organization: OrganizationFragment } | null;
};

export type RequestOrganizationVerificationMutationVariables = Exact<{
  input: RequestOrganizationVerificationInput;
}>;

export type RequestOrganizationVerificationMutation = {
  readonly requestOrganizationVerification: {
    readonly organizationVerification: { readonly id: string };
  } | null;
};

export type PaymentSessionFragment = {
  readonly bookingId: string;
  readonly status: PaymentStatus;
  readonly amountCents: number;
  readonly currency: string;
  readonly stripePaymentIntentId: string | null;
  readonly clientSecret: string | null;
  readonly failureCode: string | null;
  readonly failureMessage: string | null;
  readonly isProviderReachable: boolean | null;
  readonly notice: string | null;
  readonly paymentIntentId: string | null;
  readonly installmentNo: number | null;
  readonly payBy: string | null;
  readonly captureMethod: CaptureMethod | null;
};

export type SavedCardFragment = {
  readonly id: string | null;
  readonly organizationId: string | null;
  readonly brand: string | null;
  readonly last4: string | null;
  readonly expMonth: number | null;
  readonly expYear: number | null;
  readonly createdAt: string | null;
};

export type PaymentProgressQueryVariables = Exact<{
  bookingId: string;
}>;

export type PaymentProgressQuery = {
  readonly booking: { readonly status: BookingStatus } | null;
  readonly paymentSession: PaymentSessionFragment | null;
};

export type SavedCardsQueryVariables = Exact<{
  organizationId?: string | null | undefined;
  after?: string | null | undefined;
}>;

export type SavedCardsQuery = {
  readonly myPaymentMethods: {
    readonly nodes: ReadonlyArray<SavedCardFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type ChoosePaymentMutationVariables = Exact<{
  input: ChoosePaymentInput;
}>;

export type ChoosePaymentMutation = { readonly choosePayment: { readonly isKept: boolean } | null };

export type RemovePaymentMethodMutationVariables = Exact<{
  input: RemovePaymentMethodInput;
}>;

export type RemovePaymentMethodMutation = {
  readonly removePaymentMethod: { readonly savedPaymentMethod: SavedCardFragment } | null;
};

export type OpenPaymentMutationVariables = Exact<{
  input: OpenPaymentInput;
}>;

export type OpenPaymentMutation = {
  readonly openPayment: { readonly paymentSession: PaymentSessionFragment } | null;
};

export type PayoutAccountFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly promoterId: string | null;
  readonly country: string;
  readonly email: string;
  readonly stripeAccountId: string | null;
  readonly stripeOnboardingCompleted: boolean;
  readonly payoutEnabled: boolean;
  readonly transfersEnabled: boolean;
  readonly requirementsDue: ReadonlyArray<string | null>;
  readonly disabledReason: string | null;
  readonly failureReason: string | null;
  readonly deauthorizedAt: string | null;
};

export type PayoutFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly promoterId: string | null;
  readonly currency: string;
  readonly payoutPeriodStart: string;
  readonly payoutPeriodEnd: string;
  readonly grossRevenueCents: number;
  readonly totalCommissionCents: number;
  readonly stripeFeesCents: number;
  readonly refundsCents: number;
  readonly adjustmentsCents: number;
  readonly netPayoutCents: number;
  readonly transactionsIncluded: number;
  readonly eventsIncluded: number;
  readonly reversedCents: number;
  readonly status: PayoutStatus;
  readonly attempt: number;
  readonly requestedBy: string | null;
  readonly approvedBy: string | null;
  readonly approvedAt: string | null;
  readonly decisionNote: string | null;
  readonly scheduledFor: string;
  readonly initiatedAt: string | null;
  readonly completedAt: string | null;
  readonly failedAt: string | null;
  readonly failureCode: string | null;
  readonly failureReason: string | null;
  readonly retryAt: string | null;
  readonly canceledAt: string | null;
  readonly stripeTransferId: string | null;
  readonly createdAt: string;
};

export type PayoutItemFragment = {
  readonly id: string;
  readonly payoutId: string;
  readonly kind: PayoutItemKind;
  readonly ledgerTransactionId: string | null;
  readonly holdId: string | null;
  readonly grossRevenueCents: number;
  readonly commissionCents: number;
  readonly stripeFeesCents: number;
  readonly refundsCents: number;
  readonly adjustmentsCents: number;
  readonly netCents: number;
  readonly ledgerTransaction: {
    readonly bookingId: string | null;
    readonly category: string;
    readonly description: string;
    readonly occurredAt: string;
  } | null;
};

export type PayoutHoldFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly payoutId: string;
  readonly kind: PayoutHoldKind;
  readonly amountCents: number | null;
  readonly reason: string;
  readonly isOfPlatform: boolean;
  readonly holdUntil: string | null;
  readonly createdAt: string;
  readonly releasedAt: string | null;
};

export type PayoutAccountsQueryVariables = Exact<{
  condition: StripeAccountCondition;
  first: number;
  after?: string | null | undefined;
}>;

export type PayoutAccountsQuery = {
  readonly stripeAccounts: {
    readonly nodes: ReadonlyArray<PayoutAccountFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type PayoutOnboardingLinkQueryVariables = Exact<{
  linkId: string;
}>;

export type PayoutOnboardingLinkQuery = {
  readonly payoutOnboardingLink: {
    readonly id: string | null;
    readonly url: string | null;
    readonly expiresAt: string | null;
    readonly failureReason: string | null;
  } | null;
};

export type PayoutPreviewQueryVariables = Exact<{
  organizationId: string;
  first: number;
  after?: string | null | undefined;
}>;

export type PayoutPreviewQuery = {
  readonly payoutPreview: {
    readonly nodes: ReadonlyArray<{
      readonly currency: string | null;
      readonly promoterId: string | null;
      readonly payableCents: number | null;
      readonly waitingCents: number | null;
      readonly heldCents: number | null;
      readonly disputedCents: number | null;
      readonly inTransitCents: number | null;
      readonly nextPayoutCents: number | null;
      readonly nextPeriodEndsAt: string | null;
    }>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type PayoutQueryVariables = Exact<{
  id: string;
}>;

export type PayoutQuery = { readonly payout: PayoutFragment | null };

export type PayoutsQueryVariables = Exact<{
  condition: PayoutCondition;
  first: number;
  after?: string | null | undefined;
}>;

export type PayoutsQuery = {
  readonly payouts: {
    readonly nodes: ReadonlyArray<PayoutFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type PayoutItemsQueryVariables = Exact<{
  condition: PayoutItemCondition;
  first: number;
  after?: string | null | undefined;
}>;

export type PayoutItemsQuery = {
  readonly payoutItems: {
    readonly nodes: ReadonlyArray<PayoutItemFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type PayoutHoldsQueryVariables = Exact<{
  condition: PayoutHoldCondition;
  first: number;
  after?: string | null | undefined;
}>;

export type PayoutHoldsQuery = {
  readonly payoutHolds: {
    readonly nodes: ReadonlyArray<PayoutHoldFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type ReproducePayoutQueryVariables = Exact<{
  payoutId: string;
}>;

export type ReproducePayoutQuery = {
  readonly reproducePayout: {
    readonly grossRevenueCents: number | null;
    readonly totalCommissionCents: number | null;
    readonly stripeFeesCents: number | null;
    readonly refundsCents: number | null;
    readonly adjustmentsCents: number | null;
    readonly netPayoutCents: number | null;
    readonly transactionsIncluded: number | null;
  } | null;
};

export type OpenPayoutAccountMutationVariables = Exact<{
  input: OpenPayoutAccountInput;
}>;

export type OpenPayoutAccountMutation = {
  readonly openPayoutAccount: { readonly stripeAccount: PayoutAccountFragment } | null;
};

export type RequestOnboardingLinkMutationVariables = Exact<{
  input: RequestOnboardingLinkInput;
}>;

export type RequestOnboardingLinkMutation = {
  readonly requestOnboardingLink: {
    readonly payoutOnboardingLink: { readonly id: string | null };
  } | null;
};

export type SetPayoutSettingsMutationVariables = Exact<{
  input: SetPayoutSettingsInput;
}>;

export type SetPayoutSettingsMutation = {
  readonly setPayoutSettings: {
    readonly organizationSetting: {
      readonly payoutTiming: PayoutTiming;
      readonly payoutDelayDays: number;
      readonly payoutApprovalAboveCents: number | null;
    };
  } | null;
};

export type CreatePayoutMutationVariables = Exact<{
  input: CreatePayoutInput;
}>;

export type CreatePayoutMutation = {
  readonly createPayout: { readonly payout: PayoutFragment } | null;
};

export type SubmitPayoutMutationVariables = Exact<{
  input: SubmitPayoutInput;
}>;

export type SubmitPayoutMutation = {
  readonly submitPayout: { readonly payout: PayoutFragment } | null;
};

export type ApprovePayoutMutationVariables = Exact<{
  input: ApprovePayoutInput;
}>;

export type ApprovePayoutMutation = {
  readonly approvePayout: { readonly payout: PayoutFragment } | null;
};

export type CancelPayoutMutationVariables = Exact<{
  input: CancelPayoutInput;
}>;

export type CancelPayoutMutation = {
  readonly cancelPayout: { readonly payout: PayoutFragment } | null;
};

export type RetryPayoutMutationVariables = Exact<{
  input: RetryPayoutInput;
}>;

export type RetryPayoutMutation = {
  readonly retryPayout: { readonly payout: PayoutFragment } | null;
};

export type HoldPayoutMutationVariables = Exact<{
  input: HoldPayoutInput;
}>;

export type HoldPayoutMutation = {
  readonly holdPayout: { readonly payoutHold: PayoutHoldFragment } | null;
};

export type ReleasePayoutHoldMutationVariables = Exact<{
  input: ReleasePayoutHoldInput;
}>;

export type ReleasePayoutHoldMutation = {
  readonly releasePayoutHold: { readonly payoutHold: PayoutHoldFragment } | null;
};

export type PayoutReversalFragment = {
  readonly id: string;
  readonly payoutId: string;
  readonly amountCents: number;
  readonly reason: string;
  readonly status: PayoutReversalStatus;
  readonly failureReason: string | null;
  readonly endedAt: string | null;
  readonly createdAt: string;
};

export type ReversePayoutMutationVariables = Exact<{
  input: ReversePayoutInput;
}>;

export type ReversePayoutMutation = {
  readonly reversePayout: { readonly payoutReversal: PayoutReversalFragment } | null;
};

export type BookUnaskedReversalsMutationVariables = Exact<{
  input: BookUnaskedReversalsInput;
}>;

export type BookUnaskedReversalsMutation = {
  readonly bookUnaskedReversals: { readonly payout: PayoutFragment } | null;
};

export type SetStripeFeesPayerMutationVariables = Exact<{
  input: SetStripeFeesPayerInput;
}>;

export type SetStripeFeesPayerMutation = {
  readonly setStripeFeesPayer: {
    readonly organizationSetting: { readonly organizationId: string };
  } | null;
};

export type FindUserQueryVariables = Exact<{
  email: string;
}>;

export type FindUserQuery = {
  readonly findUser: ({ readonly accountStatus: AccountStatus } & UserFragment) | null;
};

export type SuspendUserMutationVariables = Exact<{
  userId: string;
  reason: string;
}>;

export type SuspendUserMutation = {
  readonly suspendUser: { readonly user: { readonly id: string } } | null;
};

export type ReinstateUserMutationVariables = Exact<{
  userId: string;
}>;

export type ReinstateUserMutation = {
  readonly reinstateUser: { readonly user: { readonly id: string } } | null;
};

export type RevokeUserSessionsMutationVariables = Exact<{
  userId: string;
}>;

export type RevokeUserSessionsMutation = {
  readonly revokeUserSessions: { readonly sessionsEnded: number } | null;
};

export type GrantPlatformRoleMutationVariables = Exact<{
  userId: string;
  role: PlatformRole;
}>;

export type GrantPlatformRoleMutation = {
  readonly grantPlatformRole: { readonly platformStaff: { readonly id: string } } | null;
};

export type RevokePlatformRoleMutationVariables = Exact<{
  userId: string;
}>;

export type RevokePlatformRoleMutation = {
  readonly revokePlatformRole: { readonly platformStaff: { readonly id: string } } | null;
};

export type StartImpersonationMutationVariables = Exact<{
  input: StartImpersonationInput;
}>;

export type StartImpersonationMutation = {
  readonly startImpersonation: {
    readonly token: string;
    readonly expiresAt: string;
    readonly user: UserFragment;
  } | null;
};

export type EndImpersonationMutationVariables = Exact<{ [key: string]: never }>;

export type EndImpersonationMutation = {
  readonly endImpersonation: { readonly impersonation: { readonly id: string } } | null;
};

export type SuspendOrganizationMutationVariables = Exact<{
  input: SuspendOrganizationInput;
}>;

export type SuspendOrganizationMutation = {
  readonly suspendOrganization: { readonly organization: OrganizationFragment } | null;
};

export type ReactivateOrganizationMutationVariables = Exact<{
  input: ReactivateOrganizationInput;
}>;

export type ReactivateOrganizationMutation = {
  readonly reactivateOrganization: { readonly organization: OrganizationFragment } | null;
};

export type ChangeOrganizationPlanMutationVariables = Exact<{
  input: ChangeOrganizationPlanInput;
}>;

export type ChangeOrganizationPlanMutation = {
  readonly changeOrganizationPlan: {
    readonly organizationSetting: { readonly organizationId: string };
  } | null;
};

export type DecideOrganizationVerificationMutationVariables = Exact<{
  input: DecideOrganizationVerificationInput;
}>;

export type DecideOrganizationVerificationMutation = {
  readonly decideOrganizationVerification: {
    readonly organizationVerification: { readonly id: string };
  } | null;
};

export type SetEventCategoryMutationVariables = Exact<{
  input: SetEventCategoryInput;
}>;

export type SetEventCategoryMutation = {
  readonly setEventCategory: { readonly eventCategory: { readonly slug: string } } | null;
};

export type TicketCategoryFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly eventId: string;
  readonly categoryNo: number;
  readonly name: string;
  readonly description: string | null;
  readonly status: TicketCategoryStatus;
  readonly seatCategories: ReadonlyArray<string | null>;
  readonly sections: ReadonlyArray<string | null>;
  readonly sortOrder: number;
  readonly salesStart: string | null;
  readonly salesEnd: string | null;
  readonly minPerTransaction: number;
  readonly maxPerTransaction: number | null;
  readonly maxPerUser: number | null;
  readonly includes: ReadonlyArray<string | null>;
  readonly restrictions: ReadonlyArray<string | null>;
  readonly prices: {
    readonly nodes: ReadonlyArray<{
      readonly priceCents: number;
      readonly validDuring: {
        readonly start: { readonly value: string; readonly inclusive: boolean } | null;
        readonly end: { readonly value: string; readonly inclusive: boolean } | null;
      };
    }>;
  };
};

export type TicketCategoriesQueryVariables = Exact<{
  eventId: string;
  after?: string | null | undefined;
}>;

export type TicketCategoriesQuery = {
  readonly ticketCategories: {
    readonly nodes: ReadonlyArray<TicketCategoryFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type CreateTicketCategoryMutationVariables = Exact<{
  input: CreateTicketCategoryInput;
}>;

export type CreateTicketCategoryMutation = {
  readonly createTicketCategory: { readonly ticketCategory: TicketCategoryFragment } | null;
};

export type UpdateTicketCategoryMutationVariables = Exact<{
  input: UpdateTicketCategoryInput;
}>;

export type UpdateTicketCategoryMutation = {
  readonly updateTicketCategory: { readonly ticketCategory: TicketCategoryFragment } | null;
};

export type PriceFragment = {
  readonly id: string;
  readonly ticketCategoryId: string;
  readonly audience: PriceAudience;
  readonly priceCents: number;
  readonly validDuring: {
    readonly start: { readonly value: string } | null;
    readonly end: { readonly value: string } | null;
  };
};

export type PricingRuleFragment = {
  readonly id: string;
  readonly ticketCategoryId: string;
  readonly name: string;
  readonly sortOrder: number;
  readonly condition: PricingCondition;
  readonly atLeast: string;
  readonly below: string | null;
  readonly percentage: string | null;
  readonly amountCents: number | null;
  readonly floorCents: number | null;
  readonly ceilingCents: number | null;
  readonly roundToCents: number | null;
  readonly endedAt: string | null;
};

export type PricesQueryVariables = Exact<{
  ticketCategoryId: string;
  after?: string | null | undefined;
}>;

export type PricesQuery = {
  readonly ticketCategoryPrices: {
    readonly nodes: ReadonlyArray<PriceFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type PricingRulesQueryVariables = Exact<{
  ticketCategoryId: string;
  after?: string | null | undefined;
}>;

export type PricingRulesQuery = {
  readonly pricingRules: {
    readonly nodes: ReadonlyArray<PricingRuleFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type SeatPricesQueryVariables = Exact<{
  performanceId: string;
  after?: string | null | undefined;
}>;

export type SeatPricesQuery = {
  readonly seatPrices: {
    readonly nodes: ReadonlyArray<{ readonly seatId: string; readonly priceCents: number }>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type ExplainPriceQueryVariables = Exact<{
  bookingItemId: string;
}>;

export type ExplainPriceQuery = {
  readonly explainPrice: {
    readonly nodes: ReadonlyArray<{
      readonly stepNo: number;
      readonly kind: PriceStepKind;
      readonly name: string | null;
      readonly sourceId: string | null;
      readonly unitCents: number | null;
      readonly amountCents: number;
      readonly includedCents: number;
    }>;
  } | null;
};

export type QuoteMutationVariables = Exact<{
  input: QuoteInput;
}>;

export type QuoteMutation = {
  readonly quote: {
    readonly priceQuote: {
      readonly performanceId: string;
      readonly currency: string;
      readonly subtotalCents: number;
      readonly discountCents: number;
      readonly serviceFeeCents: number;
      readonly processingFeeCents: number;
      readonly taxCents: number;
      readonly totalAmountCents: number;
      readonly taxIncludedCents: number;
      readonly discountRefusal: string | null;
      readonly lines: ReadonlyArray<{
        readonly ticketCategoryId: string;
        readonly seatNos: ReadonlyArray<number | null> | null;
        readonly quantity: number;
        readonly priceBasis: PriceBasis;
        readonly unitPriceCents: number;
        readonly subtotalCents: number;
        readonly discountCents: number;
        readonly serviceFeeCents: number;
        readonly processingFeeCents: number;
        readonly taxCents: number;
        readonly totalCents: number;
        readonly taxIncludedCents: number;
      } | null>;
    };
  } | null;
};

export type SetPriceMutationVariables = Exact<{
  input: SetPriceInput;
}>;

export type SetPriceMutation = {
  readonly setPrice: { readonly ticketCategoryPrice: PriceFragment } | null;
};

export type EndPriceMutationVariables = Exact<{
  input: EndPriceInput;
}>;

export type EndPriceMutation = {
  readonly endPrice: { readonly ticketCategoryPrice: PriceFragment } | null;
};

export type SetSeatPricesMutationVariables = Exact<{
  input: SetSeatPricesInput;
}>;

export type SetSeatPricesMutation = { readonly setSeatPrices: { readonly result: number } | null };

export type CreatePricingRuleMutationVariables = Exact<{
  input: CreatePricingRuleInput;
}>;

export type CreatePricingRuleMutation = {
  readonly createPricingRule: { readonly pricingRule: PricingRuleFragment } | null;
};

export type EndPricingRuleMutationVariables = Exact<{
  input: EndPricingRuleInput;
}>;

export type EndPricingRuleMutation = {
  readonly endPricingRule: { readonly pricingRule: PricingRuleFragment } | null;
};

export type RequestErasureMutationVariables = Exact<{
  input: RequestErasureInput;
}>;

export type RequestErasureMutation = { readonly requestErasure: boolean };

export type ExportMyDataMutationVariables = Exact<{ [key: string]: never }>;

export type ExportMyDataMutation = { readonly exportMyData: { readonly data: unknown } | null };

export type GiveConsentMutationVariables = Exact<{
  input: GiveConsentInput;
}>;

export type GiveConsentMutation = {
  readonly giveConsent: { readonly consent: ConsentFragment } | null;
};

export type WithdrawConsentMutationVariables = Exact<{
  input: WithdrawConsentInput;
}>;

export type WithdrawConsentMutation = {
  readonly withdrawConsent: { readonly consent: ConsentFragment } | null;
};

export type RequestGuestConsentMutationVariables = Exact<{
  input: RequestGuestConsentInput;
}>;

export type RequestGuestConsentMutation = {
  readonly requestGuestConsent: { readonly result: boolean } | null;
};

export type ConfirmGuestConsentMutationVariables = Exact<{
  token: string;
}>;

export type ConfirmGuestConsentMutation = {
  readonly confirmGuestConsent: { readonly result: boolean } | null;
};

export type CurrentConsentsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;

export type CurrentConsentsQuery = {
  readonly currentConsents: {
    readonly nodes: ReadonlyArray<ConsentFragment>;
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  } | null;
};

export type ConsentFragment = {
  readonly id: string;
  readonly organizationId: string | null;
  readonly purpose: ConsentPurpose;
  readonly isGiven: boolean;
  readonly wordingVersion: string;
  readonly source: string;
  readonly createdAt: string;
};

export type CustomerFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly userId: string | null;
  readonly email: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly phone: string | null;
  readonly address: unknown;
};

export type UpdateCustomerMutationVariables = Exact<{
  input: UpdateCustomerInput;
}>;

export type UpdateCustomerMutation = {
  readonly updateCustomer: { readonly customer: CustomerFragment } | null;
};

export type RecordCustomerConsentMutationVariables = Exact<{
  input: RecordCustomerConsentInput;
}>;

export type RecordCustomerConsentMutation = {
  readonly recordCustomerConsent: { readonly consent: ConsentFragment } | null;
};

export type ExportCustomerDataMutationVariables = Exact<{
  input: ExportCustomerDataInput;
}>;

export type ExportCustomerDataMutation = {
  readonly exportCustomerData: { readonly data: unknown } | null;
};

export type EraseCustomerMutationVariables = Exact<{
  input: EraseCustomerInput;
}>;

export type EraseCustomerMutation = {
  readonly eraseCustomer: { readonly privacyRequest: { readonly id: string } } | null;
};

export type PaymentTransactionFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly ledgerTransactionId: string;
  readonly accountingPeriod: string;
  readonly transactionType: PaymentTransactionType;
  readonly transactionCategory: string;
  readonly bookingId: string | null;
  readonly paymentIntentId: string | null;
  readonly refundId: string | null;
  readonly grossAmountCents: number;
  readonly feeAmountCents: number;
  readonly netAmountCents: number;
  readonly currency: string;
  readonly description: string;
  readonly reconciliationStatus: ReconciliationStatus;
  readonly reconciledAt: string | null;
  readonly processedAt: string;
};

export type PaymentTransactionsQueryVariables = Exact<{
  condition: PaymentTransactionCondition;
  first: number;
  after?: string | null | undefined;
}>;

export type PaymentTransactionsQuery = {
  readonly paymentTransactions: {
    readonly nodes: ReadonlyArray<PaymentTransactionFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type ReconciliationRunFragment = {
  readonly id: string;
  readonly status: string;
  readonly listedFrom: string;
  readonly listedThrough: string;
  readonly comparedBefore: string;
  readonly createdAt: string;
  readonly completedAt: string | null;
};

export type ReconciliationResultFragment = {
  readonly id: string;
  readonly runId: string;
  readonly organizationId: string | null;
  readonly currency: string;
  readonly stripeCount: number;
  readonly stripeGrossCents: number;
  readonly stripeFeeCents: number;
  readonly stripeNetCents: number;
  readonly bookCount: number;
  readonly bookNetCents: number;
  readonly differenceCents: number;
  readonly matchedCount: number;
  readonly findingCount: number;
};

export type PaymentFindingFragment = {
  readonly id: string;
  readonly organizationId: string | null;
  readonly bookingId: string | null;
  readonly paymentTransactionId: string | null;
  readonly kind: string;
  readonly subject: string;
  readonly detail: unknown;
  readonly accountingPeriod: string | null;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly goneAt: string | null;
  readonly resolvedAt: string | null;
  readonly resolutionNote: string | null;
};

export type ReconciliationRunsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;

export type ReconciliationRunsQuery = {
  readonly reconciliationRuns: {
    readonly nodes: ReadonlyArray<ReconciliationRunFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type ReconciliationResultsQueryVariables = Exact<{
  condition: ReconciliationResultCondition;
  first: number;
  after?: string | null | undefined;
}>;

export type ReconciliationResultsQuery = {
  readonly reconciliationResults: {
    readonly nodes: ReadonlyArray<ReconciliationResultFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type PaymentFindingsQueryVariables = Exact<{
  condition: PaymentFindingCondition;
  first: number;
  after?: string | null | undefined;
}>;

export type PaymentFindingsQuery = {
  readonly paymentFindings: {
    readonly nodes: ReadonlyArray<PaymentFindingFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type ResolvePaymentFindingMutationVariables = Exact<{
  input: ResolvePaymentFindingInput;
}>;

export type ResolvePaymentFindingMutation = {
  readonly resolvePaymentFinding: { readonly paymentFinding: PaymentFindingFragment } | null;
};

export type BookPartialCaptureMutationVariables = Exact<{
  input: BookPartialCaptureInput;
}>;

export type BookPartialCaptureMutation = {
  readonly bookPartialCapture: { readonly paymentFinding: PaymentFindingFragment } | null;
};

export type ReturnBookingMutationVariables = Exact<{
  input: ReturnBookingInput;
}>;

export type ReturnBookingMutation = {
  readonly returnBooking: { readonly booking: BookingFragment } | null;
};

export type CancellationTermFragment = {
  readonly daysBefore: number | null;
  readonly until: string | null;
  readonly percentage: string | null;
  readonly refundsServiceFees: boolean | null;
  readonly refundsProcessingFees: boolean | null;
};

export type CancellationQuoteFragment = {
  readonly bookingId: string | null;
  readonly percentage: string | null;
  readonly until: string | null;
  readonly policyVersion: number | null;
  readonly refundsServiceFees: boolean | null;
  readonly refundsProcessingFees: boolean | null;
  readonly ticketCount: number | null;
  readonly priceCents: number | null;
  readonly serviceFeeCents: number | null;
  readonly processingFeeCents: number | null;
  readonly taxCents: number | null;
  readonly refundCents: number | null;
  readonly keptCents: number | null;
  readonly currency: string | null;
};

export type CancellationPolicyFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly eventId: string | null;
  readonly version: number;
  readonly refundsServiceFees: boolean;
  readonly refundsProcessingFees: boolean;
  readonly createdAt: string;
};

export type RefundFragment = {
  readonly id: string;
  readonly bookingId: string;
  readonly paymentIntentId: string;
  readonly requestId: string | null;
  readonly reason: RefundReason;
  readonly amountCents: number;
  readonly currency: string;
  readonly status: RefundStatus;
  readonly attempt: number;
  readonly failureReason: string | null;
  readonly notBefore: string;
  readonly succeededAt: string | null;
  readonly failedAt: string | null;
  readonly createdAt: string;
};

export type RefundItemFragment = {
  readonly id: string;
  readonly requestId: string;
  readonly bookingItemId: string;
  readonly ticketId: string | null;
  readonly unitNo: number | null;
  readonly isReturn: boolean;
  readonly priceCents: number;
  readonly serviceFeeCents: number;
  readonly processingFeeCents: number;
  readonly taxCents: number;
  readonly totalCents: number;
  readonly commissionCents: number;
};

export type RefundRequestFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly bookingId: string;
  readonly kind: RefundKind;
  readonly status: RefundRequestStatus;
  readonly reason: RefundReason;
  readonly note: string | null;
  readonly isException: boolean;
  readonly amountCents: number;
  readonly currency: string;
  readonly requestedBy: string | null;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  readonly decisionNote: string | null;
  readonly createdAt: string;
};

export type CancellationTermsQueryVariables = Exact<{
  performanceId: string;
}>;

export type CancellationTermsQuery = {
  readonly cancellationTerms: { readonly nodes: ReadonlyArray<CancellationTermFragment> } | null;
};

export type QuoteCancellationQueryVariables = Exact<{
  bookingId: string;
  ticketIds?: ReadonlyArray<string> | string | null | undefined;
  addOnItemIds?: ReadonlyArray<string> | string | null | undefined;
  addOnQuantities?: ReadonlyArray<number> | number | null | undefined;
}>;

export type QuoteCancellationQuery = {
  readonly quoteCancellation: CancellationQuoteFragment | null;
};

export type RefundsQueryVariables = Exact<{
  bookingId: string;
  after?: string | null | undefined;
}>;

export type RefundsQuery = {
  readonly refunds: {
    readonly nodes: ReadonlyArray<RefundFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type RefundItemsQueryVariables = Exact<{
  bookingId: string;
  after?: string | null | undefined;
}>;

export type RefundItemsQuery = {
  readonly refundItems: {
    readonly nodes: ReadonlyArray<RefundItemFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type RefundRequestsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  condition?: RefundRequestCondition | null | undefined;
}>;

export type RefundRequestsQuery = {
  readonly refundRequests: {
    readonly nodes: ReadonlyArray<RefundRequestFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type FailedRefundsQueryVariables = Exact<{
  organizationId: string;
  first: number;
  after?: string | null | undefined;
}>;

export type FailedRefundsQuery = {
  readonly failedRefunds: {
    readonly nodes: ReadonlyArray<RefundFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type ReturnTicketsMutationVariables = Exact<{
  input: ReturnTicketsInput;
}>;

export type ReturnTicketsMutation = {
  readonly returnTickets: { readonly booking: BookingFragment } | null;
};

export type SetCancellationPolicyMutationVariables = Exact<{
  input: SetCancellationPolicyInput;
}>;

export type SetCancellationPolicyMutation = {
  readonly setCancellationPolicy: {
    readonly cancellationPolicy: CancellationPolicyFragment;
  } | null;
};

export type SetRefundApprovalMutationVariables = Exact<{
  input: SetRefundApprovalInput;
}>;

export type SetRefundApprovalMutation = {
  readonly setRefundApproval: {
    readonly organizationSetting: {
      readonly organizationId: string;
      readonly refundApprovalAboveCents: number | null;
    };
  } | null;
};

export type RefundBookingAmountMutationVariables = Exact<{
  input: RefundBookingAmountInput;
}>;

export type RefundBookingAmountMutation = {
  readonly refundBookingAmount: { readonly refundRequest: RefundRequestFragment } | null;
};

export type RefundTicketsMutationVariables = Exact<{
  input: RefundTicketsInput;
}>;

export type RefundTicketsMutation = {
  readonly refundTickets: { readonly refundRequest: RefundRequestFragment } | null;
};

export type RefundFeesMutationVariables = Exact<{
  input: RefundFeesInput;
}>;

export type RefundFeesMutation = {
  readonly refundFees: { readonly refundRequest: RefundRequestFragment } | null;
};

export type ApproveRefundMutationVariables = Exact<{
  input: ApproveRefundInput;
}>;

export type ApproveRefundMutation = {
  readonly approveRefund: { readonly refundRequest: RefundRequestFragment } | null;
};

export type DeclineRefundMutationVariables = Exact<{
  input: DeclineRefundInput;
}>;

export type DeclineRefundMutation = {
  readonly declineRefund: { readonly refundRequest: RefundRequestFragment } | null;
};

export type BookUnaskedRefundMutationVariables = Exact<{
  input: BookUnaskedRefundInput;
}>;

export type BookUnaskedRefundMutation = {
  readonly bookUnaskedRefund: { readonly refund: RefundFragment } | null;
};

export type RetryRefundMutationVariables = Exact<{
  input: RetryRefundInput;
}>;

export type RetryRefundMutation = {
  readonly retryRefund: { readonly refund: RefundFragment } | null;
};

export type FraudRuleFragment = {
  readonly id: string;
  readonly organizationId: string | null;
  readonly ruleName: string;
  readonly ruleType: FraudRuleType;
  readonly stage: FraudStage;
  readonly severity: FraudSeverity;
  readonly action: FraudAction;
  readonly triggerCount: number | null;
  readonly windowSeconds: number | null;
  readonly amountCents: number | null;
  readonly amountCurrency: string | null;
  readonly isEnabled: boolean;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falsePositiveRate: string | null;
};

export type FraudAlertFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly bookingId: string;
  readonly ruleId: string;
  readonly severity: FraudSeverity;
  readonly action: FraudAction;
  readonly riskScore: number;
  readonly status: FraudAlertStatus;
  readonly assignedTo: string | null;
  readonly resolution: FraudResolution | null;
  readonly resolvedBy: string | null;
  readonly resolvedAt: string | null;
  readonly createdAt: string;
};

export type FraudAlertsQueryVariables = Exact<{
  condition: FraudAlertCondition;
  first: number;
  after?: string | null | undefined;
}>;

export type FraudAlertsQuery = {
  readonly fraudAlerts: {
    readonly nodes: ReadonlyArray<FraudAlertFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type TryFraudRuleQueryVariables = Exact<{
  organizationId: string;
  since: string;
  until: string;
  ruleId?: string | null | undefined;
  ruleType?: FraudRuleType | null | undefined;
  stage?: FraudStage | null | undefined;
  triggerCount?: number | null | undefined;
  windowSeconds?: number | null | undefined;
  amountCents?: string | null | undefined;
  amountCurrency?: string | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;

export type TryFraudRuleQuery = {
  readonly tryFraudRule: {
    readonly nodes: ReadonlyArray<{
      readonly bookingId: string | null;
      readonly bookingReference: string | null;
      readonly bookingStatus: BookingStatus | null;
      readonly caughtAt: string | null;
    }>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type CreateFraudRuleMutationVariables = Exact<{
  input: CreateFraudRuleInput;
}>;

export type CreateFraudRuleMutation = {
  readonly createFraudRule: { readonly fraudDetectionRule: FraudRuleFragment } | null;
};

export type SetFraudRuleEnabledMutationVariables = Exact<{
  input: SetFraudRuleEnabledInput;
}>;

export type SetFraudRuleEnabledMutation = {
  readonly setFraudRuleEnabled: { readonly fraudDetectionRule: FraudRuleFragment } | null;
};

export type ResolveFraudAlertMutationVariables = Exact<{
  input: ResolveFraudAlertInput;
}>;

export type ResolveFraudAlertMutation = {
  readonly resolveFraudAlert: { readonly fraudAlert: FraudAlertFragment } | null;
};

export type ApproveFraudReviewMutationVariables = Exact<{
  input: ApproveFraudReviewInput;
}>;

export type ApproveFraudReviewMutation = {
  readonly approveFraudReview: { readonly booking: BookingFragment } | null;
};

export type RejectFraudReviewMutationVariables = Exact<{
  input: RejectFraudReviewInput;
}>;

export type RejectFraudReviewMutation = {
  readonly rejectFraudReview: { readonly booking: BookingFragment } | null;
};

export type AddFraudAlertNoteMutationVariables = Exact<{
  input: AddFraudAlertNoteInput;
}>;

export type AddFraudAlertNoteMutation = {
  readonly addFraudAlertNote: { readonly fraudAlertNote: { readonly id: string } } | null;
};

export type AssignFraudAlertMutationVariables = Exact<{
  input: AssignFraudAlertInput;
}>;

export type AssignFraudAlertMutation = {
  readonly assignFraudAlert: { readonly fraudAlert: FraudAlertFragment } | null;
};

export type EventCommissionQueryVariables = Exact<{
  eventId: string;
}>;

export type EventCommissionQuery = { readonly eventCommission: string | null };

export type SaveTaxJurisdictionMutationVariables = Exact<{
  input: SaveTaxJurisdictionInput;
}>;

export type SaveTaxJurisdictionMutation = {
  readonly saveTaxJurisdiction: {
    readonly taxJurisdiction: {
      readonly id: string;
      readonly name: string;
      readonly pricesIncludeTax: boolean;
    };
  } | null;
};

export type SetTaxRateMutationVariables = Exact<{
  input: SetTaxRateInput;
}>;

export type SetTaxRateMutation = {
  readonly setTaxRate: {
    readonly taxRate: { readonly id: string; readonly name: string; readonly percentage: string };
  } | null;
};

export type SetEventTaxJurisdictionMutationVariables = Exact<{
  input: SetEventTaxJurisdictionInput;
}>;

export type SetEventTaxJurisdictionMutation = {
  readonly setEventTaxJurisdiction: { readonly event: EventFragment } | null;
};

export type SetVenueTaxJurisdictionMutationVariables = Exact<{
  input: SetVenueTaxJurisdictionInput;
}>;

export type SetVenueTaxJurisdictionMutation = {
  readonly setVenueTaxJurisdiction: { readonly venue: VenueFragment } | null;
};

export type SetAbsorbedFeesMutationVariables = Exact<{
  input: SetAbsorbedFeesInput;
}>;

export type SetAbsorbedFeesMutation = {
  readonly setAbsorbedFees: { readonly event: EventFragment } | null;
};

export type TicketFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly performanceId: string;
  readonly bookingId: string;
  readonly ticketCategoryId: string;
  readonly ticketNumber: string;
  readonly status: TicketStatus;
  readonly section: string | null;
  readonly rowName: string | null;
  readonly seatNumber: string | null;
  readonly seatNo: number | null;
  readonly faceValueCents: number;
  readonly discountCents: number;
  readonly feesPaidCents: number;
  readonly taxPaidCents: number;
  readonly totalPaidCents: number;
  readonly currency: string;
  readonly issuedAt: string;
  readonly usedAt: string | null;
  readonly entryCount: number;
  readonly isInside: boolean;
  readonly isDisputed: boolean;
  readonly transferId: string | null;
  readonly deliveryMethod: TicketDeliveryMethod;
  readonly deliveryStatus: TicketDeliveryStatus;
  readonly deliveryTracking: string | null;
  readonly credential: string | null;
};

export type TicketsQueryVariables = Exact<{
  bookingId: string;
  after?: string | null | undefined;
}>;

export type TicketsQuery = {
  readonly booking: {
    readonly tickets: {
      readonly nodes: ReadonlyArray<TicketFragment>;
      readonly pageInfo: NextFragment;
    };
  } | null;
};

export type TicketTransferFragment = {
  readonly id: string;
  readonly ticketId: string;
  readonly status: TicketTransferStatus;
  readonly toEmail: string;
  readonly offeredAt: string;
  readonly expiresAt: string;
  readonly endedAt: string | null;
};

export type TicketOfferFragment = {
  readonly eventTitle: string;
  readonly startsAt: string | null;
  readonly venueName: string | null;
  readonly section: string | null;
  readonly rowName: string | null;
  readonly seatNumber: string | null;
  readonly expiresAt: string;
};

export type HeldTicketsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;

export type HeldTicketsQuery = {
  readonly heldTickets: {
    readonly nodes: ReadonlyArray<TicketFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type TicketQrSvgQueryVariables = Exact<{
  id: string;
}>;

export type TicketQrSvgQuery = { readonly ticket: { readonly qrSvg: string | null } | null };

export type TicketQrPngQueryVariables = Exact<{
  id: string;
}>;

export type TicketQrPngQuery = { readonly ticket: { readonly qrPng: string | null } | null };

export type TicketTransfersQueryVariables = Exact<{
  ticketId: string;
  after?: string | null | undefined;
}>;

export type TicketTransfersQuery = {
  readonly ticketTransfers: {
    readonly nodes: ReadonlyArray<TicketTransferFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type TicketOfferQueryVariables = Exact<{
  token: string;
}>;

export type TicketOfferQuery = { readonly ticketOffer: TicketOfferFragment | null };

export type ReissueTicketMutationVariables = Exact<{
  input: ReissueTicketInput;
}>;

export type ReissueTicketMutation = {
  readonly reissueTicket: { readonly ticket: TicketFragment } | null;
};

export type OfferTicketMutationVariables = Exact<{
  input: OfferTicketInput;
}>;

export type OfferTicketMutation = {
  readonly offerTicket: { readonly ticketTransfer: TicketTransferFragment } | null;
};

export type WithdrawTicketOfferMutationVariables = Exact<{
  ticketId: string;
}>;

export type WithdrawTicketOfferMutation = {
  readonly withdrawTicketOffer: { readonly ticket: { readonly id: string } } | null;
};

export type AcceptTicketMutationVariables = Exact<{
  input: AcceptTicketInput;
}>;

export type AcceptTicketMutation = {
  readonly acceptTicket: { readonly ticket: TicketFragment } | null;
};

export type DeclineTicketMutationVariables = Exact<{
  token: string;
}>;

export type DeclineTicketMutation = {
  readonly declineTicket: { readonly declined: boolean } | null;
};

export type RecordTicketDeliveryMutationVariables = Exact<{
  input: RecordTicketDeliveryInput;
}>;

export type RecordTicketDeliveryMutation = {
  readonly recordTicketDelivery: { readonly ticket: TicketFragment } | null;
};

export type VenueFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly slug: string;
  readonly timezone: string;
  readonly address: unknown;
  readonly description: string | null;
};

export type VenueLayoutFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly venueId: string;
  readonly version: number;
  readonly name: string;
  readonly sha256: string;
  readonly seatCount: number;
  readonly standingCapacity: number;
};

export type LayoutTextQueryVariables = Exact<{
  id: string;
}>;

export type LayoutTextQuery = { readonly venueLayout: { readonly document: string } | null };

export type CreateVenueMutationVariables = Exact<{
  input: CreateVenueInput;
}>;

export type CreateVenueMutation = {
  readonly createVenue: { readonly venue: VenueFragment } | null;
};

export type ImportVenueLayoutMutationVariables = Exact<{
  input: ImportVenueLayoutInput;
}>;

export type ImportVenueLayoutMutation = {
  readonly importVenueLayout: { readonly venueLayout: VenueLayoutFragment } | null;
};

export type VenueDetailsFragment = {
  readonly status: VenueStatus;
  readonly venueType: VenueType;
  readonly tier: VenueTier | null;
  readonly city: string | null;
  readonly country: string | null;
  readonly latitude: string | null;
  readonly longitude: string | null;
  readonly language: string | null;
  readonly contactPhone: string | null;
  readonly contactEmail: string | null;
  readonly contactWebsite: string | null;
  readonly amenities: ReadonlyArray<string | null>;
  readonly accessibilityFeatures: ReadonlyArray<string | null>;
  readonly openingHours: unknown;
  readonly images: ReadonlyArray<string | null>;
  readonly videos: ReadonlyArray<string | null>;
  readonly socialMedia: unknown;
} & VenueFragment;

export type VenueComplianceFragment = {
  readonly venueId: string;
  readonly licenseNumber: string | null;
  readonly licenseValidUntil: string | null;
  readonly safetyCertificate: string | null;
  readonly safetyCertificateValidUntil: string | null;
  readonly insuranceValidUntil: string | null;
  readonly licensedCapacity: number | null;
};

export type LayoutFetchFragment = {
  readonly id: string;
  readonly venueId: string;
  readonly url: string;
  readonly expectedSha256: string;
  readonly status: LayoutFetchStatus;
  readonly attemptCount: number;
  readonly layoutId: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
};

export type LayoutMoveFragment = {
  readonly performanceId: string | null;
  readonly layoutId: string | null;
  readonly isMoved: boolean | null;
  readonly takenSeats: number | null;
  readonly addedSeats: number | null;
  readonly removedSeats: number | null;
  readonly lostSeats: ReadonlyArray<{
    readonly seatId: string | null;
    readonly section: string | null;
    readonly rowName: string | null;
    readonly seatNumber: string | null;
    readonly status: SeatStatus | null;
    readonly bookingId: string | null;
    readonly reason: string | null;
  } | null> | null;
};

export type VenueQueryVariables = Exact<{
  id: string;
}>;

export type VenueQuery = { readonly venue: VenueDetailsFragment | null };

export type SearchVenuesQueryVariables = Exact<{
  query?: string | null | undefined;
  city?: string | null | undefined;
  country?: string | null | undefined;
  venueType?: VenueType | null | undefined;
  amenities?: ReadonlyArray<string | null | undefined> | string | null | undefined;
  accessibilityFeatures?: ReadonlyArray<string | null | undefined> | string | null | undefined;
  nearLatitude?: string | null | undefined;
  nearLongitude?: string | null | undefined;
  withinKm?: string | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;

export type SearchVenuesQuery = {
  readonly searchVenues: {
    readonly nodes: ReadonlyArray<VenueDetailsFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type LayoutFetchQueryVariables = Exact<{
  id: string;
}>;

export type LayoutFetchQuery = { readonly layoutFetch: LayoutFetchFragment | null };

export type ValidateLayoutsQueryVariables = Exact<{
  venueId: string;
  after?: string | null | undefined;
}>;

export type ValidateLayoutsQuery = {
  readonly validateMongoLayoutIntegration: {
    readonly nodes: ReadonlyArray<{
      readonly layoutId: string | null;
      readonly version: number | null;
      readonly what: string | null;
      readonly place: string | null;
      readonly expected: string | null;
      readonly found: string | null;
    }>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type UpdateVenueMutationVariables = Exact<{
  input: UpdateVenueInput;
}>;

export type UpdateVenueMutation = {
  readonly updateVenue: { readonly venue: VenueDetailsFragment } | null;
};

export type SetVenueStatusMutationVariables = Exact<{
  input: SetVenueStatusInput;
}>;

export type SetVenueStatusMutation = {
  readonly setVenueStatus: { readonly venue: VenueDetailsFragment } | null;
};

export type UpdateVenueComplianceMutationVariables = Exact<{
  input: UpdateVenueComplianceInput;
}>;

export type UpdateVenueComplianceMutation = {
  readonly updateVenueCompliance: { readonly venueCompliance: VenueComplianceFragment } | null;
};

export type RequestLayoutFetchMutationVariables = Exact<{
  input: RequestLayoutFetchInput;
}>;

export type RequestLayoutFetchMutation = {
  readonly requestLayoutFetch: { readonly layoutFetch: LayoutFetchFragment } | null;
};

export type MovePerformanceToLayoutMutationVariables = Exact<{
  input: MovePerformanceToLayoutInput;
}>;

export type MovePerformanceToLayoutMutation = {
  readonly movePerformanceToLayout: { readonly layoutMove: LayoutMoveFragment } | null;
};

export type MoveEventToLayoutMutationVariables = Exact<{
  input: MoveEventToLayoutInput;
}>;

export type MoveEventToLayoutMutation = {
  readonly moveEventToLayout: { readonly layoutMoves: ReadonlyArray<LayoutMoveFragment> } | null;
};

export type WaitingListEntryFragment = {
  readonly id: string;
  readonly performanceId: string;
  readonly ticketCategoryId: string | null;
  readonly customerId: string;
  readonly bookingId: string | null;
  readonly quantity: number;
  readonly isAccessible: boolean;
  readonly status: WaitingListStatus;
  readonly place: number | null;
  readonly gathered: number;
  readonly offeredAt: string | null;
  readonly endedAt: string | null;
  readonly createdAt: string;
};

export type JoinWaitingListMutationVariables = Exact<{
  input: JoinWaitingListInput;
}>;

export type JoinWaitingListMutation = {
  readonly joinWaitingList: { readonly waitingListEntry: WaitingListEntryFragment } | null;
};

export type RequestWaitingListPlaceMutationVariables = Exact<{
  input: RequestWaitingListPlaceInput;
}>;

export type RequestWaitingListPlaceMutation = {
  readonly requestWaitingListPlace: { readonly result: boolean } | null;
};

export type ConfirmWaitingListPlaceMutationVariables = Exact<{
  token: string;
}>;

export type ConfirmWaitingListPlaceMutation = {
  readonly confirmWaitingListPlace: { readonly waitingListEntry: WaitingListEntryFragment } | null;
};

export type LeaveWaitingListMutationVariables = Exact<{
  input: LeaveWaitingListInput;
}>;

export type LeaveWaitingListMutation = {
  readonly leaveWaitingList: { readonly waitingListEntry: WaitingListEntryFragment } | null;
};

export type RemoveWaitingListEntryMutationVariables = Exact<{
  entryId: string;
}>;

export type RemoveWaitingListEntryMutation = {
  readonly removeWaitingListEntry: { readonly waitingListEntry: WaitingListEntryFragment } | null;
};

export type WaitingListEntryByTokenQueryVariables = Exact<{
  token: string;
}>;

export type WaitingListEntryByTokenQuery = {
  readonly waitingListEntryByToken: WaitingListEntryFragment | null;
};

export type MyWaitingListEntriesQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;

export type MyWaitingListEntriesQuery = {
  readonly currentUser: {
    readonly waitingListEntries: {
      readonly nodes: ReadonlyArray<WaitingListEntryFragment>;
      readonly pageInfo: NextFragment;
    };
  } | null;
};

export type WaitingListEntriesQueryVariables = Exact<{
  performanceId: string;
  first: number;
  after?: string | null | undefined;
}>;

export type WaitingListEntriesQuery = {
  readonly waitingListEntries: {
    readonly nodes: ReadonlyArray<WaitingListEntryFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type NextFragment = { readonly endCursor: string | null; readonly hasNextPage: boolean };

/** The operation CurrentUser. */
export const CurrentUserDocument: TypedDocument<CurrentUserQuery, CurrentUserQueryVariables> = {
  name: "CurrentUser",
  text: `query CurrentUser {
  currentUser {
    ...User
  }
}
fragment User on User {
  id
  email
  firstName
  lastName
  phone
  address
  avatarUrl
  language
  dateOfBirth
  emailVerifiedAt
  createdAt
}`,
};
/** The operation SignUp. */
export const SignUpDocument: TypedDocument<SignUpMutation, SignUpMutationVariables> = {
  name: "SignUp",
  text: `mutation SignUp($input: SignUpInput!) {
  signUp(input: $input)
}`,
};
/** The operation CompleteSignUp. */
export const CompleteSignUpDocument: TypedDocument<
  CompleteSignUpMutation,
  CompleteSignUpMutationVariables
> = {
  name: "CompleteSignUp",
  text: `mutation CompleteSignUp($input: CompleteSignUpInput!) {
  completeSignUp(input: $input) {
    token
    expiresAt
    user {
      ...User
    }
  }
}
fragment User on User {
  id
  email
  firstName
  lastName
  phone
  address
  avatarUrl
  language
  dateOfBirth
  emailVerifiedAt
  createdAt
}`,
};
/** The operation SignIn. */
export const SignInDocument: TypedDocument<SignInMutation, SignInMutationVariables> = {
  name: "SignIn",
  text: `mutation SignIn($input: SignInInput!) {
  signIn(input: $input) {
    token
    expiresAt
    deviceToken
    user {
      ...User
    }
  }
}
fragment User on User {
  id
  email
  firstName
  lastName
  phone
  address
  avatarUrl
  language
  dateOfBirth
  emailVerifiedAt
  createdAt
}`,
};
/** The operation SignOut. */
export const SignOutDocument: TypedDocument<SignOutMutation, SignOutMutationVariables> = {
  name: "SignOut",
  text: `mutation SignOut {
  signOut(input: {}) {
    signedOut
  }
}`,
};
/** The operation SignOutEverywhere. */
export const SignOutEverywhereDocument: TypedDocument<
  SignOutEverywhereMutation,
  SignOutEverywhereMutationVariables
> = {
  name: "SignOutEverywhere",
  text: `mutation SignOutEverywhere {
  signOutEverywhere(input: {}) {
    sessionsEnded
  }
}`,
};
/** The operation Sessions. */
export const SessionsDocument: TypedDocument<SessionsQuery, SessionsQueryVariables> = {
  name: "Sessions",
  text: `query Sessions($after: Cursor) {
  currentUser {
    sessions(first: 100, after: $after) {
      nodes {
        id
        device
        ipAddress
        userAgent
        place
        network
        country
        city
        isCurrent
        impersonatorId
        createdAt
        lastSeenAt
        expiresAt
        revokedAt
        logoutReason
      }
      pageInfo {
        ...Next
      }
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation RevokeSession. */
export const RevokeSessionDocument: TypedDocument<
  RevokeSessionMutation,
  RevokeSessionMutationVariables
> = {
  name: "RevokeSession",
  text: `mutation RevokeSession($sessionId: UUID!) {
  revokeSession(input: {sessionId: $sessionId}) {
    userSession {
      id
    }
  }
}`,
};
/** The operation RefreshSession. */
export const RefreshSessionDocument: TypedDocument<
  RefreshSessionMutation,
  RefreshSessionMutationVariables
> = {
  name: "RefreshSession",
  text: `mutation RefreshSession {
  refreshSession {
    token
    expiresAt
    user {
      ...User
    }
  }
}
fragment User on User {
  id
  email
  firstName
  lastName
  phone
  address
  avatarUrl
  language
  dateOfBirth
  emailVerifiedAt
  createdAt
}`,
};
/** The operation VerifyEmail. */
export const VerifyEmailDocument: TypedDocument<VerifyEmailMutation, VerifyEmailMutationVariables> =
  {
    name: "VerifyEmail",
    text: `mutation VerifyEmail($token: String!) {
  verifyEmail(input: {token: $token}) {
    verified
  }
}`,
  };
/** The operation RequestEmailVerification. */
export const RequestEmailVerificationDocument: TypedDocument<
  RequestEmailVerificationMutation,
  RequestEmailVerificationMutationVariables
> = {
  name: "RequestEmailVerification",
  text: `mutation RequestEmailVerification {
  requestEmailVerification
}`,
};
/** The operation RequestPasswordReset. */
export const RequestPasswordResetDocument: TypedDocument<
  RequestPasswordResetMutation,
  RequestPasswordResetMutationVariables
> = {
  name: "RequestPasswordReset",
  text: `mutation RequestPasswordReset($input: RequestPasswordResetInput!) {
  requestPasswordReset(input: $input)
}`,
};
/** The operation ResetPassword. */
export const ResetPasswordDocument: TypedDocument<
  ResetPasswordMutation,
  ResetPasswordMutationVariables
> = {
  name: "ResetPassword",
  text: `mutation ResetPassword($input: ResetPasswordInput!) {
  resetPassword(input: $input)
}`,
};
/** The operation ChangePassword. */
export const ChangePasswordDocument: TypedDocument<
  ChangePasswordMutation,
  ChangePasswordMutationVariables
> = {
  name: "ChangePassword",
  text: `mutation ChangePassword($input: ChangePasswordInput!) {
  changePassword(input: $input)
}`,
};
/** The operation RequestEmailChange. */
export const RequestEmailChangeDocument: TypedDocument<
  RequestEmailChangeMutation,
  RequestEmailChangeMutationVariables
> = {
  name: "RequestEmailChange",
  text: `mutation RequestEmailChange($input: RequestEmailChangeInput!) {
  requestEmailChange(input: $input)
}`,
};
/** The operation ConfirmEmailChange. */
export const ConfirmEmailChangeDocument: TypedDocument<
  ConfirmEmailChangeMutation,
  ConfirmEmailChangeMutationVariables
> = {
  name: "ConfirmEmailChange",
  text: `mutation ConfirmEmailChange($token: String!) {
  confirmEmailChange(input: {token: $token}) {
    changed
  }
}`,
};
/** The operation CloseAccount. */
export const CloseAccountDocument: TypedDocument<
  CloseAccountMutation,
  CloseAccountMutationVariables
> = {
  name: "CloseAccount",
  text: `mutation CloseAccount($input: CloseAccountInput!) {
  closeAccount(input: $input)
}`,
};
/** The operation EnrollTwoFactor. */
export const EnrollTwoFactorDocument: TypedDocument<
  EnrollTwoFactorMutation,
  EnrollTwoFactorMutationVariables
> = {
  name: "EnrollTwoFactor",
  text: `mutation EnrollTwoFactor($input: EnrollTwoFactorInput!) {
  enrollTwoFactor(input: $input) {
    uri
    secret
  }
}`,
};
/** The operation ConfirmTwoFactor. */
export const ConfirmTwoFactorDocument: TypedDocument<
  ConfirmTwoFactorMutation,
  ConfirmTwoFactorMutationVariables
> = {
  name: "ConfirmTwoFactor",
  text: `mutation ConfirmTwoFactor($input: ConfirmTwoFactorInput!) {
  confirmTwoFactor(input: $input)
}`,
};
/** The operation RemoveTwoFactor. */
export const RemoveTwoFactorDocument: TypedDocument<
  RemoveTwoFactorMutation,
  RemoveTwoFactorMutationVariables
> = {
  name: "RemoveTwoFactor",
  text: `mutation RemoveTwoFactor($input: RemoveTwoFactorInput!) {
  removeTwoFactor(input: $input)
}`,
};
/** The operation UpdateProfile. */
export const UpdateProfileDocument: TypedDocument<
  UpdateProfileMutation,
  UpdateProfileMutationVariables
> = {
  name: "UpdateProfile",
  text: `mutation UpdateProfile($input: UpdateProfileInput!) {
  updateProfile(input: $input) {
    user {
      ...User
    }
  }
}
fragment User on User {
  id
  email
  firstName
  lastName
  phone
  address
  avatarUrl
  language
  dateOfBirth
  emailVerifiedAt
  createdAt
}`,
};
/** The operation TrustedDevices. */
export const TrustedDevicesDocument: TypedDocument<
  TrustedDevicesQuery,
  TrustedDevicesQueryVariables
> = {
  name: "TrustedDevices",
  text: `query TrustedDevices($after: Cursor) {
  currentUser {
    trustedDevices(first: 100, after: $after) {
      nodes {
        id
        device
        ipAddress
        userAgent
        createdAt
        lastUsedAt
        expiresAt
        revokedAt
      }
      pageInfo {
        ...Next
      }
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation RevokeTrustedDevice. */
export const RevokeTrustedDeviceDocument: TypedDocument<
  RevokeTrustedDeviceMutation,
  RevokeTrustedDeviceMutationVariables
> = {
  name: "RevokeTrustedDevice",
  text: `mutation RevokeTrustedDevice($deviceId: UUID!) {
  revokeTrustedDevice(input: {deviceId: $deviceId}) {
    trustedDevice {
      id
    }
  }
}`,
};
/** The operation ClaimCart. */
export const ClaimCartDocument: TypedDocument<ClaimCartMutation, ClaimCartMutationVariables> = {
  name: "ClaimCart",
  text: `mutation ClaimCart {
  claimCart(input: {}) {
    result
  }
}`,
};
/** The operation AddOns. */
export const AddOnsDocument: TypedDocument<AddOnsQuery, AddOnsQueryVariables> = {
  name: "AddOns",
  text: `query AddOns($eventId: UUID!) {
  event(id: $eventId) {
    currency
    addOns(first: 100) {
      nodes {
        ...AddOn
      }
    }
    organization {
      addOns(first: 100, condition: {eventId: null}) {
        nodes {
          ...AddOn
        }
      }
    }
  }
}
fragment AddOn on AddOn {
  id
  organizationId
  eventId
  name
  description
  currency
  priceCents
  maxPerBooking
  salesStart
  salesEnd
  requiresTicket
  delivery
  returnsToStock
  isLimited
  isActive
  sortOrder
}`,
};
/** The operation AddOnsLeft. */
export const AddOnsLeftDocument: TypedDocument<AddOnsLeftQuery, AddOnsLeftQueryVariables> = {
  name: "AddOnsLeft",
  text: `query AddOnsLeft($addOnId: UUID!) {
  addOnsLeft(addOnId: $addOnId)
}`,
};
/** The operation AddOnStock. */
export const AddOnStockDocument: TypedDocument<AddOnStockQuery, AddOnStockQueryVariables> = {
  name: "AddOnStock",
  text: `query AddOnStock($addOnId: UUID!) {
  addOnStock(addOnId: $addOnId) {
    total
    held
    sold
    available
  }
}`,
};
/** The operation AddOnOrders. */
export const AddOnOrdersDocument: TypedDocument<AddOnOrdersQuery, AddOnOrdersQueryVariables> = {
  name: "AddOnOrders",
  text: `query AddOnOrders($performanceId: UUID!, $addOnId: UUID, $delivered: Boolean, $first: Int!, $after: Cursor) {
  addOnOrders(
    performanceId: $performanceId
    addOnId: $addOnId
    delivered: $delivered
    first: $first
    after: $after
  ) {
    nodes {
      ...AddOnOrder
    }
    pageInfo {
      ...Next
    }
  }
}
fragment AddOnOrder on AddOnOrder {
  bookingItemId
  bookingId
  bookingReference
  customerName
  addOnId
  name
  delivery
  address
  quantity
  deliveredAt
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation CreateAddOn. */
export const CreateAddOnDocument: TypedDocument<CreateAddOnMutation, CreateAddOnMutationVariables> =
  {
    name: "CreateAddOn",
    text: `mutation CreateAddOn($input: CreateAddOnInput!) {
  createAddOn(input: $input) {
    addOn {
      ...AddOn
    }
  }
}
fragment AddOn on AddOn {
  id
  organizationId
  eventId
  name
  description
  currency
  priceCents
  maxPerBooking
  salesStart
  salesEnd
  requiresTicket
  delivery
  returnsToStock
  isLimited
  isActive
  sortOrder
}`,
  };
/** The operation UpdateAddOn. */
export const UpdateAddOnDocument: TypedDocument<UpdateAddOnMutation, UpdateAddOnMutationVariables> =
  {
    name: "UpdateAddOn",
    text: `mutation UpdateAddOn($input: UpdateAddOnInput!) {
  updateAddOn(input: $input) {
    addOn {
      ...AddOn
    }
  }
}
fragment AddOn on AddOn {
  id
  organizationId
  eventId
  name
  description
  currency
  priceCents
  maxPerBooking
  salesStart
  salesEnd
  requiresTicket
  delivery
  returnsToStock
  isLimited
  isActive
  sortOrder
}`,
  };
/** The operation SetAddOnStock. */
export const SetAddOnStockDocument: TypedDocument<
  SetAddOnStockMutation,
  SetAddOnStockMutationVariables
> = {
  name: "SetAddOnStock",
  text: `mutation SetAddOnStock($input: SetAddOnStockInput!) {
  setAddOnStock(input: $input) {
    addOnCount {
      total
      held
      sold
      available
    }
  }
}`,
};
/** The operation AddAddOn. */
export const AddAddOnDocument: TypedDocument<AddAddOnMutation, AddAddOnMutationVariables> = {
  name: "AddAddOn",
  text: `mutation AddAddOn($input: AddAddOnInput!) {
  addAddOn(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation SetDeliveryAddress. */
export const SetDeliveryAddressDocument: TypedDocument<
  SetDeliveryAddressMutation,
  SetDeliveryAddressMutationVariables
> = {
  name: "SetDeliveryAddress",
  text: `mutation SetDeliveryAddress($input: SetDeliveryAddressInput!) {
  setDeliveryAddress(input: $input) {
    deliveryAddress {
      address
    }
  }
}`,
};
/** The operation MarkAddOnDelivered. */
export const MarkAddOnDeliveredDocument: TypedDocument<
  MarkAddOnDeliveredMutation,
  MarkAddOnDeliveredMutationVariables
> = {
  name: "MarkAddOnDelivered",
  text: `mutation MarkAddOnDelivered($input: MarkAddOnDeliveredInput!) {
  markAddOnDelivered(input: $input) {
    addOnDelivery {
      bookingItemId
      deliveredAt
    }
  }
}`,
};
/** The operation SetAddOnDownload. */
export const SetAddOnDownloadDocument: TypedDocument<
  SetAddOnDownloadMutation,
  SetAddOnDownloadMutationVariables
> = {
  name: "SetAddOnDownload",
  text: `mutation SetAddOnDownload($input: SetAddOnDownloadInput!) {
  setAddOnDownload(input: $input) {
    addOn {
      ...AddOn
    }
  }
}
fragment AddOn on AddOn {
  id
  organizationId
  eventId
  name
  description
  currency
  priceCents
  maxPerBooking
  salesStart
  salesEnd
  requiresTicket
  delivery
  returnsToStock
  isLimited
  isActive
  sortOrder
}`,
};
/** The operation AddAddOnCodes. */
export const AddAddOnCodesDocument: TypedDocument<
  AddAddOnCodesMutation,
  AddAddOnCodesMutationVariables
> = {
  name: "AddAddOnCodes",
  text: `mutation AddAddOnCodes($input: AddAddOnCodesInput!) {
  addAddOnCodes(input: $input) {
    addOnCount {
      total
      held
      sold
      available
    }
  }
}`,
};
/** The operation OpenAddOn. */
export const OpenAddOnDocument: TypedDocument<OpenAddOnMutation, OpenAddOnMutationVariables> = {
  name: "OpenAddOn",
  text: `mutation OpenAddOn($input: OpenAddOnInput!) {
  openAddOn(input: $input) {
    openedAddOn {
      ...OpenedAddOn
    }
  }
}
fragment OpenedAddOn on OpenedAddOn {
  bookingItemId
  addOnId
  name
  downloadUrl
  codes
  openedAt
}`,
};
/** The operation AttendeeQuestions. */
export const AttendeeQuestionsDocument: TypedDocument<
  AttendeeQuestionsQuery,
  AttendeeQuestionsQueryVariables
> = {
  name: "AttendeeQuestions",
  text: `query AttendeeQuestions($eventId: UUID!) {
  attendeeQuestions(first: 100, condition: {eventId: $eventId}) {
    nodes {
      ...AttendeeQuestion
    }
  }
}
fragment AttendeeQuestion on AttendeeQuestion {
  id
  eventId
  ticketCategoryId
  question
  kind
  choices
  isRequired
  sortOrder
  retiredAt
}`,
};
/** The operation AttendeeList. */
export const AttendeeListDocument: TypedDocument<AttendeeListQuery, AttendeeListQueryVariables> = {
  name: "AttendeeList",
  text: `query AttendeeList($performanceId: UUID!, $first: Int!, $after: Cursor) {
  attendeeList(performanceId: $performanceId, first: $first, after: $after) {
    nodes {
      ...AttendeeEntry
    }
    pageInfo {
      ...Next
    }
  }
}
fragment AttendeeEntry on AttendeeEntry {
  ticketId
  ticketNumber
  category
  seat
  firstName
  lastName
  email
  phone
  answers
  unanswered
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation SaveAttendeeQuestion. */
export const SaveAttendeeQuestionDocument: TypedDocument<
  SaveAttendeeQuestionMutation,
  SaveAttendeeQuestionMutationVariables
> = {
  name: "SaveAttendeeQuestion",
  text: `mutation SaveAttendeeQuestion($input: SaveAttendeeQuestionInput!) {
  saveAttendeeQuestion(input: $input) {
    attendeeQuestion {
      ...AttendeeQuestion
    }
  }
}
fragment AttendeeQuestion on AttendeeQuestion {
  id
  eventId
  ticketCategoryId
  question
  kind
  choices
  isRequired
  sortOrder
  retiredAt
}`,
};
/** The operation RetireAttendeeQuestion. */
export const RetireAttendeeQuestionDocument: TypedDocument<
  RetireAttendeeQuestionMutation,
  RetireAttendeeQuestionMutationVariables
> = {
  name: "RetireAttendeeQuestion",
  text: `mutation RetireAttendeeQuestion($input: RetireAttendeeQuestionInput!) {
  retireAttendeeQuestion(input: $input) {
    attendeeQuestion {
      ...AttendeeQuestion
    }
  }
}
fragment AttendeeQuestion on AttendeeQuestion {
  id
  eventId
  ticketCategoryId
  question
  kind
  choices
  isRequired
  sortOrder
  retiredAt
}`,
};
/** The operation TicketAttendee. */
export const TicketAttendeeDocument: TypedDocument<
  TicketAttendeeQuery,
  TicketAttendeeQueryVariables
> = {
  name: "TicketAttendee",
  text: `query TicketAttendee($id: UUID!) {
  ticket(id: $id) {
    attendee {
      ...TicketAttendee
    }
  }
}
fragment TicketAttendee on TicketAttendee {
  ticketId
  firstName
  lastName
  email
  phone
  answers
}`,
};
/** The operation SetTicketAttendee. */
export const SetTicketAttendeeDocument: TypedDocument<
  SetTicketAttendeeMutation,
  SetTicketAttendeeMutationVariables
> = {
  name: "SetTicketAttendee",
  text: `mutation SetTicketAttendee($input: SetTicketAttendeeInput!) {
  setTicketAttendee(input: $input) {
    ticketAttendee {
      ...TicketAttendee
    }
  }
}
fragment TicketAttendee on TicketAttendee {
  ticketId
  firstName
  lastName
  email
  phone
  answers
}`,
};
/** The operation Booking. */
export const BookingDocument: TypedDocument<BookingQuery, BookingQueryVariables> = {
  name: "Booking",
  text: `query Booking($id: UUID!) {
  booking(id: $id) {
    ...Booking
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation BookingChanged. */
export const BookingChangedDocument: TypedDocument<
  BookingChangedSubscription,
  BookingChangedSubscriptionVariables
> = {
  name: "BookingChanged",
  text: `subscription BookingChanged($bookingId: UUID!) {
  bookingChanged(bookingId: $bookingId) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation BookingItems. */
export const BookingItemsDocument: TypedDocument<BookingItemsQuery, BookingItemsQueryVariables> = {
  name: "BookingItems",
  text: `query BookingItems($bookingId: UUID!, $after: Cursor) {
  bookingItems(condition: {bookingId: $bookingId}, first: 100, after: $after) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation MyBookings. */
export const MyBookingsDocument: TypedDocument<MyBookingsQuery, MyBookingsQueryVariables> = {
  name: "MyBookings",
  text: `query MyBookings($first: Int!, $after: Cursor) {
  currentUser {
    bookings(first: $first, after: $after, orderBy: [PRIMARY_KEY_DESC]) {
      nodes {
        ...Booking
      }
      pageInfo {
        ...Next
      }
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation Bookings. */
export const BookingsDocument: TypedDocument<BookingsQuery, BookingsQueryVariables> = {
  name: "Bookings",
  text: `query Bookings($first: Int!, $after: Cursor, $filter: BookingCondition) {
  bookings(
    first: $first
    after: $after
    condition: $filter
    orderBy: [PRIMARY_KEY_DESC]
  ) {
    nodes {
      ...Booking
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation StartCheckout. */
export const StartCheckoutDocument: TypedDocument<
  StartCheckoutMutation,
  StartCheckoutMutationVariables
> = {
  name: "StartCheckout",
  text: `mutation StartCheckout($input: StartCheckoutInput!) {
  startCheckout(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation ReopenCheckout. */
export const ReopenCheckoutDocument: TypedDocument<
  ReopenCheckoutMutation,
  ReopenCheckoutMutationVariables
> = {
  name: "ReopenCheckout",
  text: `mutation ReopenCheckout($input: ReopenCheckoutInput!) {
  reopenCheckout(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation CancelBooking. */
export const CancelBookingDocument: TypedDocument<
  CancelBookingMutation,
  CancelBookingMutationVariables
> = {
  name: "CancelBooking",
  text: `mutation CancelBooking($input: CancelBookingInput!) {
  cancelBooking(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation DescribeBooking. */
export const DescribeBookingDocument: TypedDocument<
  DescribeBookingMutation,
  DescribeBookingMutationVariables
> = {
  name: "DescribeBooking",
  text: `mutation DescribeBooking($input: DescribeBookingInput!) {
  describeBooking(input: $input) {
    bookingDetail {
      ...BookingDetails
    }
  }
}
fragment BookingDetails on BookingDetail {
  referralSource
  utmSource
  utmMedium
  utmCampaign
  utmTerm
  utmContent
  specialRequests
  accessibilityRequirements
  dietaryRequirements
}`,
};
/** The operation AddBookingNote. */
export const AddBookingNoteDocument: TypedDocument<
  AddBookingNoteMutation,
  AddBookingNoteMutationVariables
> = {
  name: "AddBookingNote",
  text: `mutation AddBookingNote($input: AddBookingNoteInput!) {
  addBookingNote(input: $input) {
    bookingNote {
      ...BookingNote
    }
  }
}
fragment BookingNote on BookingNote {
  id
  note
  writtenBy
  createdAt
}`,
};
/** The operation ClaimBooking. */
export const ClaimBookingDocument: TypedDocument<
  ClaimBookingMutation,
  ClaimBookingMutationVariables
> = {
  name: "ClaimBooking",
  text: `mutation ClaimBooking($input: ClaimBookingInput!) {
  claimBooking(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation RequestBookingLink. */
export const RequestBookingLinkDocument: TypedDocument<
  RequestBookingLinkMutation,
  RequestBookingLinkMutationVariables
> = {
  name: "RequestBookingLink",
  text: `mutation RequestBookingLink($input: RequestBookingLinkInput!) {
  requestBookingLink(input: $input) {
    result
  }
}`,
};
/** The operation SetCategoryApproval. */
export const SetCategoryApprovalDocument: TypedDocument<
  SetCategoryApprovalMutation,
  SetCategoryApprovalMutationVariables
> = {
  name: "SetCategoryApproval",
  text: `mutation SetCategoryApproval($input: SetCategoryApprovalInput!) {
  setCategoryApproval(input: $input) {
    ticketCategory {
      id
    }
  }
}`,
};
/** The operation ApproveBooking. */
export const ApproveBookingDocument: TypedDocument<
  ApproveBookingMutation,
  ApproveBookingMutationVariables
> = {
  name: "ApproveBooking",
  text: `mutation ApproveBooking($input: ApproveBookingInput!) {
  approveBooking(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation DeclineBooking. */
export const DeclineBookingDocument: TypedDocument<
  DeclineBookingMutation,
  DeclineBookingMutationVariables
> = {
  name: "DeclineBooking",
  text: `mutation DeclineBooking($input: DeclineBookingInput!) {
  declineBooking(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation Statement. */
export const StatementDocument: TypedDocument<StatementQuery, StatementQueryVariables> = {
  name: "Statement",
  text: `query Statement($organizationId: UUID!, $period: Date, $fromAt: Datetime, $toAt: Datetime, $first: Int!, $after: Cursor) {
  statement(
    organizationId: $organizationId
    period: $period
    fromAt: $fromAt
    toAt: $toAt
    first: $first
    after: $after
  ) {
    nodes {
      currency
      kind
      line
      category
      transactionCount
      amountCents
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation StatementCsv. */
export const StatementCsvDocument: TypedDocument<StatementCsvQuery, StatementCsvQueryVariables> = {
  name: "StatementCsv",
  text: `query StatementCsv($organizationId: UUID!, $period: Date, $fromAt: Datetime, $toAt: Datetime) {
  statementCsv(
    organizationId: $organizationId
    period: $period
    fromAt: $fromAt
    toAt: $toAt
  )
}`,
};
/** The operation TrialBalance. */
export const TrialBalanceDocument: TypedDocument<TrialBalanceQuery, TrialBalanceQueryVariables> = {
  name: "TrialBalance",
  text: `query TrialBalance($organizationId: UUID!, $asOf: Datetime, $first: Int!, $after: Cursor) {
  trialBalance(
    organizationId: $organizationId
    asOf: $asOf
    first: $first
    after: $after
  ) {
    nodes {
      accountId
      kind
      currency
      normalSide
      debitCents
      creditCents
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation AccountingPeriods. */
export const AccountingPeriodsDocument: TypedDocument<
  AccountingPeriodsQuery,
  AccountingPeriodsQueryVariables
> = {
  name: "AccountingPeriods",
  text: `query AccountingPeriods($condition: AccountingPeriodCondition!, $first: Int!, $after: Cursor) {
  accountingPeriods(condition: $condition, first: $first, after: $after) {
    nodes {
      ...AccountingPeriod
    }
    pageInfo {
      ...Next
    }
  }
}
fragment AccountingPeriod on AccountingPeriod {
  id
  organizationId
  period
  startsAt
  endsAt
  status
  closingStartedAt
  closedAt
  unreconciledCount
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation StartClosingPeriod. */
export const StartClosingPeriodDocument: TypedDocument<
  StartClosingPeriodMutation,
  StartClosingPeriodMutationVariables
> = {
  name: "StartClosingPeriod",
  text: `mutation StartClosingPeriod($input: StartClosingPeriodInput!) {
  startClosingPeriod(input: $input) {
    accountingPeriod {
      ...AccountingPeriod
    }
  }
}
fragment AccountingPeriod on AccountingPeriod {
  id
  organizationId
  period
  startsAt
  endsAt
  status
  closingStartedAt
  closedAt
  unreconciledCount
}`,
};
/** The operation ReopenPeriod. */
export const ReopenPeriodDocument: TypedDocument<
  ReopenPeriodMutation,
  ReopenPeriodMutationVariables
> = {
  name: "ReopenPeriod",
  text: `mutation ReopenPeriod($input: ReopenPeriodInput!) {
  reopenPeriod(input: $input) {
    accountingPeriod {
      ...AccountingPeriod
    }
  }
}
fragment AccountingPeriod on AccountingPeriod {
  id
  organizationId
  period
  startsAt
  endsAt
  status
  closingStartedAt
  closedAt
  unreconciledCount
}`,
};
/** The operation ClosePeriod. */
export const ClosePeriodDocument: TypedDocument<ClosePeriodMutation, ClosePeriodMutationVariables> =
  {
    name: "ClosePeriod",
    text: `mutation ClosePeriod($input: ClosePeriodInput!) {
  closePeriod(input: $input) {
    accountingPeriod {
      ...AccountingPeriod
    }
  }
}
fragment AccountingPeriod on AccountingPeriod {
  id
  organizationId
  period
  startsAt
  endsAt
  status
  closingStartedAt
  closedAt
  unreconciledCount
}`,
  };
/** The operation SetBooksTimezone. */
export const SetBooksTimezoneDocument: TypedDocument<
  SetBooksTimezoneMutation,
  SetBooksTimezoneMutationVariables
> = {
  name: "SetBooksTimezone",
  text: `mutation SetBooksTimezone($input: SetBooksTimezoneInput!) {
  setBooksTimezone(input: $input) {
    organizationSetting {
      booksTimezone
    }
  }
}`,
};
/** The operation RequestCorrection. */
export const RequestCorrectionDocument: TypedDocument<
  RequestCorrectionMutation,
  RequestCorrectionMutationVariables
> = {
  name: "RequestCorrection",
  text: `mutation RequestCorrection($input: RequestCorrectionInput!) {
  requestCorrection(input: $input) {
    ledgerCorrection {
      ...LedgerCorrection
    }
  }
}
fragment LedgerCorrection on LedgerCorrection {
  id
  organizationId
  correctsId
  currency
  kinds
  amountsCents
  reason
  status
  decidedAt
  ledgerTransactionId
}`,
};
/** The operation PostCorrection. */
export const PostCorrectionDocument: TypedDocument<
  PostCorrectionMutation,
  PostCorrectionMutationVariables
> = {
  name: "PostCorrection",
  text: `mutation PostCorrection($input: PostCorrectionInput!) {
  postCorrection(input: $input) {
    ledgerCorrection {
      ...LedgerCorrection
    }
  }
}
fragment LedgerCorrection on LedgerCorrection {
  id
  organizationId
  correctsId
  currency
  kinds
  amountsCents
  reason
  status
  decidedAt
  ledgerTransactionId
}`,
};
/** The operation RejectCorrection. */
export const RejectCorrectionDocument: TypedDocument<
  RejectCorrectionMutation,
  RejectCorrectionMutationVariables
> = {
  name: "RejectCorrection",
  text: `mutation RejectCorrection($input: RejectCorrectionInput!) {
  rejectCorrection(input: $input) {
    ledgerCorrection {
      ...LedgerCorrection
    }
  }
}
fragment LedgerCorrection on LedgerCorrection {
  id
  organizationId
  correctsId
  currency
  kinds
  amountsCents
  reason
  status
  decidedAt
  ledgerTransactionId
}`,
};
/** The operation HoldForCustomer. */
export const HoldForCustomerDocument: TypedDocument<
  HoldForCustomerMutation,
  HoldForCustomerMutationVariables
> = {
  name: "HoldForCustomer",
  text: `mutation HoldForCustomer($input: HoldForCustomerInput!) {
  holdForCustomer(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation CheckoutForCustomer. */
export const CheckoutForCustomerDocument: TypedDocument<
  CheckoutForCustomerMutation,
  CheckoutForCustomerMutationVariables
> = {
  name: "CheckoutForCustomer",
  text: `mutation CheckoutForCustomer($input: CheckoutForCustomerInput!) {
  checkoutForCustomer(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation TakePayment. */
export const TakePaymentDocument: TypedDocument<TakePaymentMutation, TakePaymentMutationVariables> =
  {
    name: "TakePayment",
    text: `mutation TakePayment($input: TakePaymentInput!) {
  takePayment(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
  };
/** The operation RecordBoxOfficeRefund. */
export const RecordBoxOfficeRefundDocument: TypedDocument<
  RecordBoxOfficeRefundMutation,
  RecordBoxOfficeRefundMutationVariables
> = {
  name: "RecordBoxOfficeRefund",
  text: `mutation RecordBoxOfficeRefund($input: RecordBoxOfficeRefundInput!) {
  recordBoxOfficeRefund(input: $input) {
    refund {
      id
    }
  }
}`,
};
/** The operation EventCancellation. */
export const EventCancellationDocument: TypedDocument<
  EventCancellationQuery,
  EventCancellationQueryVariables
> = {
  name: "EventCancellation",
  text: `query EventCancellation($id: UUID!) {
  eventCancellation(id: $id) {
    ...EventCancellation
  }
}
fragment EventCancellation on EventCancellation {
  id
  organizationId
  eventId
  performanceId
  reason
  bookingsCanceled
  bookingsFailed
  createdAt
  completedAt
}`,
};
/** The operation PostponeEvent. */
export const PostponeEventDocument: TypedDocument<
  PostponeEventMutation,
  PostponeEventMutationVariables
> = {
  name: "PostponeEvent",
  text: `mutation PostponeEvent($input: PostponeEventInput!) {
  postponeEvent(input: $input) {
    event {
      ...Event
    }
  }
}
fragment Event on Event {
  id
  organizationId
  title
  slug
  description
  shortDescription
  status
  statusReason
  format
  visibility
  timezone
  ageRestriction
  specialRequirements
  images
  bannerUrl
  videos
  externalLinks
  metaTitle
  metaDescription
  tags
  ticketsPerUserMax
  hasWaitingList
  currency
  salesStart
  salesEnd
  publishedAt
  venue {
    ...Venue
  }
}
fragment Venue on Venue {
  id
  organizationId
  name
  slug
  timezone
  address
  description
}`,
};
/** The operation PostponePerformance. */
export const PostponePerformanceDocument: TypedDocument<
  PostponePerformanceMutation,
  PostponePerformanceMutationVariables
> = {
  name: "PostponePerformance",
  text: `mutation PostponePerformance($input: PostponePerformanceInput!) {
  postponePerformance(input: $input) {
    performance {
      ...Performance
    }
  }
}
fragment Performance on Performance {
  id
  organizationId
  eventId
  passName
  status
  currency
  startsAt
  endsAt
  doorsAt
  postponedFrom
  refundsUntil
  statusReason
  layout {
    id
    sha256
    name
    seatCount
  }
}`,
};
/** The operation CancelEvent. */
export const CancelEventDocument: TypedDocument<CancelEventMutation, CancelEventMutationVariables> =
  {
    name: "CancelEvent",
    text: `mutation CancelEvent($input: CancelEventInput!) {
  cancelEvent(input: $input) {
    eventCancellation {
      ...EventCancellation
    }
  }
}
fragment EventCancellation on EventCancellation {
  id
  organizationId
  eventId
  performanceId
  reason
  bookingsCanceled
  bookingsFailed
  createdAt
  completedAt
}`,
  };
/** The operation CancelPerformance. */
export const CancelPerformanceDocument: TypedDocument<
  CancelPerformanceMutation,
  CancelPerformanceMutationVariables
> = {
  name: "CancelPerformance",
  text: `mutation CancelPerformance($input: CancelPerformanceInput!) {
  cancelPerformance(input: $input) {
    eventCancellation {
      ...EventCancellation
    }
  }
}
fragment EventCancellation on EventCancellation {
  id
  organizationId
  eventId
  performanceId
  reason
  bookingsCanceled
  bookingsFailed
  createdAt
  completedAt
}`,
};
/** The operation CancellationFailures. */
export const CancellationFailuresDocument: TypedDocument<
  CancellationFailuresQuery,
  CancellationFailuresQueryVariables
> = {
  name: "CancellationFailures",
  text: `query CancellationFailures($cancellationId: UUID!, $first: Int!, $after: Cursor) {
  eventCancellationFailures(
    condition: {cancellationId: $cancellationId}
    first: $first
    after: $after
  ) {
    nodes {
      bookingId
      code
      createdAt
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation DiscountCodes. */
export const DiscountCodesDocument: TypedDocument<DiscountCodesQuery, DiscountCodesQueryVariables> =
  {
    name: "DiscountCodes",
    text: `query DiscountCodes($eventId: UUID!, $after: Cursor) {
  discountCodes(condition: {eventId: $eventId}, first: 100, after: $after) {
    nodes {
      ...DiscountCode
    }
    pageInfo {
      ...Next
    }
  }
}
fragment DiscountCode on DiscountCode {
  id
  eventId
  ticketCategoryId
  code
  currency
  percentage
  amountCents
  quantityMin
  subtotalMinCents
  usesMax
  usesPerCustomerMax
  endedAt
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
  };
/** The operation ApplyDiscountCode. */
export const ApplyDiscountCodeDocument: TypedDocument<
  ApplyDiscountCodeMutation,
  ApplyDiscountCodeMutationVariables
> = {
  name: "ApplyDiscountCode",
  text: `mutation ApplyDiscountCode($input: ApplyDiscountCodeInput!) {
  applyDiscountCode(input: $input) {
    discountAnswer {
      ...DiscountAnswer
    }
  }
}
fragment DiscountAnswer on DiscountAnswer {
  discountRefusal
  discountCents
  totalAmountCents
}`,
};
/** The operation RemoveDiscountCode. */
export const RemoveDiscountCodeDocument: TypedDocument<
  RemoveDiscountCodeMutation,
  RemoveDiscountCodeMutationVariables
> = {
  name: "RemoveDiscountCode",
  text: `mutation RemoveDiscountCode($input: RemoveDiscountCodeInput!) {
  removeDiscountCode(input: $input) {
    discountAnswer {
      ...DiscountAnswer
    }
  }
}
fragment DiscountAnswer on DiscountAnswer {
  discountRefusal
  discountCents
  totalAmountCents
}`,
};
/** The operation SetRequiresMembership. */
export const SetRequiresMembershipDocument: TypedDocument<
  SetRequiresMembershipMutation,
  SetRequiresMembershipMutationVariables
> = {
  name: "SetRequiresMembership",
  text: `mutation SetRequiresMembership($input: SetRequiresMembershipInput!) {
  setRequiresMembership(input: $input) {
    ticketCategory {
      ...TicketCategory
    }
  }
}
fragment TicketCategory on TicketCategory {
  id
  organizationId
  eventId
  categoryNo
  name
  description
  status
  seatCategories
  sections
  sortOrder
  salesStart
  salesEnd
  minPerTransaction
  maxPerTransaction
  maxPerUser
  includes
  restrictions
  prices(condition: {audience: public}, first: 100) {
    nodes {
      priceCents
      validDuring {
        start {
          value
          inclusive
        }
        end {
          value
          inclusive
        }
      }
    }
  }
}`,
};
/** The operation CreateDiscountCode. */
export const CreateDiscountCodeDocument: TypedDocument<
  CreateDiscountCodeMutation,
  CreateDiscountCodeMutationVariables
> = {
  name: "CreateDiscountCode",
  text: `mutation CreateDiscountCode($input: CreateDiscountCodeInput!) {
  createDiscountCode(input: $input) {
    discountCode {
      ...DiscountCode
    }
  }
}
fragment DiscountCode on DiscountCode {
  id
  eventId
  ticketCategoryId
  code
  currency
  percentage
  amountCents
  quantityMin
  subtotalMinCents
  usesMax
  usesPerCustomerMax
  endedAt
}`,
};
/** The operation EndDiscountCode. */
export const EndDiscountCodeDocument: TypedDocument<
  EndDiscountCodeMutation,
  EndDiscountCodeMutationVariables
> = {
  name: "EndDiscountCode",
  text: `mutation EndDiscountCode($input: EndDiscountCodeInput!) {
  endDiscountCode(input: $input) {
    discountCode {
      ...DiscountCode
    }
  }
}
fragment DiscountCode on DiscountCode {
  id
  eventId
  ticketCategoryId
  code
  currency
  percentage
  amountCents
  quantityMin
  subtotalMinCents
  usesMax
  usesPerCustomerMax
  endedAt
}`,
};
/** The operation GrantMembership. */
export const GrantMembershipDocument: TypedDocument<
  GrantMembershipMutation,
  GrantMembershipMutationVariables
> = {
  name: "GrantMembership",
  text: `mutation GrantMembership($input: GrantMembershipInput!) {
  grantMembership(input: $input) {
    membership {
      ...CustomerMembership
    }
  }
}
fragment CustomerMembership on Membership {
  id
  organizationId
  userId
  email
  memberNumber
  validDuring {
    start {
      value
    }
    end {
      value
    }
  }
  revokedAt
}`,
};
/** The operation ImportMemberships. */
export const ImportMembershipsDocument: TypedDocument<
  ImportMembershipsMutation,
  ImportMembershipsMutationVariables
> = {
  name: "ImportMemberships",
  text: `mutation ImportMemberships($input: ImportMembershipsInput!) {
  importMemberships(input: $input) {
    result
  }
}`,
};
/** The operation RevokeMembership. */
export const RevokeMembershipDocument: TypedDocument<
  RevokeMembershipMutation,
  RevokeMembershipMutationVariables
> = {
  name: "RevokeMembership",
  text: `mutation RevokeMembership($input: RevokeMembershipInput!) {
  revokeMembership(input: $input) {
    membership {
      ...CustomerMembership
    }
  }
}
fragment CustomerMembership on Membership {
  id
  organizationId
  userId
  email
  memberNumber
  validDuring {
    start {
      value
    }
    end {
      value
    }
  }
  revokedAt
}`,
};
/** The operation Disputes. */
export const DisputesDocument: TypedDocument<DisputesQuery, DisputesQueryVariables> = {
  name: "Disputes",
  text: `query Disputes($first: Int!, $after: Cursor, $condition: DisputeCondition) {
  disputes(first: $first, after: $after, condition: $condition) {
    nodes {
      ...Dispute
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Dispute on Dispute {
  id
  organizationId
  bookingId
  paymentIntentId
  stripeDisputeId
  status
  reason
  networkReasonCode
  amountCents
  currency
  countedCents
  withdrawnCents
  reinstatedCents
  feeCents
  lostCents
  chargedFeeCents
  evidenceDueAt
  evidenceSubmittedAt
  openedAt
  closedAt
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation DisputeResponses. */
export const DisputeResponsesDocument: TypedDocument<
  DisputeResponsesQuery,
  DisputeResponsesQueryVariables
> = {
  name: "DisputeResponses",
  text: `query DisputeResponses($first: Int!, $after: Cursor, $condition: DisputeResponseCondition) {
  disputeResponses(first: $first, after: $after, condition: $condition) {
    nodes {
      ...DisputeResponse
    }
    pageInfo {
      ...Next
    }
  }
}
fragment DisputeResponse on DisputeResponse {
  id
  disputeId
  isAcceptance
  evidence
  status
  failureReason
  submittedBy
  endedAt
  createdAt
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation PrepareDisputeEvidence. */
export const PrepareDisputeEvidenceDocument: TypedDocument<
  PrepareDisputeEvidenceQuery,
  PrepareDisputeEvidenceQueryVariables
> = {
  name: "PrepareDisputeEvidence",
  text: `query PrepareDisputeEvidence($disputeId: UUID!) {
  prepareDisputeEvidence(disputeId: $disputeId)
}`,
};
/** The operation SubmitDisputeEvidence. */
export const SubmitDisputeEvidenceDocument: TypedDocument<
  SubmitDisputeEvidenceMutation,
  SubmitDisputeEvidenceMutationVariables
> = {
  name: "SubmitDisputeEvidence",
  text: `mutation SubmitDisputeEvidence($input: SubmitDisputeEvidenceInput!) {
  submitDisputeEvidence(input: $input) {
    disputeResponse {
      ...DisputeResponse
    }
  }
}
fragment DisputeResponse on DisputeResponse {
  id
  disputeId
  isAcceptance
  evidence
  status
  failureReason
  submittedBy
  endedAt
  createdAt
}`,
};
/** The operation AcceptDispute. */
export const AcceptDisputeDocument: TypedDocument<
  AcceptDisputeMutation,
  AcceptDisputeMutationVariables
> = {
  name: "AcceptDispute",
  text: `mutation AcceptDispute($input: AcceptDisputeInput!) {
  acceptDispute(input: $input) {
    disputeResponse {
      ...DisputeResponse
    }
  }
}
fragment DisputeResponse on DisputeResponse {
  id
  disputeId
  isAcceptance
  evidence
  status
  failureReason
  submittedBy
  endedAt
  createdAt
}`,
};
/** The operation ScanTicket. */
export const ScanTicketDocument: TypedDocument<ScanTicketMutation, ScanTicketMutationVariables> = {
  name: "ScanTicket",
  text: `mutation ScanTicket($input: ScanTicketInput!) {
  scanTicket(input: $input) {
    ticketScan {
      ...TicketScan
    }
  }
}
fragment Ticket on Ticket {
  id
  organizationId
  performanceId
  bookingId
  ticketCategoryId
  ticketNumber
  status
  section
  rowName
  seatNumber
  seatNo
  faceValueCents
  discountCents
  feesPaidCents
  taxPaidCents
  totalPaidCents
  currency
  issuedAt
  usedAt
  entryCount
  isInside
  isDisputed
  transferId
  deliveryMethod
  deliveryStatus
  deliveryTracking
  credential
}
fragment TicketScan on TicketScan {
  id
  performanceId
  ticketId
  result
  code
  direction
  gate
  device
  scannedAt
  ticket {
    ...Ticket
  }
}`,
};
/** The operation ScanList. */
export const ScanListDocument: TypedDocument<ScanListQuery, ScanListQueryVariables> = {
  name: "ScanList",
  text: `query ScanList($performanceId: UUID!, $gateId: UUID) {
  scanList(performanceId: $performanceId, gateId: $gateId) {
    document
    signature
  }
}`,
};
/** The operation EntryGates. */
export const EntryGatesDocument: TypedDocument<EntryGatesQuery, EntryGatesQueryVariables> = {
  name: "EntryGates",
  text: `query EntryGates($performanceId: UUID!, $after: Cursor) {
  performance(id: $performanceId) {
    event {
      venue {
        entryGates(first: 100, after: $after) {
          nodes {
            ...EntryGate
          }
          pageInfo {
            ...Next
          }
        }
      }
    }
  }
}
fragment EntryGate on EntryGate {
  id
  venueId
  zoneId
  name
  closedAt
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation ScannerDevices. */
export const ScannerDevicesDocument: TypedDocument<
  ScannerDevicesQuery,
  ScannerDevicesQueryVariables
> = {
  name: "ScannerDevices",
  text: `query ScannerDevices($venueId: UUID!, $after: Cursor) {
  scannerDevices(condition: {venueId: $venueId}, first: 100, after: $after) {
    nodes {
      ...ScannerDevice
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment ScannerDevice on ScannerDevice {
  id
  venueId
  gateId
  name
  registeredAt
  revokedAt
}`,
};
/** The operation AllowReentry. */
export const AllowReentryDocument: TypedDocument<
  AllowReentryMutation,
  AllowReentryMutationVariables
> = {
  name: "AllowReentry",
  text: `mutation AllowReentry($eventId: UUID!, $reentryLimit: Int!) {
  allowReentry(input: {eventId: $eventId, reentryLimit: $reentryLimit}) {
    event {
      id
    }
  }
}`,
};
/** The operation SaveEntryZone. */
export const SaveEntryZoneDocument: TypedDocument<
  SaveEntryZoneMutation,
  SaveEntryZoneMutationVariables
> = {
  name: "SaveEntryZone",
  text: `mutation SaveEntryZone($input: SaveEntryZoneInput!) {
  saveEntryZone(input: $input) {
    entryZone {
      ...EntryZone
    }
  }
}
fragment EntryZone on EntryZone {
  id
  venueId
  name
  sections
  ticketCategories
}`,
};
/** The operation SaveEntryGate. */
export const SaveEntryGateDocument: TypedDocument<
  SaveEntryGateMutation,
  SaveEntryGateMutationVariables
> = {
  name: "SaveEntryGate",
  text: `mutation SaveEntryGate($input: SaveEntryGateInput!) {
  saveEntryGate(input: $input) {
    entryGate {
      ...EntryGate
    }
  }
}
fragment EntryGate on EntryGate {
  id
  venueId
  zoneId
  name
  closedAt
}`,
};
/** The operation RegisterScannerDevice. */
export const RegisterScannerDeviceDocument: TypedDocument<
  RegisterScannerDeviceMutation,
  RegisterScannerDeviceMutationVariables
> = {
  name: "RegisterScannerDevice",
  text: `mutation RegisterScannerDevice($input: RegisterScannerDeviceInput!) {
  registerScannerDevice(input: $input) {
    scannerRegistration {
      deviceId
      deviceToken
    }
  }
}`,
};
/** The operation RevokeScannerDevice. */
export const RevokeScannerDeviceDocument: TypedDocument<
  RevokeScannerDeviceMutation,
  RevokeScannerDeviceMutationVariables
> = {
  name: "RevokeScannerDevice",
  text: `mutation RevokeScannerDevice($deviceId: UUID!) {
  revokeScannerDevice(input: {deviceId: $deviceId}) {
    scannerDevice {
      ...ScannerDevice
    }
  }
}
fragment ScannerDevice on ScannerDevice {
  id
  venueId
  gateId
  name
  registeredAt
  revokedAt
}`,
};
/** The operation MergeOfflineScans. */
export const MergeOfflineScansDocument: TypedDocument<
  MergeOfflineScansMutation,
  MergeOfflineScansMutationVariables
> = {
  name: "MergeOfflineScans",
  text: `mutation MergeOfflineScans($performanceId: UUID!, $scans: JSON!, $deviceTime: Datetime) {
  mergeOfflineScans(
    input: {performanceId: $performanceId, scans: $scans, deviceTime: $deviceTime}
  ) {
    mergedScans {
      scanId
      ticketId
      result
      code
      isDouble
    }
  }
}`,
};
/** The operation Events. */
export const EventsDocument: TypedDocument<EventsQuery, EventsQueryVariables> = {
  name: "Events",
  text: `query Events($first: Int!, $after: Cursor, $organizationId: UUID) {
  events(
    first: $first
    after: $after
    condition: {organizationId: $organizationId}
    orderBy: [PRIMARY_KEY_DESC]
  ) {
    nodes {
      ...Event
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Event on Event {
  id
  organizationId
  title
  slug
  description
  shortDescription
  status
  statusReason
  format
  visibility
  timezone
  ageRestriction
  specialRequirements
  images
  bannerUrl
  videos
  externalLinks
  metaTitle
  metaDescription
  tags
  ticketsPerUserMax
  hasWaitingList
  currency
  salesStart
  salesEnd
  publishedAt
  venue {
    ...Venue
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment Venue on Venue {
  id
  organizationId
  name
  slug
  timezone
  address
  description
}`,
};
/** The operation Event. */
export const EventDocument: TypedDocument<EventQuery, EventQueryVariables> = {
  name: "Event",
  text: `query Event($id: UUID!) {
  event(id: $id) {
    ...Event
  }
}
fragment Event on Event {
  id
  organizationId
  title
  slug
  description
  shortDescription
  status
  statusReason
  format
  visibility
  timezone
  ageRestriction
  specialRequirements
  images
  bannerUrl
  videos
  externalLinks
  metaTitle
  metaDescription
  tags
  ticketsPerUserMax
  hasWaitingList
  currency
  salesStart
  salesEnd
  publishedAt
  venue {
    ...Venue
  }
}
fragment Venue on Venue {
  id
  organizationId
  name
  slug
  timezone
  address
  description
}`,
};
/** The operation Performances. */
export const PerformancesDocument: TypedDocument<PerformancesQuery, PerformancesQueryVariables> = {
  name: "Performances",
  text: `query Performances($eventId: UUID!, $first: Int!, $after: Cursor) {
  performances(
    first: $first
    after: $after
    condition: {eventId: $eventId}
    orderBy: [STARTS_AT_ASC, PRIMARY_KEY_ASC]
  ) {
    nodes {
      ...Performance
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment Performance on Performance {
  id
  organizationId
  eventId
  passName
  status
  currency
  startsAt
  endsAt
  doorsAt
  postponedFrom
  refundsUntil
  statusReason
  layout {
    id
    sha256
    name
    seatCount
  }
}`,
};
/** The operation Performance. */
export const PerformanceDocument: TypedDocument<PerformanceQuery, PerformanceQueryVariables> = {
  name: "Performance",
  text: `query Performance($id: UUID!) {
  performance(id: $id) {
    ...Performance
  }
}
fragment Performance on Performance {
  id
  organizationId
  eventId
  passName
  status
  currency
  startsAt
  endsAt
  doorsAt
  postponedFrom
  refundsUntil
  statusReason
  layout {
    id
    sha256
    name
    seatCount
  }
}`,
};
/** The operation SearchEvents. */
export const SearchEventsDocument: TypedDocument<SearchEventsQuery, SearchEventsQueryVariables> = {
  name: "SearchEvents",
  text: `query SearchEvents($query: String, $startsFrom: Datetime, $startsBefore: Datetime, $city: String, $venueId: UUID, $category: String, $tag: String, $currency: String, $priceCentsMin: BigInt, $priceCentsMax: BigInt, $organizationId: UUID, $first: Int!, $after: String) {
  searchEvents(
    query: $query
    startsFrom: $startsFrom
    startsBefore: $startsBefore
    city: $city
    venueId: $venueId
    category: $category
    tag: $tag
    currency: $currency
    priceCentsMin: $priceCentsMin
    priceCentsMax: $priceCentsMax
    organizationId: $organizationId
    pageSize: $first
    afterCursor: $after
    first: 100
  ) {
    nodes {
      startsAt
      cursor
      event {
        ...Event
      }
    }
  }
}
fragment Event on Event {
  id
  organizationId
  title
  slug
  description
  shortDescription
  status
  statusReason
  format
  visibility
  timezone
  ageRestriction
  specialRequirements
  images
  bannerUrl
  videos
  externalLinks
  metaTitle
  metaDescription
  tags
  ticketsPerUserMax
  hasWaitingList
  currency
  salesStart
  salesEnd
  publishedAt
  venue {
    ...Venue
  }
}
fragment Venue on Venue {
  id
  organizationId
  name
  slug
  timezone
  address
  description
}`,
};
/** The operation EventCategories. */
export const EventCategoriesDocument: TypedDocument<
  EventCategoriesQuery,
  EventCategoriesQueryVariables
> = {
  name: "EventCategories",
  text: `query EventCategories {
  eventCategories(first: 100) {
    nodes {
      id
      slug
      name
      description
      parentId
    }
  }
}`,
};
/** The operation OnlineAddress. */
export const OnlineAddressDocument: TypedDocument<OnlineAddressQuery, OnlineAddressQueryVariables> =
  {
    name: "OnlineAddress",
    text: `query OnlineAddress($eventId: UUID!) {
  eventOnlineAddress(eventId: $eventId) {
    address
    instructions
  }
}`,
  };
/** The operation CreateEvent. */
export const CreateEventDocument: TypedDocument<CreateEventMutation, CreateEventMutationVariables> =
  {
    name: "CreateEvent",
    text: `mutation CreateEvent($input: CreateEventInput!) {
  createEvent(input: $input) {
    event {
      ...Event
    }
  }
}
fragment Event on Event {
  id
  organizationId
  title
  slug
  description
  shortDescription
  status
  statusReason
  format
  visibility
  timezone
  ageRestriction
  specialRequirements
  images
  bannerUrl
  videos
  externalLinks
  metaTitle
  metaDescription
  tags
  ticketsPerUserMax
  hasWaitingList
  currency
  salesStart
  salesEnd
  publishedAt
  venue {
    ...Venue
  }
}
fragment Venue on Venue {
  id
  organizationId
  name
  slug
  timezone
  address
  description
}`,
  };
/** The operation CreatePerformance. */
export const CreatePerformanceDocument: TypedDocument<
  CreatePerformanceMutation,
  CreatePerformanceMutationVariables
> = {
  name: "CreatePerformance",
  text: `mutation CreatePerformance($input: CreatePerformanceInput!) {
  createPerformance(input: $input) {
    performance {
      ...Performance
    }
  }
}
fragment Performance on Performance {
  id
  organizationId
  eventId
  passName
  status
  currency
  startsAt
  endsAt
  doorsAt
  postponedFrom
  refundsUntil
  statusReason
  layout {
    id
    sha256
    name
    seatCount
  }
}`,
};
/** The operation PublishEvent. */
export const PublishEventDocument: TypedDocument<
  PublishEventMutation,
  PublishEventMutationVariables
> = {
  name: "PublishEvent",
  text: `mutation PublishEvent($input: PublishEventInput!) {
  publishEvent(input: $input) {
    event {
      ...Event
    }
  }
}
fragment Event on Event {
  id
  organizationId
  title
  slug
  description
  shortDescription
  status
  statusReason
  format
  visibility
  timezone
  ageRestriction
  specialRequirements
  images
  bannerUrl
  videos
  externalLinks
  metaTitle
  metaDescription
  tags
  ticketsPerUserMax
  hasWaitingList
  currency
  salesStart
  salesEnd
  publishedAt
  venue {
    ...Venue
  }
}
fragment Venue on Venue {
  id
  organizationId
  name
  slug
  timezone
  address
  description
}`,
};
/** The operation CreateVirtualEvent. */
export const CreateVirtualEventDocument: TypedDocument<
  CreateVirtualEventMutation,
  CreateVirtualEventMutationVariables
> = {
  name: "CreateVirtualEvent",
  text: `mutation CreateVirtualEvent($input: CreateVirtualEventInput!) {
  createVirtualEvent(input: $input) {
    event {
      ...Event
    }
  }
}
fragment Event on Event {
  id
  organizationId
  title
  slug
  description
  shortDescription
  status
  statusReason
  format
  visibility
  timezone
  ageRestriction
  specialRequirements
  images
  bannerUrl
  videos
  externalLinks
  metaTitle
  metaDescription
  tags
  ticketsPerUserMax
  hasWaitingList
  currency
  salesStart
  salesEnd
  publishedAt
  venue {
    ...Venue
  }
}
fragment Venue on Venue {
  id
  organizationId
  name
  slug
  timezone
  address
  description
}`,
};
/** The operation UpdateEvent. */
export const UpdateEventDocument: TypedDocument<UpdateEventMutation, UpdateEventMutationVariables> =
  {
    name: "UpdateEvent",
    text: `mutation UpdateEvent($input: UpdateEventInput!) {
  updateEvent(input: $input) {
    event {
      ...Event
    }
  }
}
fragment Event on Event {
  id
  organizationId
  title
  slug
  description
  shortDescription
  status
  statusReason
  format
  visibility
  timezone
  ageRestriction
  specialRequirements
  images
  bannerUrl
  videos
  externalLinks
  metaTitle
  metaDescription
  tags
  ticketsPerUserMax
  hasWaitingList
  currency
  salesStart
  salesEnd
  publishedAt
  venue {
    ...Venue
  }
}
fragment Venue on Venue {
  id
  organizationId
  name
  slug
  timezone
  address
  description
}`,
  };
/** The operation UpdatePerformance. */
export const UpdatePerformanceDocument: TypedDocument<
  UpdatePerformanceMutation,
  UpdatePerformanceMutationVariables
> = {
  name: "UpdatePerformance",
  text: `mutation UpdatePerformance($input: UpdatePerformanceInput!) {
  updatePerformance(input: $input) {
    performance {
      ...Performance
    }
  }
}
fragment Performance on Performance {
  id
  organizationId
  eventId
  passName
  status
  currency
  startsAt
  endsAt
  doorsAt
  postponedFrom
  refundsUntil
  statusReason
  layout {
    id
    sha256
    name
    seatCount
  }
}`,
};
/** The operation CreatePerformances. */
export const CreatePerformancesDocument: TypedDocument<
  CreatePerformancesMutation,
  CreatePerformancesMutationVariables
> = {
  name: "CreatePerformances",
  text: `mutation CreatePerformances($input: CreatePerformancesInput!) {
  createPerformances(input: $input) {
    performances {
      ...Performance
    }
  }
}
fragment Performance on Performance {
  id
  organizationId
  eventId
  passName
  status
  currency
  startsAt
  endsAt
  doorsAt
  postponedFrom
  refundsUntil
  statusReason
  layout {
    id
    sha256
    name
    seatCount
  }
}`,
};
/** The operation CreateEventAccessCode. */
export const CreateEventAccessCodeDocument: TypedDocument<
  CreateEventAccessCodeMutation,
  CreateEventAccessCodeMutationVariables
> = {
  name: "CreateEventAccessCode",
  text: `mutation CreateEventAccessCode($input: CreateEventAccessCodeInput!) {
  createEventAccessCode(input: $input) {
    code
  }
}`,
};
/** The operation RevokeEventAccessCodes. */
export const RevokeEventAccessCodesDocument: TypedDocument<
  RevokeEventAccessCodesMutation,
  RevokeEventAccessCodesMutationVariables
> = {
  name: "RevokeEventAccessCodes",
  text: `mutation RevokeEventAccessCodes($input: RevokeEventAccessCodesInput!) {
  revokeEventAccessCodes(input: $input) {
    revoked
  }
}`,
};
/** The operation SetOnlineAddress. */
export const SetOnlineAddressDocument: TypedDocument<
  SetOnlineAddressMutation,
  SetOnlineAddressMutationVariables
> = {
  name: "SetOnlineAddress",
  text: `mutation SetOnlineAddress($input: SetOnlineAddressInput!) {
  setOnlineAddress(input: $input) {
    eventOnlineAddress {
      address
      instructions
    }
  }
}`,
};
/** The operation HoldSeats. */
export const HoldSeatsDocument: TypedDocument<HoldSeatsMutation, HoldSeatsMutationVariables> = {
  name: "HoldSeats",
  text: `mutation HoldSeats($input: HoldSeatsInput!) {
  holdSeats(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation ReleaseSeats. */
export const ReleaseSeatsDocument: TypedDocument<
  ReleaseSeatsMutation,
  ReleaseSeatsMutationVariables
> = {
  name: "ReleaseSeats",
  text: `mutation ReleaseSeats($input: ReleaseSeatsInput!) {
  releaseSeats(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation AcquireSeatLock. */
export const AcquireSeatLockDocument: TypedDocument<
  AcquireSeatLockMutation,
  AcquireSeatLockMutationVariables
> = {
  name: "AcquireSeatLock",
  text: `mutation AcquireSeatLock($input: AcquireSeatLockInput!) {
  acquireSeatLock(input: $input) {
    acquired
  }
}`,
};
/** The operation ReleaseSeatLock. */
export const ReleaseSeatLockDocument: TypedDocument<
  ReleaseSeatLockMutation,
  ReleaseSeatLockMutationVariables
> = {
  name: "ReleaseSeatLock",
  text: `mutation ReleaseSeatLock($input: ReleaseSeatLockInput!) {
  releaseSeatLock(input: $input) {
    released
  }
}`,
};
/** The operation HoldBestAvailable. */
export const HoldBestAvailableDocument: TypedDocument<
  HoldBestAvailableMutation,
  HoldBestAvailableMutationVariables
> = {
  name: "HoldBestAvailable",
  text: `mutation HoldBestAvailable($input: HoldBestAvailableInput!) {
  holdBestAvailable(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation HoldAdmissions. */
export const HoldAdmissionsDocument: TypedDocument<
  HoldAdmissionsMutation,
  HoldAdmissionsMutationVariables
> = {
  name: "HoldAdmissions",
  text: `mutation HoldAdmissions($input: HoldAdmissionsInput!) {
  holdAdmissions(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation HoldAllocatedSeats. */
export const HoldAllocatedSeatsDocument: TypedDocument<
  HoldAllocatedSeatsMutation,
  HoldAllocatedSeatsMutationVariables
> = {
  name: "HoldAllocatedSeats",
  text: `mutation HoldAllocatedSeats($input: HoldAllocatedSeatsInput!) {
  holdAllocatedSeats(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation ReleaseAdmissions. */
export const ReleaseAdmissionsDocument: TypedDocument<
  ReleaseAdmissionsMutation,
  ReleaseAdmissionsMutationVariables
> = {
  name: "ReleaseAdmissions",
  text: `mutation ReleaseAdmissions($input: ReleaseAdmissionsInput!) {
  releaseAdmissions(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation ExtendHold. */
export const ExtendHoldDocument: TypedDocument<ExtendHoldMutation, ExtendHoldMutationVariables> = {
  name: "ExtendHold",
  text: `mutation ExtendHold($input: ExtendHoldInput!) {
  extendHold(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation HoldAllocatedAdmissions. */
export const HoldAllocatedAdmissionsDocument: TypedDocument<
  HoldAllocatedAdmissionsMutation,
  HoldAllocatedAdmissionsMutationVariables
> = {
  name: "HoldAllocatedAdmissions",
  text: `mutation HoldAllocatedAdmissions($input: HoldAllocatedAdmissionsInput!) {
  holdAllocatedAdmissions(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation PaymentPlans. */
export const PaymentPlansDocument: TypedDocument<PaymentPlansQuery, PaymentPlansQueryVariables> = {
  name: "PaymentPlans",
  text: `query PaymentPlans($eventId: UUID!, $after: Cursor) {
  event(id: $eventId) {
    paymentPlans(first: 100, after: $after, orderBy: [PRIMARY_KEY_ASC]) {
      nodes {
        ...PaymentPlan
      }
      pageInfo {
        ...Next
      }
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment PaymentPlan on PaymentPlan {
  id
  eventId
  ticketCategoryId
  name
  depositPercentage
  depositCents
  installments
  basis
  firstDueDays
  intervalDays
  lastDueDaysBefore
  reminderDays
  graceDays
  overdueAction
  retiredAt
}`,
};
/** The operation QuotePaymentPlan. */
export const QuotePaymentPlanDocument: TypedDocument<
  QuotePaymentPlanQuery,
  QuotePaymentPlanQueryVariables
> = {
  name: "QuotePaymentPlan",
  text: `query QuotePaymentPlan($bookingId: UUID!, $paymentPlanId: UUID!) {
  quotePaymentPlan(
    bookingId: $bookingId
    paymentPlanId: $paymentPlanId
    first: 50
  ) {
    nodes {
      installmentNo
      dueAt
      amountCents
    }
  }
}`,
};
/** The operation Installments. */
export const InstallmentsDocument: TypedDocument<InstallmentsQuery, InstallmentsQueryVariables> = {
  name: "Installments",
  text: `query Installments($bookingId: UUID!) {
  bookingPaymentSchedules(
    condition: {bookingId: $bookingId}
    first: 50
    orderBy: [PRIMARY_KEY_ASC]
  ) {
    nodes {
      installmentNo
      dueAt
      amountCents
      status
      paidAt
      cancelAt
    }
  }
}`,
};
/** The operation CreatePaymentPlan. */
export const CreatePaymentPlanDocument: TypedDocument<
  CreatePaymentPlanMutation,
  CreatePaymentPlanMutationVariables
> = {
  name: "CreatePaymentPlan",
  text: `mutation CreatePaymentPlan($input: CreatePaymentPlanInput!) {
  createPaymentPlan(input: $input) {
    paymentPlan {
      ...PaymentPlan
    }
  }
}
fragment PaymentPlan on PaymentPlan {
  id
  eventId
  ticketCategoryId
  name
  depositPercentage
  depositCents
  installments
  basis
  firstDueDays
  intervalDays
  lastDueDaysBefore
  reminderDays
  graceDays
  overdueAction
  retiredAt
}`,
};
/** The operation RetirePaymentPlan. */
export const RetirePaymentPlanDocument: TypedDocument<
  RetirePaymentPlanMutation,
  RetirePaymentPlanMutationVariables
> = {
  name: "RetirePaymentPlan",
  text: `mutation RetirePaymentPlan($input: RetirePaymentPlanInput!) {
  retirePaymentPlan(input: $input) {
    paymentPlan {
      ...PaymentPlan
    }
  }
}
fragment PaymentPlan on PaymentPlan {
  id
  eventId
  ticketCategoryId
  name
  depositPercentage
  depositCents
  installments
  basis
  firstDueDays
  intervalDays
  lastDueDaysBefore
  reminderDays
  graceDays
  overdueAction
  retiredAt
}`,
};
/** The operation ChoosePaymentPlan. */
export const ChoosePaymentPlanDocument: TypedDocument<
  ChoosePaymentPlanMutation,
  ChoosePaymentPlanMutationVariables
> = {
  name: "ChoosePaymentPlan",
  text: `mutation ChoosePaymentPlan($input: ChoosePaymentPlanInput!) {
  choosePaymentPlan(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation SeatMap. */
export const SeatMapDocument: TypedDocument<SeatMapQuery, SeatMapQueryVariables> = {
  name: "SeatMap",
  text: `query SeatMap($performanceId: UUID!) {
  seatMap(performanceId: $performanceId) {
    layoutSha256
    availability
    version
  }
  seatCategories(performanceId: $performanceId) {
    categoryNos
  }
  performance(id: $performanceId) {
    ...Performance
  }
}
fragment Performance on Performance {
  id
  organizationId
  eventId
  passName
  status
  currency
  startsAt
  endsAt
  doorsAt
  postponedFrom
  refundsUntil
  statusReason
  layout {
    id
    sha256
    name
    seatCount
  }
}`,
};
/** The operation SeatMapChanges. */
export const SeatMapChangesDocument: TypedDocument<
  SeatMapChangesQuery,
  SeatMapChangesQueryVariables
> = {
  name: "SeatMapChanges",
  text: `query SeatMapChanges($performanceId: UUID!, $since: String!) {
  seatMapChanges(performanceId: $performanceId, since: $since) {
    version
    isComplete
    seatNos
    availability
  }
}`,
};
/** The operation SeatMapChanged. */
export const SeatMapChangedDocument: TypedDocument<
  SeatMapChangedSubscription,
  SeatMapChangedSubscriptionVariables
> = {
  name: "SeatMapChanged",
  text: `subscription SeatMapChanged($performanceId: UUID!, $since: String) {
  seatMapChanged(performanceId: $performanceId, since: $since) {
    version
    isComplete
    seatNos
    availability
  }
}`,
};
/** The operation AdmissionsLeftChanged. */
export const AdmissionsLeftChangedDocument: TypedDocument<
  AdmissionsLeftChangedSubscription,
  AdmissionsLeftChangedSubscriptionVariables
> = {
  name: "AdmissionsLeftChanged",
  text: `subscription AdmissionsLeftChanged($performanceId: UUID!) {
  admissionsLeftChanged(performanceId: $performanceId) {
    categories {
      ticketCategoryId
      admissionsLeft
    }
  }
}`,
};
/** The operation AdmissionsLeft. */
export const AdmissionsLeftDocument: TypedDocument<
  AdmissionsLeftQuery,
  AdmissionsLeftQueryVariables
> = {
  name: "AdmissionsLeft",
  text: `query AdmissionsLeft($performanceId: UUID!, $ticketCategoryId: UUID!) {
  admissionsLeft(
    performanceId: $performanceId
    ticketCategoryId: $ticketCategoryId
  )
}`,
};
/** The operation SetPoolCapacity. */
export const SetPoolCapacityDocument: TypedDocument<
  SetPoolCapacityMutation,
  SetPoolCapacityMutationVariables
> = {
  name: "SetPoolCapacity",
  text: `mutation SetPoolCapacity($input: SetPoolCapacityInput!) {
  setPoolCapacity(input: $input) {
    admissionPool {
      ...AdmissionPool
    }
  }
}
fragment AdmissionPool on AdmissionPool {
  id
  performanceId
  parentPoolId
  name
  capacity
}`,
};
/** The operation AllocateAdmissions. */
export const AllocateAdmissionsDocument: TypedDocument<
  AllocateAdmissionsMutation,
  AllocateAdmissionsMutationVariables
> = {
  name: "AllocateAdmissions",
  text: `mutation AllocateAdmissions($input: AllocateAdmissionsInput!) {
  allocateAdmissions(input: $input) {
    admissionAllocation {
      ...AdmissionAllocation
    }
  }
}
fragment AdmissionAllocation on AdmissionAllocation {
  id
  performanceId
  poolId
  kind
  reason
  quantity
  placesLeft
  releaseAt
  releasedAt
}`,
};
/** The operation ReleaseAdmissionAllocation. */
export const ReleaseAdmissionAllocationDocument: TypedDocument<
  ReleaseAdmissionAllocationMutation,
  ReleaseAdmissionAllocationMutationVariables
> = {
  name: "ReleaseAdmissionAllocation",
  text: `mutation ReleaseAdmissionAllocation($input: ReleaseAdmissionAllocationInput!) {
  releaseAdmissionAllocation(input: $input) {
    admissionAllocation {
      ...AdmissionAllocation
    }
  }
}
fragment AdmissionAllocation on AdmissionAllocation {
  id
  performanceId
  poolId
  kind
  reason
  quantity
  placesLeft
  releaseAt
  releasedAt
}`,
};
/** The operation CreateAdmissionPool. */
export const CreateAdmissionPoolDocument: TypedDocument<
  CreateAdmissionPoolMutation,
  CreateAdmissionPoolMutationVariables
> = {
  name: "CreateAdmissionPool",
  text: `mutation CreateAdmissionPool($input: CreateAdmissionPoolInput!) {
  createAdmissionPool(input: $input) {
    admissionPool {
      ...AdmissionPool
    }
  }
}
fragment AdmissionPool on AdmissionPool {
  id
  performanceId
  parentPoolId
  name
  capacity
}`,
};
/** The operation AllocateSeats. */
export const AllocateSeatsDocument: TypedDocument<
  AllocateSeatsMutation,
  AllocateSeatsMutationVariables
> = {
  name: "AllocateSeats",
  text: `mutation AllocateSeats($input: AllocateSeatsInput!) {
  allocateSeats(input: $input) {
    seatAllocation {
      ...SeatAllocation
    }
  }
}
fragment SeatAllocation on SeatAllocation {
  id
  performanceId
  kind
  reason
  seatCount
  releaseAt
  releasedAt
}`,
};
/** The operation ReleaseAllocation. */
export const ReleaseAllocationDocument: TypedDocument<
  ReleaseAllocationMutation,
  ReleaseAllocationMutationVariables
> = {
  name: "ReleaseAllocation",
  text: `mutation ReleaseAllocation($input: ReleaseAllocationInput!) {
  releaseAllocation(input: $input) {
    seatAllocation {
      ...SeatAllocation
    }
  }
}
fragment SeatAllocation on SeatAllocation {
  id
  performanceId
  kind
  reason
  seatCount
  releaseAt
  releasedAt
}`,
};
/** The operation AdmissionPools. */
export const AdmissionPoolsDocument: TypedDocument<
  AdmissionPoolsQuery,
  AdmissionPoolsQueryVariables
> = {
  name: "AdmissionPools",
  text: `query AdmissionPools($performanceId: UUID!, $after: Cursor) {
  admissionPools(
    condition: {performanceId: $performanceId}
    first: 100
    after: $after
  ) {
    nodes {
      ...AdmissionPool
    }
    pageInfo {
      ...Next
    }
  }
}
fragment AdmissionPool on AdmissionPool {
  id
  performanceId
  parentPoolId
  name
  capacity
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation CreatePass. */
export const CreatePassDocument: TypedDocument<CreatePassMutation, CreatePassMutationVariables> = {
  name: "CreatePass",
  text: `mutation CreatePass($input: CreatePassInput!) {
  createPass(input: $input) {
    performance {
      ...Performance
    }
  }
}
fragment Performance on Performance {
  id
  organizationId
  eventId
  passName
  status
  currency
  startsAt
  endsAt
  doorsAt
  postponedFrom
  refundsUntil
  statusReason
  layout {
    id
    sha256
    name
    seatCount
  }
}`,
};
/** The operation PassDates. */
export const PassDatesDocument: TypedDocument<PassDatesQuery, PassDatesQueryVariables> = {
  name: "PassDates",
  text: `query PassDates($passId: UUID!, $after: Cursor) {
  passDates(condition: {passId: $passId}, first: 100, after: $after) {
    nodes {
      pool {
        ...AdmissionPool
        performance {
          ...Performance
        }
      }
    }
    pageInfo {
      ...Next
    }
  }
}
fragment AdmissionPool on AdmissionPool {
  id
  performanceId
  parentPoolId
  name
  capacity
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment Performance on Performance {
  id
  organizationId
  eventId
  passName
  status
  currency
  startsAt
  endsAt
  doorsAt
  postponedFrom
  refundsUntil
  statusReason
  layout {
    id
    sha256
    name
    seatCount
  }
}`,
};
/** The operation Members. */
export const MembersDocument: TypedDocument<MembersQuery, MembersQueryVariables> = {
  name: "Members",
  text: `query Members($condition: OrganizationMemberCondition!, $first: Int!, $after: Cursor) {
  organizationMembers(condition: $condition, first: $first, after: $after) {
    nodes {
      ...Member
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Member on OrganizationMember {
  id
  organizationId
  userId
  role
  status
  venuesRestricted
  invitedBy
  createdAt
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation AcceptInvitation. */
export const AcceptInvitationDocument: TypedDocument<
  AcceptInvitationMutation,
  AcceptInvitationMutationVariables
> = {
  name: "AcceptInvitation",
  text: `mutation AcceptInvitation($input: AcceptInvitationInput!) {
  acceptInvitation(input: $input) {
    organizationMember {
      ...Member
    }
  }
}
fragment Member on OrganizationMember {
  id
  organizationId
  userId
  role
  status
  venuesRestricted
  invitedBy
  createdAt
}`,
};
/** The operation ChangeMemberRole. */
export const ChangeMemberRoleDocument: TypedDocument<
  ChangeMemberRoleMutation,
  ChangeMemberRoleMutationVariables
> = {
  name: "ChangeMemberRole",
  text: `mutation ChangeMemberRole($input: ChangeMemberRoleInput!) {
  changeMemberRole(input: $input) {
    organizationMember {
      ...Member
    }
  }
}
fragment Member on OrganizationMember {
  id
  organizationId
  userId
  role
  status
  venuesRestricted
  invitedBy
  createdAt
}`,
};
/** The operation SuspendMember. */
export const SuspendMemberDocument: TypedDocument<
  SuspendMemberMutation,
  SuspendMemberMutationVariables
> = {
  name: "SuspendMember",
  text: `mutation SuspendMember($input: SuspendMemberInput!) {
  suspendMember(input: $input) {
    organizationMember {
      ...Member
    }
  }
}
fragment Member on OrganizationMember {
  id
  organizationId
  userId
  role
  status
  venuesRestricted
  invitedBy
  createdAt
}`,
};
/** The operation ReactivateMember. */
export const ReactivateMemberDocument: TypedDocument<
  ReactivateMemberMutation,
  ReactivateMemberMutationVariables
> = {
  name: "ReactivateMember",
  text: `mutation ReactivateMember($input: ReactivateMemberInput!) {
  reactivateMember(input: $input) {
    organizationMember {
      ...Member
    }
  }
}
fragment Member on OrganizationMember {
  id
  organizationId
  userId
  role
  status
  venuesRestricted
  invitedBy
  createdAt
}`,
};
/** The operation LiftVenueRestriction. */
export const LiftVenueRestrictionDocument: TypedDocument<
  LiftVenueRestrictionMutation,
  LiftVenueRestrictionMutationVariables
> = {
  name: "LiftVenueRestriction",
  text: `mutation LiftVenueRestriction($input: LiftVenueRestrictionInput!) {
  liftVenueRestriction(input: $input) {
    organizationMember {
      ...Member
    }
  }
}
fragment Member on OrganizationMember {
  id
  organizationId
  userId
  role
  status
  venuesRestricted
  invitedBy
  createdAt
}`,
};
/** The operation TransferOwnership. */
export const TransferOwnershipDocument: TypedDocument<
  TransferOwnershipMutation,
  TransferOwnershipMutationVariables
> = {
  name: "TransferOwnership",
  text: `mutation TransferOwnership($input: TransferOwnershipInput!) {
  transferOwnership(input: $input) {
    organizationMember {
      ...Member
    }
  }
}
fragment Member on OrganizationMember {
  id
  organizationId
  userId
  role
  status
  venuesRestricted
  invitedBy
  createdAt
}`,
};
/** The operation InviteMember. */
export const InviteMemberDocument: TypedDocument<
  InviteMemberMutation,
  InviteMemberMutationVariables
> = {
  name: "InviteMember",
  text: `mutation InviteMember($input: InviteMemberInput!) {
  inviteMember(input: $input) {
    organizationInvitation {
      ...Invitation
    }
  }
}
fragment Invitation on OrganizationInvitation {
  id
  organizationId
  email
  role
  expiresAt
  acceptedAt
  revokedAt
  sentAt
  sendCount
}`,
};
/** The operation ResendInvitation. */
export const ResendInvitationDocument: TypedDocument<
  ResendInvitationMutation,
  ResendInvitationMutationVariables
> = {
  name: "ResendInvitation",
  text: `mutation ResendInvitation($input: ResendInvitationInput!) {
  resendInvitation(input: $input) {
    organizationInvitation {
      ...Invitation
    }
  }
}
fragment Invitation on OrganizationInvitation {
  id
  organizationId
  email
  role
  expiresAt
  acceptedAt
  revokedAt
  sentAt
  sendCount
}`,
};
/** The operation RevokeInvitation. */
export const RevokeInvitationDocument: TypedDocument<
  RevokeInvitationMutation,
  RevokeInvitationMutationVariables
> = {
  name: "RevokeInvitation",
  text: `mutation RevokeInvitation($input: RevokeInvitationInput!) {
  revokeInvitation(input: $input) {
    organizationInvitation {
      ...Invitation
    }
  }
}
fragment Invitation on OrganizationInvitation {
  id
  organizationId
  email
  role
  expiresAt
  acceptedAt
  revokedAt
  sentAt
  sendCount
}`,
};
/** The operation RemoveMember. */
export const RemoveMemberDocument: TypedDocument<
  RemoveMemberMutation,
  RemoveMemberMutationVariables
> = {
  name: "RemoveMember",
  text: `mutation RemoveMember($input: RemoveMemberInput!) {
  removeMember(input: $input) {
    removed
  }
}`,
};
/** The operation LeaveOrganization. */
export const LeaveOrganizationDocument: TypedDocument<
  LeaveOrganizationMutation,
  LeaveOrganizationMutationVariables
> = {
  name: "LeaveOrganization",
  text: `mutation LeaveOrganization($input: LeaveOrganizationInput!) {
  leaveOrganization(input: $input) {
    left
  }
}`,
};
/** The operation GrantMemberPermission. */
export const GrantMemberPermissionDocument: TypedDocument<
  GrantMemberPermissionMutation,
  GrantMemberPermissionMutationVariables
> = {
  name: "GrantMemberPermission",
  text: `mutation GrantMemberPermission($input: GrantMemberPermissionInput!) {
  grantMemberPermission(input: $input) {
    memberPermission {
      permission
    }
  }
}`,
};
/** The operation RevokeMemberPermission. */
export const RevokeMemberPermissionDocument: TypedDocument<
  RevokeMemberPermissionMutation,
  RevokeMemberPermissionMutationVariables
> = {
  name: "RevokeMemberPermission",
  text: `mutation RevokeMemberPermission($input: RevokeMemberPermissionInput!) {
  revokeMemberPermission(input: $input) {
    revoked
  }
}`,
};
/** The operation GrantVenueAccess. */
export const GrantVenueAccessDocument: TypedDocument<
  GrantVenueAccessMutation,
  GrantVenueAccessMutationVariables
> = {
  name: "GrantVenueAccess",
  text: `mutation GrantVenueAccess($input: GrantVenueAccessInput!) {
  grantVenueAccess(input: $input) {
    userVenueAccess {
      venueId
    }
  }
}`,
};
/** The operation RevokeVenueAccess. */
export const RevokeVenueAccessDocument: TypedDocument<
  RevokeVenueAccessMutation,
  RevokeVenueAccessMutationVariables
> = {
  name: "RevokeVenueAccess",
  text: `mutation RevokeVenueAccess($input: RevokeVenueAccessInput!) {
  revokeVenueAccess(input: $input) {
    revoked
  }
}`,
};
/** The operation Memberships. */
export const MembershipsDocument: TypedDocument<MembershipsQuery, MembershipsQueryVariables> = {
  name: "Memberships",
  text: `query Memberships($userId: UUID!, $after: Cursor) {
  organizationMembers(condition: {userId: $userId}, first: 100, after: $after) {
    nodes {
      role
      status
      organization {
        ...Organization
      }
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment Organization on Organization {
  id
  name
  slug
  email
  defaultCurrency
  status
}`,
};
/** The operation CreatePromoter. */
export const CreatePromoterDocument: TypedDocument<
  CreatePromoterMutation,
  CreatePromoterMutationVariables
> = {
  name: "CreatePromoter",
  text: `mutation CreatePromoter($input: CreatePromoterInput!) {
  createPromoter(input: $input) {
    promoter {
      ...Promoter
    }
  }
}
fragment Promoter on Promoter {
  id
  organizationId
  name
  email
}`,
};
/** The operation SetEventPromoter. */
export const SetEventPromoterDocument: TypedDocument<
  SetEventPromoterMutation,
  SetEventPromoterMutationVariables
> = {
  name: "SetEventPromoter",
  text: `mutation SetEventPromoter($input: SetEventPromoterInput!) {
  setEventPromoter(input: $input) {
    event {
      ...Event
    }
  }
}
fragment Event on Event {
  id
  organizationId
  title
  slug
  description
  shortDescription
  status
  statusReason
  format
  visibility
  timezone
  ageRestriction
  specialRequirements
  images
  bannerUrl
  videos
  externalLinks
  metaTitle
  metaDescription
  tags
  ticketsPerUserMax
  hasWaitingList
  currency
  salesStart
  salesEnd
  publishedAt
  venue {
    ...Venue
  }
}
fragment Venue on Venue {
  id
  organizationId
  name
  slug
  timezone
  address
  description
}`,
};
/** The operation RequestDomainCheck. */
export const RequestDomainCheckDocument: TypedDocument<
  RequestDomainCheckMutation,
  RequestDomainCheckMutationVariables
> = {
  name: "RequestDomainCheck",
  text: `mutation RequestDomainCheck($organizationId: UUID!) {
  requestDomainCheck(input: {organizationId: $organizationId}) {
    domainChallenge {
      organizationId
      domain
      recordName
      recordValue
      checkedAt
    }
  }
}`,
};
/** The operation CreateOrganization. */
export const CreateOrganizationDocument: TypedDocument<
  CreateOrganizationMutation,
  CreateOrganizationMutationVariables
> = {
  name: "CreateOrganization",
  text: `mutation CreateOrganization($input: CreateOrganizationInput!) {
  createOrganization(input: $input) {
    organization {
      ...Organization
    }
  }
}
fragment Organization on Organization {
  id
  name
  slug
  email
  defaultCurrency
  status
}`,
};
/** The operation UpdateOrganizationSettings. */
export const UpdateOrganizationSettingsDocument: TypedDocument<
  UpdateOrganizationSettingsMutation,
  UpdateOrganizationSettingsMutationVariables
> = {
  name: "UpdateOrganizationSettings",
  text: `mutation UpdateOrganizationSettings($input: UpdateOrganizationSettingsInput!) {
  updateOrganizationSettings(input: $input) {
    organizationSetting {
      ...OrganizationSettings
    }
  }
}
fragment OrganizationSettings on OrganizationSetting {
  organizationId
  serviceFeePercentage
  serviceFeeFixedCents
  processingFeePercentage
  processingFeeFixedCents
  commissionPercentage
  allowGuestCheckout
  holdSeconds
  checkoutSeconds
  holdSecondsMax
  ticketsPerBookingMax
  openCartsMax
  waitingOfferSeconds
  emailNotifications
  ticketTransfersEnabled
  language
}`,
};
/** The operation UpdateOrganization. */
export const UpdateOrganizationDocument: TypedDocument<
  UpdateOrganizationMutation,
  UpdateOrganizationMutationVariables
> = {
  name: "UpdateOrganization",
  text: `mutation UpdateOrganization($input: UpdateOrganizationInput!) {
  updateOrganization(input: $input) {
    organization {
      ...Organization
    }
  }
}
fragment Organization on Organization {
  id
  name
  slug
  email
  defaultCurrency
  status
}`,
};
/** The operation RequestOrganizationVerification. */
export const RequestOrganizationVerificationDocument: TypedDocument<
  RequestOrganizationVerificationMutation,
  RequestOrganizationVerificationMutationVariables
> = {
  name: "RequestOrganizationVerification",
  text: `mutation RequestOrganizationVerification($input: RequestOrganizationVerificationInput!) {
  requestOrganizationVerification(input: $input) {
    organizationVerification {
      id
    }
  }
}`,
};
/** The operation PaymentProgress. */
export const PaymentProgressDocument: TypedDocument<
  PaymentProgressQuery,
  PaymentProgressQueryVariables
> = {
  name: "PaymentProgress",
  text: `query PaymentProgress($bookingId: UUID!) {
  booking(id: $bookingId) {
    status
  }
  paymentSession(bookingId: $bookingId) {
    ...PaymentSession
  }
}
fragment PaymentSession on PaymentSession {
  bookingId
  status
  amountCents
  currency
  stripePaymentIntentId
  clientSecret
  failureCode
  failureMessage
  isProviderReachable
  notice
  paymentIntentId
  installmentNo
  payBy
  captureMethod
}`,
};
/** The operation SavedCards. */
export const SavedCardsDocument: TypedDocument<SavedCardsQuery, SavedCardsQueryVariables> = {
  name: "SavedCards",
  text: `query SavedCards($organizationId: UUID, $after: Cursor) {
  myPaymentMethods(organizationId: $organizationId, first: 100, after: $after) {
    nodes {
      ...SavedCard
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment SavedCard on SavedPaymentMethod {
  id
  organizationId
  brand
  last4
  expMonth
  expYear
  createdAt
}`,
};
/** The operation ChoosePayment. */
export const ChoosePaymentDocument: TypedDocument<
  ChoosePaymentMutation,
  ChoosePaymentMutationVariables
> = {
  name: "ChoosePayment",
  text: `mutation ChoosePayment($input: ChoosePaymentInput!) {
  choosePayment(input: $input) {
    isKept
  }
}`,
};
/** The operation RemovePaymentMethod. */
export const RemovePaymentMethodDocument: TypedDocument<
  RemovePaymentMethodMutation,
  RemovePaymentMethodMutationVariables
> = {
  name: "RemovePaymentMethod",
  text: `mutation RemovePaymentMethod($input: RemovePaymentMethodInput!) {
  removePaymentMethod(input: $input) {
    savedPaymentMethod {
      ...SavedCard
    }
  }
}
fragment SavedCard on SavedPaymentMethod {
  id
  organizationId
  brand
  last4
  expMonth
  expYear
  createdAt
}`,
};
/** The operation OpenPayment. */
export const OpenPaymentDocument: TypedDocument<OpenPaymentMutation, OpenPaymentMutationVariables> =
  {
    name: "OpenPayment",
    text: `mutation OpenPayment($input: OpenPaymentInput!) {
  openPayment(input: $input) {
    paymentSession {
      ...PaymentSession
    }
  }
}
fragment PaymentSession on PaymentSession {
  bookingId
  status
  amountCents
  currency
  stripePaymentIntentId
  clientSecret
  failureCode
  failureMessage
  isProviderReachable
  notice
  paymentIntentId
  installmentNo
  payBy
  captureMethod
}`,
  };
/** The operation PayoutAccounts. */
export const PayoutAccountsDocument: TypedDocument<
  PayoutAccountsQuery,
  PayoutAccountsQueryVariables
> = {
  name: "PayoutAccounts",
  text: `query PayoutAccounts($condition: StripeAccountCondition!, $first: Int!, $after: Cursor) {
  stripeAccounts(condition: $condition, first: $first, after: $after) {
    nodes {
      ...PayoutAccount
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment PayoutAccount on StripeAccount {
  id
  organizationId
  promoterId
  country
  email
  stripeAccountId
  stripeOnboardingCompleted
  payoutEnabled
  transfersEnabled
  requirementsDue
  disabledReason
  failureReason
  deauthorizedAt
}`,
};
/** The operation PayoutOnboardingLink. */
export const PayoutOnboardingLinkDocument: TypedDocument<
  PayoutOnboardingLinkQuery,
  PayoutOnboardingLinkQueryVariables
> = {
  name: "PayoutOnboardingLink",
  text: `query PayoutOnboardingLink($linkId: UUID!) {
  payoutOnboardingLink(linkId: $linkId) {
    id
    url
    expiresAt
    failureReason
  }
}`,
};
/** The operation PayoutPreview. */
export const PayoutPreviewDocument: TypedDocument<PayoutPreviewQuery, PayoutPreviewQueryVariables> =
  {
    name: "PayoutPreview",
    text: `query PayoutPreview($organizationId: UUID!, $first: Int!, $after: Cursor) {
  payoutPreview(organizationId: $organizationId, first: $first, after: $after) {
    nodes {
      currency
      promoterId
      payableCents
      waitingCents
      heldCents
      disputedCents
      inTransitCents
      nextPayoutCents
      nextPeriodEndsAt
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
  };
/** The operation Payout. */
export const PayoutDocument: TypedDocument<PayoutQuery, PayoutQueryVariables> = {
  name: "Payout",
  text: `query Payout($id: UUID!) {
  payout(id: $id) {
    ...Payout
  }
}
fragment Payout on Payout {
  id
  organizationId
  promoterId
  currency
  payoutPeriodStart
  payoutPeriodEnd
  grossRevenueCents
  totalCommissionCents
  stripeFeesCents
  refundsCents
  adjustmentsCents
  netPayoutCents
  transactionsIncluded
  eventsIncluded
  reversedCents
  status
  attempt
  requestedBy
  approvedBy
  approvedAt
  decisionNote
  scheduledFor
  initiatedAt
  completedAt
  failedAt
  failureCode
  failureReason
  retryAt
  canceledAt
  stripeTransferId
  createdAt
}`,
};
/** The operation Payouts. */
export const PayoutsDocument: TypedDocument<PayoutsQuery, PayoutsQueryVariables> = {
  name: "Payouts",
  text: `query Payouts($condition: PayoutCondition!, $first: Int!, $after: Cursor) {
  payouts(condition: $condition, first: $first, after: $after) {
    nodes {
      ...Payout
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment Payout on Payout {
  id
  organizationId
  promoterId
  currency
  payoutPeriodStart
  payoutPeriodEnd
  grossRevenueCents
  totalCommissionCents
  stripeFeesCents
  refundsCents
  adjustmentsCents
  netPayoutCents
  transactionsIncluded
  eventsIncluded
  reversedCents
  status
  attempt
  requestedBy
  approvedBy
  approvedAt
  decisionNote
  scheduledFor
  initiatedAt
  completedAt
  failedAt
  failureCode
  failureReason
  retryAt
  canceledAt
  stripeTransferId
  createdAt
}`,
};
/** The operation PayoutItems. */
export const PayoutItemsDocument: TypedDocument<PayoutItemsQuery, PayoutItemsQueryVariables> = {
  name: "PayoutItems",
  text: `query PayoutItems($condition: PayoutItemCondition!, $first: Int!, $after: Cursor) {
  payoutItems(condition: $condition, first: $first, after: $after) {
    nodes {
      ...PayoutItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment PayoutItem on PayoutItem {
  id
  payoutId
  kind
  ledgerTransactionId
  ledgerTransaction {
    bookingId
    category
    description
    occurredAt
  }
  holdId
  grossRevenueCents
  commissionCents
  stripeFeesCents
  refundsCents
  adjustmentsCents
  netCents
}`,
};
/** The operation PayoutHolds. */
export const PayoutHoldsDocument: TypedDocument<PayoutHoldsQuery, PayoutHoldsQueryVariables> = {
  name: "PayoutHolds",
  text: `query PayoutHolds($condition: PayoutHoldCondition!, $first: Int!, $after: Cursor) {
  payoutHolds(condition: $condition, first: $first, after: $after) {
    nodes {
      ...PayoutHold
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment PayoutHold on PayoutHold {
  id
  organizationId
  payoutId
  kind
  amountCents
  reason
  isOfPlatform
  holdUntil
  createdAt
  releasedAt
}`,
};
/** The operation ReproducePayout. */
export const ReproducePayoutDocument: TypedDocument<
  ReproducePayoutQuery,
  ReproducePayoutQueryVariables
> = {
  name: "ReproducePayout",
  text: `query ReproducePayout($payoutId: UUID!) {
  reproducePayout(payoutId: $payoutId) {
    grossRevenueCents
    totalCommissionCents
    stripeFeesCents
    refundsCents
    adjustmentsCents
    netPayoutCents
    transactionsIncluded
  }
}`,
};
/** The operation OpenPayoutAccount. */
export const OpenPayoutAccountDocument: TypedDocument<
  OpenPayoutAccountMutation,
  OpenPayoutAccountMutationVariables
> = {
  name: "OpenPayoutAccount",
  text: `mutation OpenPayoutAccount($input: OpenPayoutAccountInput!) {
  openPayoutAccount(input: $input) {
    stripeAccount {
      ...PayoutAccount
    }
  }
}
fragment PayoutAccount on StripeAccount {
  id
  organizationId
  promoterId
  country
  email
  stripeAccountId
  stripeOnboardingCompleted
  payoutEnabled
  transfersEnabled
  requirementsDue
  disabledReason
  failureReason
  deauthorizedAt
}`,
};
/** The operation RequestOnboardingLink. */
export const RequestOnboardingLinkDocument: TypedDocument<
  RequestOnboardingLinkMutation,
  RequestOnboardingLinkMutationVariables
> = {
  name: "RequestOnboardingLink",
  text: `mutation RequestOnboardingLink($input: RequestOnboardingLinkInput!) {
  requestOnboardingLink(input: $input) {
    payoutOnboardingLink {
      id
    }
  }
}`,
};
/** The operation SetPayoutSettings. */
export const SetPayoutSettingsDocument: TypedDocument<
  SetPayoutSettingsMutation,
  SetPayoutSettingsMutationVariables
> = {
  name: "SetPayoutSettings",
  text: `mutation SetPayoutSettings($input: SetPayoutSettingsInput!) {
  setPayoutSettings(input: $input) {
    organizationSetting {
      payoutTiming
      payoutDelayDays
      payoutApprovalAboveCents
    }
  }
}`,
};
/** The operation CreatePayout. */
export const CreatePayoutDocument: TypedDocument<
  CreatePayoutMutation,
  CreatePayoutMutationVariables
> = {
  name: "CreatePayout",
  text: `mutation CreatePayout($input: CreatePayoutInput!) {
  createPayout(input: $input) {
    payout {
      ...Payout
    }
  }
}
fragment Payout on Payout {
  id
  organizationId
  promoterId
  currency
  payoutPeriodStart
  payoutPeriodEnd
  grossRevenueCents
  totalCommissionCents
  stripeFeesCents
  refundsCents
  adjustmentsCents
  netPayoutCents
  transactionsIncluded
  eventsIncluded
  reversedCents
  status
  attempt
  requestedBy
  approvedBy
  approvedAt
  decisionNote
  scheduledFor
  initiatedAt
  completedAt
  failedAt
  failureCode
  failureReason
  retryAt
  canceledAt
  stripeTransferId
  createdAt
}`,
};
/** The operation SubmitPayout. */
export const SubmitPayoutDocument: TypedDocument<
  SubmitPayoutMutation,
  SubmitPayoutMutationVariables
> = {
  name: "SubmitPayout",
  text: `mutation SubmitPayout($input: SubmitPayoutInput!) {
  submitPayout(input: $input) {
    payout {
      ...Payout
    }
  }
}
fragment Payout on Payout {
  id
  organizationId
  promoterId
  currency
  payoutPeriodStart
  payoutPeriodEnd
  grossRevenueCents
  totalCommissionCents
  stripeFeesCents
  refundsCents
  adjustmentsCents
  netPayoutCents
  transactionsIncluded
  eventsIncluded
  reversedCents
  status
  attempt
  requestedBy
  approvedBy
  approvedAt
  decisionNote
  scheduledFor
  initiatedAt
  completedAt
  failedAt
  failureCode
  failureReason
  retryAt
  canceledAt
  stripeTransferId
  createdAt
}`,
};
/** The operation ApprovePayout. */
export const ApprovePayoutDocument: TypedDocument<
  ApprovePayoutMutation,
  ApprovePayoutMutationVariables
> = {
  name: "ApprovePayout",
  text: `mutation ApprovePayout($input: ApprovePayoutInput!) {
  approvePayout(input: $input) {
    payout {
      ...Payout
    }
  }
}
fragment Payout on Payout {
  id
  organizationId
  promoterId
  currency
  payoutPeriodStart
  payoutPeriodEnd
  grossRevenueCents
  totalCommissionCents
  stripeFeesCents
  refundsCents
  adjustmentsCents
  netPayoutCents
  transactionsIncluded
  eventsIncluded
  reversedCents
  status
  attempt
  requestedBy
  approvedBy
  approvedAt
  decisionNote
  scheduledFor
  initiatedAt
  completedAt
  failedAt
  failureCode
  failureReason
  retryAt
  canceledAt
  stripeTransferId
  createdAt
}`,
};
/** The operation CancelPayout. */
export const CancelPayoutDocument: TypedDocument<
  CancelPayoutMutation,
  CancelPayoutMutationVariables
> = {
  name: "CancelPayout",
  text: `mutation CancelPayout($input: CancelPayoutInput!) {
  cancelPayout(input: $input) {
    payout {
      ...Payout
    }
  }
}
fragment Payout on Payout {
  id
  organizationId
  promoterId
  currency
  payoutPeriodStart
  payoutPeriodEnd
  grossRevenueCents
  totalCommissionCents
  stripeFeesCents
  refundsCents
  adjustmentsCents
  netPayoutCents
  transactionsIncluded
  eventsIncluded
  reversedCents
  status
  attempt
  requestedBy
  approvedBy
  approvedAt
  decisionNote
  scheduledFor
  initiatedAt
  completedAt
  failedAt
  failureCode
  failureReason
  retryAt
  canceledAt
  stripeTransferId
  createdAt
}`,
};
/** The operation RetryPayout. */
export const RetryPayoutDocument: TypedDocument<RetryPayoutMutation, RetryPayoutMutationVariables> =
  {
    name: "RetryPayout",
    text: `mutation RetryPayout($input: RetryPayoutInput!) {
  retryPayout(input: $input) {
    payout {
      ...Payout
    }
  }
}
fragment Payout on Payout {
  id
  organizationId
  promoterId
  currency
  payoutPeriodStart
  payoutPeriodEnd
  grossRevenueCents
  totalCommissionCents
  stripeFeesCents
  refundsCents
  adjustmentsCents
  netPayoutCents
  transactionsIncluded
  eventsIncluded
  reversedCents
  status
  attempt
  requestedBy
  approvedBy
  approvedAt
  decisionNote
  scheduledFor
  initiatedAt
  completedAt
  failedAt
  failureCode
  failureReason
  retryAt
  canceledAt
  stripeTransferId
  createdAt
}`,
  };
/** The operation HoldPayout. */
export const HoldPayoutDocument: TypedDocument<HoldPayoutMutation, HoldPayoutMutationVariables> = {
  name: "HoldPayout",
  text: `mutation HoldPayout($input: HoldPayoutInput!) {
  holdPayout(input: $input) {
    payoutHold {
      ...PayoutHold
    }
  }
}
fragment PayoutHold on PayoutHold {
  id
  organizationId
  payoutId
  kind
  amountCents
  reason
  isOfPlatform
  holdUntil
  createdAt
  releasedAt
}`,
};
/** The operation ReleasePayoutHold. */
export const ReleasePayoutHoldDocument: TypedDocument<
  ReleasePayoutHoldMutation,
  ReleasePayoutHoldMutationVariables
> = {
  name: "ReleasePayoutHold",
  text: `mutation ReleasePayoutHold($input: ReleasePayoutHoldInput!) {
  releasePayoutHold(input: $input) {
    payoutHold {
      ...PayoutHold
    }
  }
}
fragment PayoutHold on PayoutHold {
  id
  organizationId
  payoutId
  kind
  amountCents
  reason
  isOfPlatform
  holdUntil
  createdAt
  releasedAt
}`,
};
/** The operation ReversePayout. */
export const ReversePayoutDocument: TypedDocument<
  ReversePayoutMutation,
  ReversePayoutMutationVariables
> = {
  name: "ReversePayout",
  text: `mutation ReversePayout($input: ReversePayoutInput!) {
  reversePayout(input: $input) {
    payoutReversal {
      ...PayoutReversal
    }
  }
}
fragment PayoutReversal on PayoutReversal {
  id
  payoutId
  amountCents
  reason
  status
  failureReason
  endedAt
  createdAt
}`,
};
/** The operation BookUnaskedReversals. */
export const BookUnaskedReversalsDocument: TypedDocument<
  BookUnaskedReversalsMutation,
  BookUnaskedReversalsMutationVariables
> = {
  name: "BookUnaskedReversals",
  text: `mutation BookUnaskedReversals($input: BookUnaskedReversalsInput!) {
  bookUnaskedReversals(input: $input) {
    payout {
      ...Payout
    }
  }
}
fragment Payout on Payout {
  id
  organizationId
  promoterId
  currency
  payoutPeriodStart
  payoutPeriodEnd
  grossRevenueCents
  totalCommissionCents
  stripeFeesCents
  refundsCents
  adjustmentsCents
  netPayoutCents
  transactionsIncluded
  eventsIncluded
  reversedCents
  status
  attempt
  requestedBy
  approvedBy
  approvedAt
  decisionNote
  scheduledFor
  initiatedAt
  completedAt
  failedAt
  failureCode
  failureReason
  retryAt
  canceledAt
  stripeTransferId
  createdAt
}`,
};
/** The operation SetStripeFeesPayer. */
export const SetStripeFeesPayerDocument: TypedDocument<
  SetStripeFeesPayerMutation,
  SetStripeFeesPayerMutationVariables
> = {
  name: "SetStripeFeesPayer",
  text: `mutation SetStripeFeesPayer($input: SetStripeFeesPayerInput!) {
  setStripeFeesPayer(input: $input) {
    organizationSetting {
      organizationId
    }
  }
}`,
};
/** The operation FindUser. */
export const FindUserDocument: TypedDocument<FindUserQuery, FindUserQueryVariables> = {
  name: "FindUser",
  text: `query FindUser($email: String!) {
  findUser(email: $email) {
    ...User
    accountStatus
  }
}
fragment User on User {
  id
  email
  firstName
  lastName
  phone
  address
  avatarUrl
  language
  dateOfBirth
  emailVerifiedAt
  createdAt
}`,
};
/** The operation SuspendUser. */
export const SuspendUserDocument: TypedDocument<SuspendUserMutation, SuspendUserMutationVariables> =
  {
    name: "SuspendUser",
    text: `mutation SuspendUser($userId: UUID!, $reason: String!) {
  suspendUser(input: {userId: $userId, reason: $reason}) {
    user {
      id
    }
  }
}`,
  };
/** The operation ReinstateUser. */
export const ReinstateUserDocument: TypedDocument<
  ReinstateUserMutation,
  ReinstateUserMutationVariables
> = {
  name: "ReinstateUser",
  text: `mutation ReinstateUser($userId: UUID!) {
  reinstateUser(input: {userId: $userId}) {
    user {
      id
    }
  }
}`,
};
/** The operation RevokeUserSessions. */
export const RevokeUserSessionsDocument: TypedDocument<
  RevokeUserSessionsMutation,
  RevokeUserSessionsMutationVariables
> = {
  name: "RevokeUserSessions",
  text: `mutation RevokeUserSessions($userId: UUID!) {
  revokeUserSessions(input: {userId: $userId}) {
    sessionsEnded
  }
}`,
};
/** The operation GrantPlatformRole. */
export const GrantPlatformRoleDocument: TypedDocument<
  GrantPlatformRoleMutation,
  GrantPlatformRoleMutationVariables
> = {
  name: "GrantPlatformRole",
  text: `mutation GrantPlatformRole($userId: UUID!, $role: PlatformRole!) {
  grantPlatformRole(input: {userId: $userId, role: $role}) {
    platformStaff {
      id
    }
  }
}`,
};
/** The operation RevokePlatformRole. */
export const RevokePlatformRoleDocument: TypedDocument<
  RevokePlatformRoleMutation,
  RevokePlatformRoleMutationVariables
> = {
  name: "RevokePlatformRole",
  text: `mutation RevokePlatformRole($userId: UUID!) {
  revokePlatformRole(input: {userId: $userId}) {
    platformStaff {
      id
    }
  }
}`,
};
/** The operation StartImpersonation. */
export const StartImpersonationDocument: TypedDocument<
  StartImpersonationMutation,
  StartImpersonationMutationVariables
> = {
  name: "StartImpersonation",
  text: `mutation StartImpersonation($input: StartImpersonationInput!) {
  startImpersonation(input: $input) {
    token
    expiresAt
    user {
      ...User
    }
  }
}
fragment User on User {
  id
  email
  firstName
  lastName
  phone
  address
  avatarUrl
  language
  dateOfBirth
  emailVerifiedAt
  createdAt
}`,
};
/** The operation EndImpersonation. */
export const EndImpersonationDocument: TypedDocument<
  EndImpersonationMutation,
  EndImpersonationMutationVariables
> = {
  name: "EndImpersonation",
  text: `mutation EndImpersonation {
  endImpersonation(input: {}) {
    impersonation {
      id
    }
  }
}`,
};
/** The operation SuspendOrganization. */
export const SuspendOrganizationDocument: TypedDocument<
  SuspendOrganizationMutation,
  SuspendOrganizationMutationVariables
> = {
  name: "SuspendOrganization",
  text: `mutation SuspendOrganization($input: SuspendOrganizationInput!) {
  suspendOrganization(input: $input) {
    organization {
      ...Organization
    }
  }
}
fragment Organization on Organization {
  id
  name
  slug
  email
  defaultCurrency
  status
}`,
};
/** The operation ReactivateOrganization. */
export const ReactivateOrganizationDocument: TypedDocument<
  ReactivateOrganizationMutation,
  ReactivateOrganizationMutationVariables
> = {
  name: "ReactivateOrganization",
  text: `mutation ReactivateOrganization($input: ReactivateOrganizationInput!) {
  reactivateOrganization(input: $input) {
    organization {
      ...Organization
    }
  }
}
fragment Organization on Organization {
  id
  name
  slug
  email
  defaultCurrency
  status
}`,
};
/** The operation ChangeOrganizationPlan. */
export const ChangeOrganizationPlanDocument: TypedDocument<
  ChangeOrganizationPlanMutation,
  ChangeOrganizationPlanMutationVariables
> = {
  name: "ChangeOrganizationPlan",
  text: `mutation ChangeOrganizationPlan($input: ChangeOrganizationPlanInput!) {
  changeOrganizationPlan(input: $input) {
    organizationSetting {
      organizationId
    }
  }
}`,
};
/** The operation DecideOrganizationVerification. */
export const DecideOrganizationVerificationDocument: TypedDocument<
  DecideOrganizationVerificationMutation,
  DecideOrganizationVerificationMutationVariables
> = {
  name: "DecideOrganizationVerification",
  text: `mutation DecideOrganizationVerification($input: DecideOrganizationVerificationInput!) {
  decideOrganizationVerification(input: $input) {
    organizationVerification {
      id
    }
  }
}`,
};
/** The operation SetEventCategory. */
export const SetEventCategoryDocument: TypedDocument<
  SetEventCategoryMutation,
  SetEventCategoryMutationVariables
> = {
  name: "SetEventCategory",
  text: `mutation SetEventCategory($input: SetEventCategoryInput!) {
  setEventCategory(input: $input) {
    eventCategory {
      slug
    }
  }
}`,
};
/** The operation TicketCategories. */
export const TicketCategoriesDocument: TypedDocument<
  TicketCategoriesQuery,
  TicketCategoriesQueryVariables
> = {
  name: "TicketCategories",
  text: `query TicketCategories($eventId: UUID!, $after: Cursor) {
  ticketCategories(
    first: 100
    after: $after
    condition: {eventId: $eventId}
    orderBy: [PRIMARY_KEY_ASC]
  ) {
    nodes {
      ...TicketCategory
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment TicketCategory on TicketCategory {
  id
  organizationId
  eventId
  categoryNo
  name
  description
  status
  seatCategories
  sections
  sortOrder
  salesStart
  salesEnd
  minPerTransaction
  maxPerTransaction
  maxPerUser
  includes
  restrictions
  prices(condition: {audience: public}, first: 100) {
    nodes {
      priceCents
      validDuring {
        start {
          value
          inclusive
        }
        end {
          value
          inclusive
        }
      }
    }
  }
}`,
};
/** The operation CreateTicketCategory. */
export const CreateTicketCategoryDocument: TypedDocument<
  CreateTicketCategoryMutation,
  CreateTicketCategoryMutationVariables
> = {
  name: "CreateTicketCategory",
  text: `mutation CreateTicketCategory($input: CreateTicketCategoryInput!) {
  createTicketCategory(input: $input) {
    ticketCategory {
      ...TicketCategory
    }
  }
}
fragment TicketCategory on TicketCategory {
  id
  organizationId
  eventId
  categoryNo
  name
  description
  status
  seatCategories
  sections
  sortOrder
  salesStart
  salesEnd
  minPerTransaction
  maxPerTransaction
  maxPerUser
  includes
  restrictions
  prices(condition: {audience: public}, first: 100) {
    nodes {
      priceCents
      validDuring {
        start {
          value
          inclusive
        }
        end {
          value
          inclusive
        }
      }
    }
  }
}`,
};
/** The operation UpdateTicketCategory. */
export const UpdateTicketCategoryDocument: TypedDocument<
  UpdateTicketCategoryMutation,
  UpdateTicketCategoryMutationVariables
> = {
  name: "UpdateTicketCategory",
  text: `mutation UpdateTicketCategory($input: UpdateTicketCategoryInput!) {
  updateTicketCategory(input: $input) {
    ticketCategory {
      ...TicketCategory
    }
  }
}
fragment TicketCategory on TicketCategory {
  id
  organizationId
  eventId
  categoryNo
  name
  description
  status
  seatCategories
  sections
  sortOrder
  salesStart
  salesEnd
  minPerTransaction
  maxPerTransaction
  maxPerUser
  includes
  restrictions
  prices(condition: {audience: public}, first: 100) {
    nodes {
      priceCents
      validDuring {
        start {
          value
          inclusive
        }
        end {
          value
          inclusive
        }
      }
    }
  }
}`,
};
/** The operation Prices. */
export const PricesDocument: TypedDocument<PricesQuery, PricesQueryVariables> = {
  name: "Prices",
  text: `query Prices($ticketCategoryId: UUID!, $after: Cursor) {
  ticketCategoryPrices(
    condition: {ticketCategoryId: $ticketCategoryId}
    first: 100
    after: $after
  ) {
    nodes {
      ...Price
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment Price on TicketCategoryPrice {
  id
  ticketCategoryId
  audience
  priceCents
  validDuring {
    start {
      value
    }
    end {
      value
    }
  }
}`,
};
/** The operation PricingRules. */
export const PricingRulesDocument: TypedDocument<PricingRulesQuery, PricingRulesQueryVariables> = {
  name: "PricingRules",
  text: `query PricingRules($ticketCategoryId: UUID!, $after: Cursor) {
  pricingRules(
    condition: {ticketCategoryId: $ticketCategoryId}
    first: 100
    after: $after
  ) {
    nodes {
      ...PricingRule
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment PricingRule on PricingRule {
  id
  ticketCategoryId
  name
  sortOrder
  condition
  atLeast
  below
  percentage
  amountCents
  floorCents
  ceilingCents
  roundToCents
  endedAt
}`,
};
/** The operation SeatPrices. */
export const SeatPricesDocument: TypedDocument<SeatPricesQuery, SeatPricesQueryVariables> = {
  name: "SeatPrices",
  text: `query SeatPrices($performanceId: UUID!, $after: Cursor) {
  seatPrices(performanceId: $performanceId, first: 100, after: $after) {
    nodes {
      seatId
      priceCents
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation ExplainPrice. */
export const ExplainPriceDocument: TypedDocument<ExplainPriceQuery, ExplainPriceQueryVariables> = {
  name: "ExplainPrice",
  text: `query ExplainPrice($bookingItemId: UUID!) {
  explainPrice(bookingItemId: $bookingItemId, first: 100) {
    nodes {
      stepNo
      kind
      name
      sourceId
      unitCents
      amountCents
      includedCents
    }
  }
}`,
};
/** The operation Quote. */
export const QuoteDocument: TypedDocument<QuoteMutation, QuoteMutationVariables> = {
  name: "Quote",
  text: `mutation Quote($input: QuoteInput!) {
  quote(input: $input) {
    priceQuote {
      performanceId
      currency
      subtotalCents
      discountCents
      serviceFeeCents
      processingFeeCents
      taxCents
      totalAmountCents
      taxIncludedCents
      discountRefusal
      lines {
        ticketCategoryId
        seatNos
        quantity
        priceBasis
        unitPriceCents
        subtotalCents
        discountCents
        serviceFeeCents
        processingFeeCents
        taxCents
        totalCents
        taxIncludedCents
      }
    }
  }
}`,
};
/** The operation SetPrice. */
export const SetPriceDocument: TypedDocument<SetPriceMutation, SetPriceMutationVariables> = {
  name: "SetPrice",
  text: `mutation SetPrice($input: SetPriceInput!) {
  setPrice(input: $input) {
    ticketCategoryPrice {
      ...Price
    }
  }
}
fragment Price on TicketCategoryPrice {
  id
  ticketCategoryId
  audience
  priceCents
  validDuring {
    start {
      value
    }
    end {
      value
    }
  }
}`,
};
/** The operation EndPrice. */
export const EndPriceDocument: TypedDocument<EndPriceMutation, EndPriceMutationVariables> = {
  name: "EndPrice",
  text: `mutation EndPrice($input: EndPriceInput!) {
  endPrice(input: $input) {
    ticketCategoryPrice {
      ...Price
    }
  }
}
fragment Price on TicketCategoryPrice {
  id
  ticketCategoryId
  audience
  priceCents
  validDuring {
    start {
      value
    }
    end {
      value
    }
  }
}`,
};
/** The operation SetSeatPrices. */
export const SetSeatPricesDocument: TypedDocument<
  SetSeatPricesMutation,
  SetSeatPricesMutationVariables
> = {
  name: "SetSeatPrices",
  text: `mutation SetSeatPrices($input: SetSeatPricesInput!) {
  setSeatPrices(input: $input) {
    result
  }
}`,
};
/** The operation CreatePricingRule. */
export const CreatePricingRuleDocument: TypedDocument<
  CreatePricingRuleMutation,
  CreatePricingRuleMutationVariables
> = {
  name: "CreatePricingRule",
  text: `mutation CreatePricingRule($input: CreatePricingRuleInput!) {
  createPricingRule(input: $input) {
    pricingRule {
      ...PricingRule
    }
  }
}
fragment PricingRule on PricingRule {
  id
  ticketCategoryId
  name
  sortOrder
  condition
  atLeast
  below
  percentage
  amountCents
  floorCents
  ceilingCents
  roundToCents
  endedAt
}`,
};
/** The operation EndPricingRule. */
export const EndPricingRuleDocument: TypedDocument<
  EndPricingRuleMutation,
  EndPricingRuleMutationVariables
> = {
  name: "EndPricingRule",
  text: `mutation EndPricingRule($input: EndPricingRuleInput!) {
  endPricingRule(input: $input) {
    pricingRule {
      ...PricingRule
    }
  }
}
fragment PricingRule on PricingRule {
  id
  ticketCategoryId
  name
  sortOrder
  condition
  atLeast
  below
  percentage
  amountCents
  floorCents
  ceilingCents
  roundToCents
  endedAt
}`,
};
/** The operation RequestErasure. */
export const RequestErasureDocument: TypedDocument<
  RequestErasureMutation,
  RequestErasureMutationVariables
> = {
  name: "RequestErasure",
  text: `mutation RequestErasure($input: RequestErasureInput!) {
  requestErasure(input: $input)
}`,
};
/** The operation ExportMyData. */
export const ExportMyDataDocument: TypedDocument<
  ExportMyDataMutation,
  ExportMyDataMutationVariables
> = {
  name: "ExportMyData",
  text: `mutation ExportMyData {
  exportMyData(input: {}) {
    data
  }
}`,
};
/** The operation GiveConsent. */
export const GiveConsentDocument: TypedDocument<GiveConsentMutation, GiveConsentMutationVariables> =
  {
    name: "GiveConsent",
    text: `mutation GiveConsent($input: GiveConsentInput!) {
  giveConsent(input: $input) {
    consent {
      ...Consent
    }
  }
}
fragment Consent on Consent {
  id
  organizationId
  purpose
  isGiven
  wordingVersion
  source
  createdAt
}`,
  };
/** The operation WithdrawConsent. */
export const WithdrawConsentDocument: TypedDocument<
  WithdrawConsentMutation,
  WithdrawConsentMutationVariables
> = {
  name: "WithdrawConsent",
  text: `mutation WithdrawConsent($input: WithdrawConsentInput!) {
  withdrawConsent(input: $input) {
    consent {
      ...Consent
    }
  }
}
fragment Consent on Consent {
  id
  organizationId
  purpose
  isGiven
  wordingVersion
  source
  createdAt
}`,
};
/** The operation RequestGuestConsent. */
export const RequestGuestConsentDocument: TypedDocument<
  RequestGuestConsentMutation,
  RequestGuestConsentMutationVariables
> = {
  name: "RequestGuestConsent",
  text: `mutation RequestGuestConsent($input: RequestGuestConsentInput!) {
  requestGuestConsent(input: $input) {
    result
  }
}`,
};
/** The operation ConfirmGuestConsent. */
export const ConfirmGuestConsentDocument: TypedDocument<
  ConfirmGuestConsentMutation,
  ConfirmGuestConsentMutationVariables
> = {
  name: "ConfirmGuestConsent",
  text: `mutation ConfirmGuestConsent($token: String!) {
  confirmGuestConsent(input: {token: $token}) {
    result
  }
}`,
};
/** The operation CurrentConsents. */
export const CurrentConsentsDocument: TypedDocument<
  CurrentConsentsQuery,
  CurrentConsentsQueryVariables
> = {
  name: "CurrentConsents",
  text: `query CurrentConsents($after: Cursor) {
  currentConsents(first: 100, after: $after) {
    nodes {
      ...Consent
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
fragment Consent on Consent {
  id
  organizationId
  purpose
  isGiven
  wordingVersion
  source
  createdAt
}`,
};
/** The operation UpdateCustomer. */
export const UpdateCustomerDocument: TypedDocument<
  UpdateCustomerMutation,
  UpdateCustomerMutationVariables
> = {
  name: "UpdateCustomer",
  text: `mutation UpdateCustomer($input: UpdateCustomerInput!) {
  updateCustomer(input: $input) {
    customer {
      ...Customer
    }
  }
}
fragment Customer on Customer {
  id
  organizationId
  userId
  email
  firstName
  lastName
  phone
  address
}`,
};
/** The operation RecordCustomerConsent. */
export const RecordCustomerConsentDocument: TypedDocument<
  RecordCustomerConsentMutation,
  RecordCustomerConsentMutationVariables
> = {
  name: "RecordCustomerConsent",
  text: `mutation RecordCustomerConsent($input: RecordCustomerConsentInput!) {
  recordCustomerConsent(input: $input) {
    consent {
      ...Consent
    }
  }
}
fragment Consent on Consent {
  id
  organizationId
  purpose
  isGiven
  wordingVersion
  source
  createdAt
}`,
};
/** The operation ExportCustomerData. */
export const ExportCustomerDataDocument: TypedDocument<
  ExportCustomerDataMutation,
  ExportCustomerDataMutationVariables
> = {
  name: "ExportCustomerData",
  text: `mutation ExportCustomerData($input: ExportCustomerDataInput!) {
  exportCustomerData(input: $input) {
    data
  }
}`,
};
/** The operation EraseCustomer. */
export const EraseCustomerDocument: TypedDocument<
  EraseCustomerMutation,
  EraseCustomerMutationVariables
> = {
  name: "EraseCustomer",
  text: `mutation EraseCustomer($input: EraseCustomerInput!) {
  eraseCustomer(input: $input) {
    privacyRequest {
      id
    }
  }
}`,
};
/** The operation PaymentTransactions. */
export const PaymentTransactionsDocument: TypedDocument<
  PaymentTransactionsQuery,
  PaymentTransactionsQueryVariables
> = {
  name: "PaymentTransactions",
  text: `query PaymentTransactions($condition: PaymentTransactionCondition!, $first: Int!, $after: Cursor) {
  paymentTransactions(condition: $condition, first: $first, after: $after) {
    nodes {
      ...PaymentTransaction
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment PaymentTransaction on PaymentTransaction {
  id
  organizationId
  ledgerTransactionId
  accountingPeriod
  transactionType
  transactionCategory
  bookingId
  paymentIntentId
  refundId
  grossAmountCents
  feeAmountCents
  netAmountCents
  currency
  description
  reconciliationStatus
  reconciledAt
  processedAt
}`,
};
/** The operation ReconciliationRuns. */
export const ReconciliationRunsDocument: TypedDocument<
  ReconciliationRunsQuery,
  ReconciliationRunsQueryVariables
> = {
  name: "ReconciliationRuns",
  text: `query ReconciliationRuns($first: Int!, $after: Cursor) {
  reconciliationRuns(first: $first, after: $after, orderBy: ID_DESC) {
    nodes {
      ...ReconciliationRun
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment ReconciliationRun on ReconciliationRun {
  id
  status
  listedFrom
  listedThrough
  comparedBefore
  createdAt
  completedAt
}`,
};
/** The operation ReconciliationResults. */
export const ReconciliationResultsDocument: TypedDocument<
  ReconciliationResultsQuery,
  ReconciliationResultsQueryVariables
> = {
  name: "ReconciliationResults",
  text: `query ReconciliationResults($condition: ReconciliationResultCondition!, $first: Int!, $after: Cursor) {
  reconciliationResults(
    condition: $condition
    first: $first
    after: $after
    orderBy: ID_DESC
  ) {
    nodes {
      ...ReconciliationResult
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment ReconciliationResult on ReconciliationResult {
  id
  runId
  organizationId
  currency
  stripeCount
  stripeGrossCents
  stripeFeeCents
  stripeNetCents
  bookCount
  bookNetCents
  differenceCents
  matchedCount
  findingCount
}`,
};
/** The operation PaymentFindings. */
export const PaymentFindingsDocument: TypedDocument<
  PaymentFindingsQuery,
  PaymentFindingsQueryVariables
> = {
  name: "PaymentFindings",
  text: `query PaymentFindings($condition: PaymentFindingCondition!, $first: Int!, $after: Cursor) {
  paymentFindings(
    condition: $condition
    first: $first
    after: $after
    orderBy: ID_DESC
  ) {
    nodes {
      ...PaymentFinding
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment PaymentFinding on PaymentFinding {
  id
  organizationId
  bookingId
  paymentTransactionId
  kind
  subject
  detail
  accountingPeriod
  firstSeenAt
  lastSeenAt
  goneAt
  resolvedAt
  resolutionNote
}`,
};
/** The operation ResolvePaymentFinding. */
export const ResolvePaymentFindingDocument: TypedDocument<
  ResolvePaymentFindingMutation,
  ResolvePaymentFindingMutationVariables
> = {
  name: "ResolvePaymentFinding",
  text: `mutation ResolvePaymentFinding($input: ResolvePaymentFindingInput!) {
  resolvePaymentFinding(input: $input) {
    paymentFinding {
      ...PaymentFinding
    }
  }
}
fragment PaymentFinding on PaymentFinding {
  id
  organizationId
  bookingId
  paymentTransactionId
  kind
  subject
  detail
  accountingPeriod
  firstSeenAt
  lastSeenAt
  goneAt
  resolvedAt
  resolutionNote
}`,
};
/** The operation BookPartialCapture. */
export const BookPartialCaptureDocument: TypedDocument<
  BookPartialCaptureMutation,
  BookPartialCaptureMutationVariables
> = {
  name: "BookPartialCapture",
  text: `mutation BookPartialCapture($input: BookPartialCaptureInput!) {
  bookPartialCapture(input: $input) {
    paymentFinding {
      ...PaymentFinding
    }
  }
}
fragment PaymentFinding on PaymentFinding {
  id
  organizationId
  bookingId
  paymentTransactionId
  kind
  subject
  detail
  accountingPeriod
  firstSeenAt
  lastSeenAt
  goneAt
  resolvedAt
  resolutionNote
}`,
};
/** The operation ReturnBooking. */
export const ReturnBookingDocument: TypedDocument<
  ReturnBookingMutation,
  ReturnBookingMutationVariables
> = {
  name: "ReturnBooking",
  text: `mutation ReturnBooking($input: ReturnBookingInput!) {
  returnBooking(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation CancellationTerms. */
export const CancellationTermsDocument: TypedDocument<
  CancellationTermsQuery,
  CancellationTermsQueryVariables
> = {
  name: "CancellationTerms",
  text: `query CancellationTerms($performanceId: UUID!) {
  cancellationTerms(performanceId: $performanceId, first: 100) {
    nodes {
      ...CancellationTerm
    }
  }
}
fragment CancellationTerm on CancellationTerm {
  daysBefore
  until
  percentage
  refundsServiceFees
  refundsProcessingFees
}`,
};
/** The operation QuoteCancellation. */
export const QuoteCancellationDocument: TypedDocument<
  QuoteCancellationQuery,
  QuoteCancellationQueryVariables
> = {
  name: "QuoteCancellation",
  text: `query QuoteCancellation($bookingId: UUID!, $ticketIds: [UUID!], $addOnItemIds: [UUID!], $addOnQuantities: [Int!]) {
  quoteCancellation(
    bookingId: $bookingId
    ticketIds: $ticketIds
    addOnItemIds: $addOnItemIds
    addOnQuantities: $addOnQuantities
  ) {
    ...CancellationQuote
  }
}
fragment CancellationQuote on CancellationQuote {
  bookingId
  percentage
  until
  policyVersion
  refundsServiceFees
  refundsProcessingFees
  ticketCount
  priceCents
  serviceFeeCents
  processingFeeCents
  taxCents
  refundCents
  keptCents
  currency
}`,
};
/** The operation Refunds. */
export const RefundsDocument: TypedDocument<RefundsQuery, RefundsQueryVariables> = {
  name: "Refunds",
  text: `query Refunds($bookingId: UUID!, $after: Cursor) {
  refunds(condition: {bookingId: $bookingId}, first: 100, after: $after) {
    nodes {
      ...Refund
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment Refund on Refund {
  id
  bookingId
  paymentIntentId
  requestId
  reason
  amountCents
  currency
  status
  attempt
  failureReason
  notBefore
  succeededAt
  failedAt
  createdAt
}`,
};
/** The operation RefundItems. */
export const RefundItemsDocument: TypedDocument<RefundItemsQuery, RefundItemsQueryVariables> = {
  name: "RefundItems",
  text: `query RefundItems($bookingId: UUID!, $after: Cursor) {
  refundItems(condition: {bookingId: $bookingId}, first: 100, after: $after) {
    nodes {
      ...RefundItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment RefundItem on RefundItem {
  id
  requestId
  bookingItemId
  ticketId
  unitNo
  isReturn
  priceCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
  commissionCents
}`,
};
/** The operation RefundRequests. */
export const RefundRequestsDocument: TypedDocument<
  RefundRequestsQuery,
  RefundRequestsQueryVariables
> = {
  name: "RefundRequests",
  text: `query RefundRequests($first: Int!, $after: Cursor, $condition: RefundRequestCondition) {
  refundRequests(first: $first, after: $after, condition: $condition) {
    nodes {
      ...RefundRequest
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment RefundRequest on RefundRequest {
  id
  organizationId
  bookingId
  kind
  status
  reason
  note
  isException
  amountCents
  currency
  requestedBy
  decidedBy
  decidedAt
  decisionNote
  createdAt
}`,
};
/** The operation FailedRefunds. */
export const FailedRefundsDocument: TypedDocument<FailedRefundsQuery, FailedRefundsQueryVariables> =
  {
    name: "FailedRefunds",
    text: `query FailedRefunds($organizationId: UUID!, $first: Int!, $after: Cursor) {
  failedRefunds(organizationId: $organizationId, first: $first, after: $after) {
    nodes {
      ...Refund
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment Refund on Refund {
  id
  bookingId
  paymentIntentId
  requestId
  reason
  amountCents
  currency
  status
  attempt
  failureReason
  notBefore
  succeededAt
  failedAt
  createdAt
}`,
  };
/** The operation ReturnTickets. */
export const ReturnTicketsDocument: TypedDocument<
  ReturnTicketsMutation,
  ReturnTicketsMutationVariables
> = {
  name: "ReturnTickets",
  text: `mutation ReturnTickets($input: ReturnTicketsInput!) {
  returnTickets(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation SetCancellationPolicy. */
export const SetCancellationPolicyDocument: TypedDocument<
  SetCancellationPolicyMutation,
  SetCancellationPolicyMutationVariables
> = {
  name: "SetCancellationPolicy",
  text: `mutation SetCancellationPolicy($input: SetCancellationPolicyInput!) {
  setCancellationPolicy(input: $input) {
    cancellationPolicy {
      ...CancellationPolicy
    }
  }
}
fragment CancellationPolicy on CancellationPolicy {
  id
  organizationId
  eventId
  version
  refundsServiceFees
  refundsProcessingFees
  createdAt
}`,
};
/** The operation SetRefundApproval. */
export const SetRefundApprovalDocument: TypedDocument<
  SetRefundApprovalMutation,
  SetRefundApprovalMutationVariables
> = {
  name: "SetRefundApproval",
  text: `mutation SetRefundApproval($input: SetRefundApprovalInput!) {
  setRefundApproval(input: $input) {
    organizationSetting {
      organizationId
      refundApprovalAboveCents
    }
  }
}`,
};
/** The operation RefundBookingAmount. */
export const RefundBookingAmountDocument: TypedDocument<
  RefundBookingAmountMutation,
  RefundBookingAmountMutationVariables
> = {
  name: "RefundBookingAmount",
  text: `mutation RefundBookingAmount($input: RefundBookingAmountInput!) {
  refundBookingAmount(input: $input) {
    refundRequest {
      ...RefundRequest
    }
  }
}
fragment RefundRequest on RefundRequest {
  id
  organizationId
  bookingId
  kind
  status
  reason
  note
  isException
  amountCents
  currency
  requestedBy
  decidedBy
  decidedAt
  decisionNote
  createdAt
}`,
};
/** The operation RefundTickets. */
export const RefundTicketsDocument: TypedDocument<
  RefundTicketsMutation,
  RefundTicketsMutationVariables
> = {
  name: "RefundTickets",
  text: `mutation RefundTickets($input: RefundTicketsInput!) {
  refundTickets(input: $input) {
    refundRequest {
      ...RefundRequest
    }
  }
}
fragment RefundRequest on RefundRequest {
  id
  organizationId
  bookingId
  kind
  status
  reason
  note
  isException
  amountCents
  currency
  requestedBy
  decidedBy
  decidedAt
  decisionNote
  createdAt
}`,
};
/** The operation RefundFees. */
export const RefundFeesDocument: TypedDocument<RefundFeesMutation, RefundFeesMutationVariables> = {
  name: "RefundFees",
  text: `mutation RefundFees($input: RefundFeesInput!) {
  refundFees(input: $input) {
    refundRequest {
      ...RefundRequest
    }
  }
}
fragment RefundRequest on RefundRequest {
  id
  organizationId
  bookingId
  kind
  status
  reason
  note
  isException
  amountCents
  currency
  requestedBy
  decidedBy
  decidedAt
  decisionNote
  createdAt
}`,
};
/** The operation ApproveRefund. */
export const ApproveRefundDocument: TypedDocument<
  ApproveRefundMutation,
  ApproveRefundMutationVariables
> = {
  name: "ApproveRefund",
  text: `mutation ApproveRefund($input: ApproveRefundInput!) {
  approveRefund(input: $input) {
    refundRequest {
      ...RefundRequest
    }
  }
}
fragment RefundRequest on RefundRequest {
  id
  organizationId
  bookingId
  kind
  status
  reason
  note
  isException
  amountCents
  currency
  requestedBy
  decidedBy
  decidedAt
  decisionNote
  createdAt
}`,
};
/** The operation DeclineRefund. */
export const DeclineRefundDocument: TypedDocument<
  DeclineRefundMutation,
  DeclineRefundMutationVariables
> = {
  name: "DeclineRefund",
  text: `mutation DeclineRefund($input: DeclineRefundInput!) {
  declineRefund(input: $input) {
    refundRequest {
      ...RefundRequest
    }
  }
}
fragment RefundRequest on RefundRequest {
  id
  organizationId
  bookingId
  kind
  status
  reason
  note
  isException
  amountCents
  currency
  requestedBy
  decidedBy
  decidedAt
  decisionNote
  createdAt
}`,
};
/** The operation BookUnaskedRefund. */
export const BookUnaskedRefundDocument: TypedDocument<
  BookUnaskedRefundMutation,
  BookUnaskedRefundMutationVariables
> = {
  name: "BookUnaskedRefund",
  text: `mutation BookUnaskedRefund($input: BookUnaskedRefundInput!) {
  bookUnaskedRefund(input: $input) {
    refund {
      ...Refund
    }
  }
}
fragment Refund on Refund {
  id
  bookingId
  paymentIntentId
  requestId
  reason
  amountCents
  currency
  status
  attempt
  failureReason
  notBefore
  succeededAt
  failedAt
  createdAt
}`,
};
/** The operation RetryRefund. */
export const RetryRefundDocument: TypedDocument<RetryRefundMutation, RetryRefundMutationVariables> =
  {
    name: "RetryRefund",
    text: `mutation RetryRefund($input: RetryRefundInput!) {
  retryRefund(input: $input) {
    refund {
      ...Refund
    }
  }
}
fragment Refund on Refund {
  id
  bookingId
  paymentIntentId
  requestId
  reason
  amountCents
  currency
  status
  attempt
  failureReason
  notBefore
  succeededAt
  failedAt
  createdAt
}`,
  };
/** The operation FraudAlerts. */
export const FraudAlertsDocument: TypedDocument<FraudAlertsQuery, FraudAlertsQueryVariables> = {
  name: "FraudAlerts",
  text: `query FraudAlerts($condition: FraudAlertCondition!, $first: Int!, $after: Cursor) {
  fraudAlerts(condition: $condition, first: $first, after: $after) {
    nodes {
      ...FraudAlert
    }
    pageInfo {
      ...Next
    }
  }
}
fragment FraudAlert on FraudAlert {
  id
  organizationId
  bookingId
  ruleId
  severity
  action
  riskScore
  status
  assignedTo
  resolution
  resolvedBy
  resolvedAt
  createdAt
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation TryFraudRule. */
export const TryFraudRuleDocument: TypedDocument<TryFraudRuleQuery, TryFraudRuleQueryVariables> = {
  name: "TryFraudRule",
  text: `query TryFraudRule($organizationId: UUID!, $since: Datetime!, $until: Datetime!, $ruleId: UUID, $ruleType: FraudRuleType, $stage: FraudStage, $triggerCount: Int, $windowSeconds: Int, $amountCents: BigInt, $amountCurrency: String, $first: Int!, $after: Cursor) {
  tryFraudRule(
    organizationId: $organizationId
    since: $since
    until: $until
    ruleId: $ruleId
    ruleType: $ruleType
    stage: $stage
    triggerCount: $triggerCount
    windowSeconds: $windowSeconds
    amountCents: $amountCents
    amountCurrency: $amountCurrency
    first: $first
    after: $after
  ) {
    nodes {
      bookingId
      bookingReference
      bookingStatus
      caughtAt
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation CreateFraudRule. */
export const CreateFraudRuleDocument: TypedDocument<
  CreateFraudRuleMutation,
  CreateFraudRuleMutationVariables
> = {
  name: "CreateFraudRule",
  text: `mutation CreateFraudRule($input: CreateFraudRuleInput!) {
  createFraudRule(input: $input) {
    fraudDetectionRule {
      ...FraudRule
    }
  }
}
fragment FraudRule on FraudDetectionRule {
  id
  organizationId
  ruleName
  ruleType
  stage
  severity
  action
  triggerCount
  windowSeconds
  amountCents
  amountCurrency
  isEnabled
  truePositives
  falsePositives
  falsePositiveRate
}`,
};
/** The operation SetFraudRuleEnabled. */
export const SetFraudRuleEnabledDocument: TypedDocument<
  SetFraudRuleEnabledMutation,
  SetFraudRuleEnabledMutationVariables
> = {
  name: "SetFraudRuleEnabled",
  text: `mutation SetFraudRuleEnabled($input: SetFraudRuleEnabledInput!) {
  setFraudRuleEnabled(input: $input) {
    fraudDetectionRule {
      ...FraudRule
    }
  }
}
fragment FraudRule on FraudDetectionRule {
  id
  organizationId
  ruleName
  ruleType
  stage
  severity
  action
  triggerCount
  windowSeconds
  amountCents
  amountCurrency
  isEnabled
  truePositives
  falsePositives
  falsePositiveRate
}`,
};
/** The operation ResolveFraudAlert. */
export const ResolveFraudAlertDocument: TypedDocument<
  ResolveFraudAlertMutation,
  ResolveFraudAlertMutationVariables
> = {
  name: "ResolveFraudAlert",
  text: `mutation ResolveFraudAlert($input: ResolveFraudAlertInput!) {
  resolveFraudAlert(input: $input) {
    fraudAlert {
      ...FraudAlert
    }
  }
}
fragment FraudAlert on FraudAlert {
  id
  organizationId
  bookingId
  ruleId
  severity
  action
  riskScore
  status
  assignedTo
  resolution
  resolvedBy
  resolvedAt
  createdAt
}`,
};
/** The operation ApproveFraudReview. */
export const ApproveFraudReviewDocument: TypedDocument<
  ApproveFraudReviewMutation,
  ApproveFraudReviewMutationVariables
> = {
  name: "ApproveFraudReview",
  text: `mutation ApproveFraudReview($input: ApproveFraudReviewInput!) {
  approveFraudReview(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation RejectFraudReview. */
export const RejectFraudReviewDocument: TypedDocument<
  RejectFraudReviewMutation,
  RejectFraudReviewMutationVariables
> = {
  name: "RejectFraudReview",
  text: `mutation RejectFraudReview($input: RejectFraudReviewInput!) {
  rejectFraudReview(input: $input) {
    booking {
      ...Booking
    }
  }
}
fragment Booking on Booking {
  id
  organizationId
  performanceId
  bookingReference
  status
  currency
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalAmountCents
  refundedCents
  expiresAt
  confirmedAt
  canceledAt
  cancellationReason
  customerEmail
  customerName
  createdAt
  items(first: 100) {
    nodes {
      ...BookingItem
    }
    pageInfo {
      ...Next
    }
  }
}
fragment BookingItem on BookingItem {
  id
  itemType
  ticketCategoryId
  addOnId
  seatNos
  quantity
  unitPriceCents
  subtotalCents
  discountCents
  serviceFeeCents
  processingFeeCents
  taxCents
  totalCents
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation AddFraudAlertNote. */
export const AddFraudAlertNoteDocument: TypedDocument<
  AddFraudAlertNoteMutation,
  AddFraudAlertNoteMutationVariables
> = {
  name: "AddFraudAlertNote",
  text: `mutation AddFraudAlertNote($input: AddFraudAlertNoteInput!) {
  addFraudAlertNote(input: $input) {
    fraudAlertNote {
      id
    }
  }
}`,
};
/** The operation AssignFraudAlert. */
export const AssignFraudAlertDocument: TypedDocument<
  AssignFraudAlertMutation,
  AssignFraudAlertMutationVariables
> = {
  name: "AssignFraudAlert",
  text: `mutation AssignFraudAlert($input: AssignFraudAlertInput!) {
  assignFraudAlert(input: $input) {
    fraudAlert {
      ...FraudAlert
    }
  }
}
fragment FraudAlert on FraudAlert {
  id
  organizationId
  bookingId
  ruleId
  severity
  action
  riskScore
  status
  assignedTo
  resolution
  resolvedBy
  resolvedAt
  createdAt
}`,
};
/** The operation EventCommission. */
export const EventCommissionDocument: TypedDocument<
  EventCommissionQuery,
  EventCommissionQueryVariables
> = {
  name: "EventCommission",
  text: `query EventCommission($eventId: UUID!) {
  eventCommission(eventId: $eventId)
}`,
};
/** The operation SaveTaxJurisdiction. */
export const SaveTaxJurisdictionDocument: TypedDocument<
  SaveTaxJurisdictionMutation,
  SaveTaxJurisdictionMutationVariables
> = {
  name: "SaveTaxJurisdiction",
  text: `mutation SaveTaxJurisdiction($input: SaveTaxJurisdictionInput!) {
  saveTaxJurisdiction(input: $input) {
    taxJurisdiction {
      id
      name
      pricesIncludeTax
    }
  }
}`,
};
/** The operation SetTaxRate. */
export const SetTaxRateDocument: TypedDocument<SetTaxRateMutation, SetTaxRateMutationVariables> = {
  name: "SetTaxRate",
  text: `mutation SetTaxRate($input: SetTaxRateInput!) {
  setTaxRate(input: $input) {
    taxRate {
      id
      name
      percentage
    }
  }
}`,
};
/** The operation SetEventTaxJurisdiction. */
export const SetEventTaxJurisdictionDocument: TypedDocument<
  SetEventTaxJurisdictionMutation,
  SetEventTaxJurisdictionMutationVariables
> = {
  name: "SetEventTaxJurisdiction",
  text: `mutation SetEventTaxJurisdiction($input: SetEventTaxJurisdictionInput!) {
  setEventTaxJurisdiction(input: $input) {
    event {
      ...Event
    }
  }
}
fragment Event on Event {
  id
  organizationId
  title
  slug
  description
  shortDescription
  status
  statusReason
  format
  visibility
  timezone
  ageRestriction
  specialRequirements
  images
  bannerUrl
  videos
  externalLinks
  metaTitle
  metaDescription
  tags
  ticketsPerUserMax
  hasWaitingList
  currency
  salesStart
  salesEnd
  publishedAt
  venue {
    ...Venue
  }
}
fragment Venue on Venue {
  id
  organizationId
  name
  slug
  timezone
  address
  description
}`,
};
/** The operation SetVenueTaxJurisdiction. */
export const SetVenueTaxJurisdictionDocument: TypedDocument<
  SetVenueTaxJurisdictionMutation,
  SetVenueTaxJurisdictionMutationVariables
> = {
  name: "SetVenueTaxJurisdiction",
  text: `mutation SetVenueTaxJurisdiction($input: SetVenueTaxJurisdictionInput!) {
  setVenueTaxJurisdiction(input: $input) {
    venue {
      ...Venue
    }
  }
}
fragment Venue on Venue {
  id
  organizationId
  name
  slug
  timezone
  address
  description
}`,
};
/** The operation SetAbsorbedFees. */
export const SetAbsorbedFeesDocument: TypedDocument<
  SetAbsorbedFeesMutation,
  SetAbsorbedFeesMutationVariables
> = {
  name: "SetAbsorbedFees",
  text: `mutation SetAbsorbedFees($input: SetAbsorbedFeesInput!) {
  setAbsorbedFees(input: $input) {
    event {
      ...Event
    }
  }
}
fragment Event on Event {
  id
  organizationId
  title
  slug
  description
  shortDescription
  status
  statusReason
  format
  visibility
  timezone
  ageRestriction
  specialRequirements
  images
  bannerUrl
  videos
  externalLinks
  metaTitle
  metaDescription
  tags
  ticketsPerUserMax
  hasWaitingList
  currency
  salesStart
  salesEnd
  publishedAt
  venue {
    ...Venue
  }
}
fragment Venue on Venue {
  id
  organizationId
  name
  slug
  timezone
  address
  description
}`,
};
/** The operation Tickets. */
export const TicketsDocument: TypedDocument<TicketsQuery, TicketsQueryVariables> = {
  name: "Tickets",
  text: `query Tickets($bookingId: UUID!, $after: Cursor) {
  booking(id: $bookingId) {
    tickets(first: 100, after: $after, orderBy: [PRIMARY_KEY_ASC]) {
      nodes {
        ...Ticket
      }
      pageInfo {
        ...Next
      }
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment Ticket on Ticket {
  id
  organizationId
  performanceId
  bookingId
  ticketCategoryId
  ticketNumber
  status
  section
  rowName
  seatNumber
  seatNo
  faceValueCents
  discountCents
  feesPaidCents
  taxPaidCents
  totalPaidCents
  currency
  issuedAt
  usedAt
  entryCount
  isInside
  isDisputed
  transferId
  deliveryMethod
  deliveryStatus
  deliveryTracking
  credential
}`,
};
/** The operation HeldTickets. */
export const HeldTicketsDocument: TypedDocument<HeldTicketsQuery, HeldTicketsQueryVariables> = {
  name: "HeldTickets",
  text: `query HeldTickets($after: Cursor) {
  heldTickets(first: 100, after: $after) {
    nodes {
      ...Ticket
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment Ticket on Ticket {
  id
  organizationId
  performanceId
  bookingId
  ticketCategoryId
  ticketNumber
  status
  section
  rowName
  seatNumber
  seatNo
  faceValueCents
  discountCents
  feesPaidCents
  taxPaidCents
  totalPaidCents
  currency
  issuedAt
  usedAt
  entryCount
  isInside
  isDisputed
  transferId
  deliveryMethod
  deliveryStatus
  deliveryTracking
  credential
}`,
};
/** The operation TicketQrSvg. */
export const TicketQrSvgDocument: TypedDocument<TicketQrSvgQuery, TicketQrSvgQueryVariables> = {
  name: "TicketQrSvg",
  text: `query TicketQrSvg($id: UUID!) {
  ticket(id: $id) {
    qrSvg
  }
}`,
};
/** The operation TicketQrPng. */
export const TicketQrPngDocument: TypedDocument<TicketQrPngQuery, TicketQrPngQueryVariables> = {
  name: "TicketQrPng",
  text: `query TicketQrPng($id: UUID!) {
  ticket(id: $id) {
    qrPng
  }
}`,
};
/** The operation TicketTransfers. */
export const TicketTransfersDocument: TypedDocument<
  TicketTransfersQuery,
  TicketTransfersQueryVariables
> = {
  name: "TicketTransfers",
  text: `query TicketTransfers($ticketId: UUID!, $after: Cursor) {
  ticketTransfers(
    condition: {ticketId: $ticketId}
    first: 100
    after: $after
    orderBy: [PRIMARY_KEY_ASC]
  ) {
    nodes {
      ...TicketTransfer
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment TicketTransfer on TicketTransfer {
  id
  ticketId
  status
  toEmail
  offeredAt
  expiresAt
  endedAt
}`,
};
/** The operation TicketOffer. */
export const TicketOfferDocument: TypedDocument<TicketOfferQuery, TicketOfferQueryVariables> = {
  name: "TicketOffer",
  text: `query TicketOffer($token: String!) {
  ticketOffer(token: $token) {
    ...TicketOffer
  }
}
fragment TicketOffer on TicketOffer {
  eventTitle
  startsAt
  venueName
  section
  rowName
  seatNumber
  expiresAt
}`,
};
/** The operation ReissueTicket. */
export const ReissueTicketDocument: TypedDocument<
  ReissueTicketMutation,
  ReissueTicketMutationVariables
> = {
  name: "ReissueTicket",
  text: `mutation ReissueTicket($input: ReissueTicketInput!) {
  reissueTicket(input: $input) {
    ticket {
      ...Ticket
    }
  }
}
fragment Ticket on Ticket {
  id
  organizationId
  performanceId
  bookingId
  ticketCategoryId
  ticketNumber
  status
  section
  rowName
  seatNumber
  seatNo
  faceValueCents
  discountCents
  feesPaidCents
  taxPaidCents
  totalPaidCents
  currency
  issuedAt
  usedAt
  entryCount
  isInside
  isDisputed
  transferId
  deliveryMethod
  deliveryStatus
  deliveryTracking
  credential
}`,
};
/** The operation OfferTicket. */
export const OfferTicketDocument: TypedDocument<OfferTicketMutation, OfferTicketMutationVariables> =
  {
    name: "OfferTicket",
    text: `mutation OfferTicket($input: OfferTicketInput!) {
  offerTicket(input: $input) {
    ticketTransfer {
      ...TicketTransfer
    }
  }
}
fragment TicketTransfer on TicketTransfer {
  id
  ticketId
  status
  toEmail
  offeredAt
  expiresAt
  endedAt
}`,
  };
/** The operation WithdrawTicketOffer. */
export const WithdrawTicketOfferDocument: TypedDocument<
  WithdrawTicketOfferMutation,
  WithdrawTicketOfferMutationVariables
> = {
  name: "WithdrawTicketOffer",
  text: `mutation WithdrawTicketOffer($ticketId: UUID!) {
  withdrawTicketOffer(input: {ticketId: $ticketId}) {
    ticket {
      id
    }
  }
}`,
};
/** The operation AcceptTicket. */
export const AcceptTicketDocument: TypedDocument<
  AcceptTicketMutation,
  AcceptTicketMutationVariables
> = {
  name: "AcceptTicket",
  text: `mutation AcceptTicket($input: AcceptTicketInput!) {
  acceptTicket(input: $input) {
    ticket {
      ...Ticket
    }
  }
}
fragment Ticket on Ticket {
  id
  organizationId
  performanceId
  bookingId
  ticketCategoryId
  ticketNumber
  status
  section
  rowName
  seatNumber
  seatNo
  faceValueCents
  discountCents
  feesPaidCents
  taxPaidCents
  totalPaidCents
  currency
  issuedAt
  usedAt
  entryCount
  isInside
  isDisputed
  transferId
  deliveryMethod
  deliveryStatus
  deliveryTracking
  credential
}`,
};
/** The operation DeclineTicket. */
export const DeclineTicketDocument: TypedDocument<
  DeclineTicketMutation,
  DeclineTicketMutationVariables
> = {
  name: "DeclineTicket",
  text: `mutation DeclineTicket($token: String!) {
  declineTicket(input: {token: $token}) {
    declined
  }
}`,
};
/** The operation RecordTicketDelivery. */
export const RecordTicketDeliveryDocument: TypedDocument<
  RecordTicketDeliveryMutation,
  RecordTicketDeliveryMutationVariables
> = {
  name: "RecordTicketDelivery",
  text: `mutation RecordTicketDelivery($input: RecordTicketDeliveryInput!) {
  recordTicketDelivery(input: $input) {
    ticket {
      ...Ticket
    }
  }
}
fragment Ticket on Ticket {
  id
  organizationId
  performanceId
  bookingId
  ticketCategoryId
  ticketNumber
  status
  section
  rowName
  seatNumber
  seatNo
  faceValueCents
  discountCents
  feesPaidCents
  taxPaidCents
  totalPaidCents
  currency
  issuedAt
  usedAt
  entryCount
  isInside
  isDisputed
  transferId
  deliveryMethod
  deliveryStatus
  deliveryTracking
  credential
}`,
};
/** The operation LayoutText. */
export const LayoutTextDocument: TypedDocument<LayoutTextQuery, LayoutTextQueryVariables> = {
  name: "LayoutText",
  text: `query LayoutText($id: UUID!) {
  venueLayout(id: $id) {
    document
  }
}`,
};
/** The operation CreateVenue. */
export const CreateVenueDocument: TypedDocument<CreateVenueMutation, CreateVenueMutationVariables> =
  {
    name: "CreateVenue",
    text: `mutation CreateVenue($input: CreateVenueInput!) {
  createVenue(input: $input) {
    venue {
      ...Venue
    }
  }
}
fragment Venue on Venue {
  id
  organizationId
  name
  slug
  timezone
  address
  description
}`,
  };
/** The operation ImportVenueLayout. */
export const ImportVenueLayoutDocument: TypedDocument<
  ImportVenueLayoutMutation,
  ImportVenueLayoutMutationVariables
> = {
  name: "ImportVenueLayout",
  text: `mutation ImportVenueLayout($input: ImportVenueLayoutInput!) {
  importVenueLayout(input: $input) {
    venueLayout {
      ...VenueLayout
    }
  }
}
fragment VenueLayout on VenueLayout {
  id
  organizationId
  venueId
  version
  name
  sha256
  seatCount
  standingCapacity
}`,
};
/** The operation Venue. */
export const VenueDocument: TypedDocument<VenueQuery, VenueQueryVariables> = {
  name: "Venue",
  text: `query Venue($id: UUID!) {
  venue(id: $id) {
    ...VenueDetails
  }
}
fragment Venue on Venue {
  id
  organizationId
  name
  slug
  timezone
  address
  description
}
fragment VenueDetails on Venue {
  ...Venue
  status
  venueType
  tier
  city
  country
  latitude
  longitude
  language
  contactPhone
  contactEmail
  contactWebsite
  amenities
  accessibilityFeatures
  openingHours
  images
  videos
  socialMedia
}`,
};
/** The operation SearchVenues. */
export const SearchVenuesDocument: TypedDocument<SearchVenuesQuery, SearchVenuesQueryVariables> = {
  name: "SearchVenues",
  text: `query SearchVenues($query: String, $city: String, $country: String, $venueType: VenueType, $amenities: [String], $accessibilityFeatures: [String], $nearLatitude: BigFloat, $nearLongitude: BigFloat, $withinKm: BigFloat, $first: Int!, $after: Cursor) {
  searchVenues(
    query: $query
    city: $city
    country: $country
    venueType: $venueType
    amenities: $amenities
    accessibilityFeatures: $accessibilityFeatures
    nearLatitude: $nearLatitude
    nearLongitude: $nearLongitude
    withinKm: $withinKm
    first: $first
    after: $after
  ) {
    nodes {
      ...VenueDetails
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment Venue on Venue {
  id
  organizationId
  name
  slug
  timezone
  address
  description
}
fragment VenueDetails on Venue {
  ...Venue
  status
  venueType
  tier
  city
  country
  latitude
  longitude
  language
  contactPhone
  contactEmail
  contactWebsite
  amenities
  accessibilityFeatures
  openingHours
  images
  videos
  socialMedia
}`,
};
/** The operation LayoutFetch. */
export const LayoutFetchDocument: TypedDocument<LayoutFetchQuery, LayoutFetchQueryVariables> = {
  name: "LayoutFetch",
  text: `query LayoutFetch($id: UUID!) {
  layoutFetch(id: $id) {
    ...LayoutFetch
  }
}
fragment LayoutFetch on LayoutFetch {
  id
  venueId
  url
  expectedSha256
  status
  attemptCount
  layoutId
  errorCode
  errorMessage
}`,
};
/** The operation ValidateLayouts. */
export const ValidateLayoutsDocument: TypedDocument<
  ValidateLayoutsQuery,
  ValidateLayoutsQueryVariables
> = {
  name: "ValidateLayouts",
  text: `query ValidateLayouts($venueId: UUID!, $after: Cursor) {
  validateMongoLayoutIntegration(venueId: $venueId, first: 100, after: $after) {
    nodes {
      layoutId
      version
      what
      place
      expected
      found
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}`,
};
/** The operation UpdateVenue. */
export const UpdateVenueDocument: TypedDocument<UpdateVenueMutation, UpdateVenueMutationVariables> =
  {
    name: "UpdateVenue",
    text: `mutation UpdateVenue($input: UpdateVenueInput!) {
  updateVenue(input: $input) {
    venue {
      ...VenueDetails
    }
  }
}
fragment Venue on Venue {
  id
  organizationId
  name
  slug
  timezone
  address
  description
}
fragment VenueDetails on Venue {
  ...Venue
  status
  venueType
  tier
  city
  country
  latitude
  longitude
  language
  contactPhone
  contactEmail
  contactWebsite
  amenities
  accessibilityFeatures
  openingHours
  images
  videos
  socialMedia
}`,
  };
/** The operation SetVenueStatus. */
export const SetVenueStatusDocument: TypedDocument<
  SetVenueStatusMutation,
  SetVenueStatusMutationVariables
> = {
  name: "SetVenueStatus",
  text: `mutation SetVenueStatus($input: SetVenueStatusInput!) {
  setVenueStatus(input: $input) {
    venue {
      ...VenueDetails
    }
  }
}
fragment Venue on Venue {
  id
  organizationId
  name
  slug
  timezone
  address
  description
}
fragment VenueDetails on Venue {
  ...Venue
  status
  venueType
  tier
  city
  country
  latitude
  longitude
  language
  contactPhone
  contactEmail
  contactWebsite
  amenities
  accessibilityFeatures
  openingHours
  images
  videos
  socialMedia
}`,
};
/** The operation UpdateVenueCompliance. */
export const UpdateVenueComplianceDocument: TypedDocument<
  UpdateVenueComplianceMutation,
  UpdateVenueComplianceMutationVariables
> = {
  name: "UpdateVenueCompliance",
  text: `mutation UpdateVenueCompliance($input: UpdateVenueComplianceInput!) {
  updateVenueCompliance(input: $input) {
    venueCompliance {
      ...VenueCompliance
    }
  }
}
fragment VenueCompliance on VenueCompliance {
  venueId
  licenseNumber
  licenseValidUntil
  safetyCertificate
  safetyCertificateValidUntil
  insuranceValidUntil
  licensedCapacity
}`,
};
/** The operation RequestLayoutFetch. */
export const RequestLayoutFetchDocument: TypedDocument<
  RequestLayoutFetchMutation,
  RequestLayoutFetchMutationVariables
> = {
  name: "RequestLayoutFetch",
  text: `mutation RequestLayoutFetch($input: RequestLayoutFetchInput!) {
  requestLayoutFetch(input: $input) {
    layoutFetch {
      ...LayoutFetch
    }
  }
}
fragment LayoutFetch on LayoutFetch {
  id
  venueId
  url
  expectedSha256
  status
  attemptCount
  layoutId
  errorCode
  errorMessage
}`,
};
/** The operation MovePerformanceToLayout. */
export const MovePerformanceToLayoutDocument: TypedDocument<
  MovePerformanceToLayoutMutation,
  MovePerformanceToLayoutMutationVariables
> = {
  name: "MovePerformanceToLayout",
  text: `mutation MovePerformanceToLayout($input: MovePerformanceToLayoutInput!) {
  movePerformanceToLayout(input: $input) {
    layoutMove {
      ...LayoutMove
    }
  }
}
fragment LayoutMove on LayoutMove {
  performanceId
  layoutId
  isMoved
  takenSeats
  addedSeats
  removedSeats
  lostSeats {
    seatId
    section
    rowName
    seatNumber
    status
    bookingId
    reason
  }
}`,
};
/** The operation MoveEventToLayout. */
export const MoveEventToLayoutDocument: TypedDocument<
  MoveEventToLayoutMutation,
  MoveEventToLayoutMutationVariables
> = {
  name: "MoveEventToLayout",
  text: `mutation MoveEventToLayout($input: MoveEventToLayoutInput!) {
  moveEventToLayout(input: $input) {
    layoutMoves {
      ...LayoutMove
    }
  }
}
fragment LayoutMove on LayoutMove {
  performanceId
  layoutId
  isMoved
  takenSeats
  addedSeats
  removedSeats
  lostSeats {
    seatId
    section
    rowName
    seatNumber
    status
    bookingId
    reason
  }
}`,
};
/** The operation JoinWaitingList. */
export const JoinWaitingListDocument: TypedDocument<
  JoinWaitingListMutation,
  JoinWaitingListMutationVariables
> = {
  name: "JoinWaitingList",
  text: `mutation JoinWaitingList($input: JoinWaitingListInput!) {
  joinWaitingList(input: $input) {
    waitingListEntry {
      ...WaitingListEntry
    }
  }
}
fragment WaitingListEntry on WaitingListEntry {
  id
  performanceId
  ticketCategoryId
  customerId
  bookingId
  quantity
  isAccessible
  status
  place
  gathered
  offeredAt
  endedAt
  createdAt
}`,
};
/** The operation RequestWaitingListPlace. */
export const RequestWaitingListPlaceDocument: TypedDocument<
  RequestWaitingListPlaceMutation,
  RequestWaitingListPlaceMutationVariables
> = {
  name: "RequestWaitingListPlace",
  text: `mutation RequestWaitingListPlace($input: RequestWaitingListPlaceInput!) {
  requestWaitingListPlace(input: $input) {
    result
  }
}`,
};
/** The operation ConfirmWaitingListPlace. */
export const ConfirmWaitingListPlaceDocument: TypedDocument<
  ConfirmWaitingListPlaceMutation,
  ConfirmWaitingListPlaceMutationVariables
> = {
  name: "ConfirmWaitingListPlace",
  text: `mutation ConfirmWaitingListPlace($token: String!) {
  confirmWaitingListPlace(input: {token: $token}) {
    waitingListEntry {
      ...WaitingListEntry
    }
  }
}
fragment WaitingListEntry on WaitingListEntry {
  id
  performanceId
  ticketCategoryId
  customerId
  bookingId
  quantity
  isAccessible
  status
  place
  gathered
  offeredAt
  endedAt
  createdAt
}`,
};
/** The operation LeaveWaitingList. */
export const LeaveWaitingListDocument: TypedDocument<
  LeaveWaitingListMutation,
  LeaveWaitingListMutationVariables
> = {
  name: "LeaveWaitingList",
  text: `mutation LeaveWaitingList($input: LeaveWaitingListInput!) {
  leaveWaitingList(input: $input) {
    waitingListEntry {
      ...WaitingListEntry
    }
  }
}
fragment WaitingListEntry on WaitingListEntry {
  id
  performanceId
  ticketCategoryId
  customerId
  bookingId
  quantity
  isAccessible
  status
  place
  gathered
  offeredAt
  endedAt
  createdAt
}`,
};
/** The operation RemoveWaitingListEntry. */
export const RemoveWaitingListEntryDocument: TypedDocument<
  RemoveWaitingListEntryMutation,
  RemoveWaitingListEntryMutationVariables
> = {
  name: "RemoveWaitingListEntry",
  text: `mutation RemoveWaitingListEntry($entryId: UUID!) {
  removeWaitingListEntry(input: {entryId: $entryId}) {
    waitingListEntry {
      ...WaitingListEntry
    }
  }
}
fragment WaitingListEntry on WaitingListEntry {
  id
  performanceId
  ticketCategoryId
  customerId
  bookingId
  quantity
  isAccessible
  status
  place
  gathered
  offeredAt
  endedAt
  createdAt
}`,
};
/** The operation WaitingListEntryByToken. */
export const WaitingListEntryByTokenDocument: TypedDocument<
  WaitingListEntryByTokenQuery,
  WaitingListEntryByTokenQueryVariables
> = {
  name: "WaitingListEntryByToken",
  text: `query WaitingListEntryByToken($token: String!) {
  waitingListEntryByToken(token: $token) {
    ...WaitingListEntry
  }
}
fragment WaitingListEntry on WaitingListEntry {
  id
  performanceId
  ticketCategoryId
  customerId
  bookingId
  quantity
  isAccessible
  status
  place
  gathered
  offeredAt
  endedAt
  createdAt
}`,
};
/** The operation MyWaitingListEntries. */
export const MyWaitingListEntriesDocument: TypedDocument<
  MyWaitingListEntriesQuery,
  MyWaitingListEntriesQueryVariables
> = {
  name: "MyWaitingListEntries",
  text: `query MyWaitingListEntries($first: Int!, $after: Cursor) {
  currentUser {
    waitingListEntries(first: $first, after: $after, orderBy: [PRIMARY_KEY_DESC]) {
      nodes {
        ...WaitingListEntry
      }
      pageInfo {
        ...Next
      }
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment WaitingListEntry on WaitingListEntry {
  id
  performanceId
  ticketCategoryId
  customerId
  bookingId
  quantity
  isAccessible
  status
  place
  gathered
  offeredAt
  endedAt
  createdAt
}`,
};
/** The operation WaitingListEntries. */
export const WaitingListEntriesDocument: TypedDocument<
  WaitingListEntriesQuery,
  WaitingListEntriesQueryVariables
> = {
  name: "WaitingListEntries",
  text: `query WaitingListEntries($performanceId: UUID!, $first: Int!, $after: Cursor) {
  waitingListEntries(
    first: $first
    after: $after
    condition: {performanceId: $performanceId}
    orderBy: [PRIMARY_KEY_ASC]
  ) {
    nodes {
      ...WaitingListEntry
    }
    pageInfo {
      ...Next
    }
  }
}
fragment Next on PageInfo {
  endCursor
  hasNextPage
}
fragment WaitingListEntry on WaitingListEntry {
  id
  performanceId
  ticketCategoryId
  customerId
  bookingId
  quantity
  isAccessible
  status
  place
  gathered
  offeredAt
  endedAt
  createdAt
}`,
};
