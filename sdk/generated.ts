// Generated from documents/*.graphql and schema.graphql by "node sdk/generate.ts". Do not edit.
import type { TypedDocument } from "./transport.ts";

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> =
  T | { [P in keyof T]?: P extends " $fragmentName" | "__typename" ? T[P] : never };
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
  | "pending_payment"
  | "refunded"
  | "transferred";

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

/** A new password. */
export type ChangePasswordInput = {
  /** The present one. */
  readonly currentPassword: string;
  /** 10 to 256 characters. */
  readonly newPassword: string;
};

/** What proves that it is the owner who leaves. */
export type CloseAccountInput = {
  /** The account's password. */
  readonly currentPassword: string;
};

/** The first code of an app. */
export type ConfirmTwoFactorInput = {
  /** Six digits. */
  readonly code: string;
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
  readonly idempotencyKey?: string | null | undefined;
  readonly organizationId: string;
  readonly salesEnd?: string | null | undefined;
  readonly salesStart?: string | null | undefined;
  readonly slug: string;
  readonly taxRateId?: string | null | undefined;
  readonly title: string;
  readonly venueId: string;
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
  readonly layoutId: string;
  readonly startsAt: string;
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

/** What proves that it is the owner who adds a second factor. */
export type EnrollTwoFactorInput = {
  /** The account's password. */
  readonly currentPassword: string;
};

/** The life of an event. */
export type EventStatus = "canceled" | "completed" | "draft" | "postponed" | "published";

/** All input for the `extendHold` mutation. */
export type ExtendHoldInput = {
  readonly bookingId: string;
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
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

/** Where a layout document came from. */
export type LayoutSource = "cdn" | "mongodb" | "upload";

/** Whether a membership gives its rights. */
export type MemberStatus = "active" | "pending" | "suspended";

/** A named bundle of permissions; role_permissions says which. */
export type OrganizationRole =
  "admin" | "analyst" | "coordinator" | "manager" | "owner" | "staff" | "support" | "viewer";

/** Whether an organization may sell. */
export type OrganizationStatus = "active" | "banned" | "pending" | "suspended";

/** State of a payment intent. */
export type PaymentStatus =
  "canceled" | "failed" | "pending" | "processing" | "requires_action" | "succeeded";

/** The life of one date of an event. */
export type PerformanceStatus = "canceled" | "completed" | "postponed" | "scheduled";

/** All input for the `publishEvent` mutation. */
export type PublishEventInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly eventId: string;
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

/** What proves that it is the owner who removes the second factor. */
export type RemoveTwoFactorInput = {
  /** Six digits of the app. */
  readonly code?: string | null | undefined;
  /** The account's password. */
  readonly currentPassword: string;
  /** Instead of a code, when the telephone is lost. */
  readonly recoveryCode?: string | null | undefined;
};

/** A new address. */
export type RequestEmailChangeInput = {
  /** The account's password. */
  readonly currentPassword: string;
  /** Where the token is mailed. */
  readonly email: string;
};

/** Who wants a new password. */
export type RequestPasswordResetInput = {
  /** The account's address. */
  readonly email: string;
};

/** A new password, and what proves that it is its owner's. */
export type ResetPasswordInput = {
  /** 10 to 256 characters. */
  readonly password: string;
  /** The token that was mailed. */
  readonly token: string;
};

/** What the door says. */
export type ScanResult = "already_scanned" | "canceled" | "invalid" | "success" | "wrong_event";

/** All input for the `scanTicket` mutation. */
export type ScanTicketInput = {
  /**
   * An arbitrary string value with no semantic meaning. Will be included in the
   * payload verbatim. May be used to track mutations by the client.
   */
  readonly clientMutationId?: string | null | undefined;
  readonly credential: string;
  readonly device?: string | null | undefined;
  readonly gate?: string | null | undefined;
  readonly performanceId: string;
};

/** What proves who somebody is. */
export type SignInInput = {
  /** Six digits of the app, for users with a second factor. */
  readonly code?: string | null | undefined;
  /** What the client calls its device, for the list of sessions. */
  readonly device?: string | null | undefined;
  /** The account's address. */
  readonly email: string;
  /** The account's password. */
  readonly password: string;
  /** Instead of a code, when the telephone is lost. */
  readonly recoveryCode?: string | null | undefined;
};

/** What opens an account. */
export type SignUpInput = {
  /** What the client calls its device, for the list of sessions. */
  readonly device?: string | null | undefined;
  /** Where mail reaches the person; unique whatever its case. */
  readonly email: string;
  /** Given name. */
  readonly firstName: string;
  /** Family name. */
  readonly lastName: string;
  /** 10 to 256 characters. */
  readonly password: string;
};

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

/** Whether tickets of a category are on sale. */
export type TicketCategoryStatus = "active" | "canceled" | "paused" | "sold_out";

/** Whether a ticket lets somebody in. */
export type TicketStatus = "canceled" | "refunded" | "used" | "valid";

export type UserFragment = {
  readonly id: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly phone: string | null;
  readonly emailVerifiedAt: string | null;
  readonly createdAt: string;
};

export type CurrentUserQueryVariables = Exact<{ [key: string]: never }>;

export type CurrentUserQuery = { readonly currentUser: UserFragment | null };

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

export type SignUpMutationVariables = Exact<{
  input: SignUpInput;
}>;

export type SignUpMutation = {
  readonly signUp: {
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
        readonly createdAt: string;
        readonly expiresAt: string;
        readonly revokedAt: string | null;
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

export type NextFragment = { readonly endCursor: string | null; readonly hasNextPage: boolean };

export type VenueFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly slug: string;
  readonly timezone: string;
  readonly address: unknown;
  readonly description: string | null;
};

export type EventFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly title: string;
  readonly slug: string;
  readonly description: string | null;
  readonly status: EventStatus;
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
  readonly status: PerformanceStatus;
  readonly currency: string;
  readonly startsAt: string;
  readonly endsAt: string | null;
  readonly doorsAt: string | null;
  readonly layout: {
    readonly id: string;
    readonly sha256: string;
    readonly name: string;
    readonly seatCount: number;
  } | null;
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

export type AdmissionsLeftQueryVariables = Exact<{
  performanceId: string;
  ticketCategoryId: string;
}>;

export type AdmissionsLeftQuery = { readonly admissionsLeft: number | null };

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
  readonly credential: string | null;
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
};

export type BookingQueryVariables = Exact<{
  id: string;
}>;

export type BookingQuery = { readonly booking: BookingFragment | null };

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

export type BookingsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  performanceId?: string | null | undefined;
}>;

export type BookingsQuery = {
  readonly bookings: {
    readonly nodes: ReadonlyArray<BookingFragment>;
    readonly pageInfo: NextFragment;
  } | null;
};

export type PaymentProgressQueryVariables = Exact<{
  bookingId: string;
}>;

export type PaymentProgressQuery = {
  readonly booking: { readonly status: BookingStatus } | null;
  readonly paymentSession: PaymentSessionFragment | null;
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

export type StartCheckoutMutationVariables = Exact<{
  input: StartCheckoutInput;
}>;

export type StartCheckoutMutation = {
  readonly startCheckout: { readonly booking: BookingFragment } | null;
};

export type CancelBookingMutationVariables = Exact<{
  input: CancelBookingInput;
}>;

export type CancelBookingMutation = {
  readonly cancelBooking: { readonly booking: BookingFragment } | null;
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

export type ClaimCartMutationVariables = Exact<{ [key: string]: never }>;

export type ClaimCartMutation = { readonly claimCart: { readonly result: number } | null };

export type OrganizationFragment = {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly email: string;
  readonly defaultCurrency: string;
  readonly status: OrganizationStatus;
};

export type VenueLayoutFragment = {
  readonly id: string;
  readonly organizationId: string;
  readonly venueId: string;
  readonly version: number;
  readonly name: string;
  readonly sha256: string;
  readonly seatCount: number;
};

export type TicketScanFragment = {
  readonly id: string;
  readonly performanceId: string;
  readonly ticketId: string | null;
  readonly result: ScanResult;
  readonly code: string | null;
  readonly gate: string | null;
  readonly device: string | null;
  readonly scannedAt: string;
  readonly ticket: TicketFragment | null;
};

export type LayoutTextQueryVariables = Exact<{
  id: string;
}>;

export type LayoutTextQuery = { readonly venueLayout: { readonly document: string } | null };

export type CreateOrganizationMutationVariables = Exact<{
  input: CreateOrganizationInput;
}>;

export type CreateOrganizationMutation = {
  readonly createOrganization: { readonly organization: OrganizationFragment } | null;
};

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

export type CreateTicketCategoryMutationVariables = Exact<{
  input: CreateTicketCategoryInput;
}>;

export type CreateTicketCategoryMutation = {
  readonly createTicketCategory: { readonly ticketCategory: TicketCategoryFragment } | null;
};

export type PublishEventMutationVariables = Exact<{
  input: PublishEventInput;
}>;

export type PublishEventMutation = {
  readonly publishEvent: { readonly event: EventFragment } | null;
};

export type ScanTicketMutationVariables = Exact<{
  input: ScanTicketInput;
}>;

export type ScanTicketMutation = {
  readonly scanTicket: { readonly ticketScan: TicketScanFragment } | null;
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
  emailVerifiedAt
  createdAt
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
/** The operation SignUp. */
export const SignUpDocument: TypedDocument<SignUpMutation, SignUpMutationVariables> = {
  name: "SignUp",
  text: `mutation SignUp($input: SignUpInput!) {
  signUp(input: $input) {
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
        createdAt
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
  status
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
  status
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
  status
  currency
  startsAt
  endsAt
  doorsAt
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
  status
  currency
  startsAt
  endsAt
  doorsAt
  layout {
    id
    sha256
    name
    seatCount
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
  status
  currency
  startsAt
  endsAt
  doorsAt
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
  text: `query Bookings($first: Int!, $after: Cursor, $performanceId: UUID) {
  bookings(
    first: $first
    after: $after
    condition: {performanceId: $performanceId}
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
  credential
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
/** The operation ClaimCart. */
export const ClaimCartDocument: TypedDocument<ClaimCartMutation, ClaimCartMutationVariables> = {
  name: "ClaimCart",
  text: `mutation ClaimCart {
  claimCart(input: {}) {
    result
  }
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
  status
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
  status
  currency
  startsAt
  endsAt
  doorsAt
  layout {
    id
    sha256
    name
    seatCount
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
  status
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
  credential
}
fragment TicketScan on TicketScan {
  id
  performanceId
  ticketId
  result
  code
  gate
  device
  scannedAt
  ticket {
    ...Ticket
  }
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
