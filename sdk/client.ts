import { fromBase64, randomToken, sha256Hex } from "./crypto.ts";
import {
  type LastMinuteLiveError,
  NotFoundError,
  PaymentLostError,
  PaymentPendingError,
  UnexpectedAnswerError,
  UsageError,
  errorOf,
} from "./errors.ts";
import {
  AcceptDisputeDocument,
  AcceptTicketDocument,
  AccountingPeriodsDocument,
  AcquireSeatLockDocument,
  AddAddOnDocument,
  AddBookingNoteDocument,
  AddOnOrdersDocument,
  AddOnStockDocument,
  AddOnsDocument,
  AddOnsLeftDocument,
  AdmissionPoolsDocument,
  AdmissionsLeftDocument,
  AllocateAdmissionsDocument,
  AllocateSeatsDocument,
  AllowReentryDocument,
  ApplyDiscountCodeDocument,
  ApproveBookingDocument,
  ApproveFraudReviewDocument,
  ApprovePayoutDocument,
  ApproveRefundDocument,
  AttendeeListDocument,
  AttendeeQuestionsDocument,
  BookingDocument,
  type BookingFragment,
  BookingItemsDocument,
  BookingsDocument,
  CancelBookingDocument,
  CancelEventDocument,
  CancelPayoutDocument,
  CancelPerformanceDocument,
  CancellationFailuresDocument,
  CancellationTermsDocument,
  ChangePasswordDocument,
  CheckoutForCustomerDocument,
  ChoosePaymentDocument,
  ChoosePaymentPlanDocument,
  ClaimBookingDocument,
  ClaimCartDocument,
  CloseAccountDocument,
  ClosePeriodDocument,
  CompleteSignUpDocument,
  ConfirmEmailChangeDocument,
  ConfirmGuestConsentDocument,
  ConfirmTwoFactorDocument,
  type ConsentPurpose,
  CreateAddOnDocument,
  type CreateAddOnInput,
  CreateAdmissionPoolDocument,
  CreateDiscountCodeDocument,
  CreateEventAccessCodeDocument,
  CreateEventDocument,
  CreateFraudRuleDocument,
  CreateOrganizationDocument,
  CreatePaymentPlanDocument,
  CreatePayoutDocument,
  CreatePerformanceDocument,
  CreatePerformancesDocument,
  CreatePricingRuleDocument,
  CreatePromoterDocument,
  CreateTicketCategoryDocument,
  CreateVenueDocument,
  CreateVirtualEventDocument,
  CurrentConsentsDocument,
  CurrentUserDocument,
  DeclineBookingDocument,
  DeclineRefundDocument,
  DeclineTicketDocument,
  DescribeBookingDocument,
  DiscountCodesDocument,
  type DisputeResponseFragment,
  DisputeResponsesDocument,
  DisputesDocument,
  EndDiscountCodeDocument,
  EndImpersonationDocument,
  EndPriceDocument,
  EndPricingRuleDocument,
  EnrollTwoFactorDocument,
  EventCancellationDocument,
  EventCategoriesDocument,
  EventCommissionDocument,
  EventDocument,
  EventsDocument,
  ExplainPriceDocument,
  ExportMyDataDocument,
  ExtendHoldDocument,
  FailedRefundsDocument,
  FindUserDocument,
  FraudAlertsDocument,
  GiveConsentDocument,
  GrantMembershipDocument,
  GrantPlatformRoleDocument,
  HeldTicketsDocument,
  HoldAdmissionsDocument,
  HoldAllocatedAdmissionsDocument,
  HoldAllocatedSeatsDocument,
  HoldBestAvailableDocument,
  HoldForCustomerDocument,
  HoldPayoutDocument,
  HoldSeatsDocument,
  ImportMembershipsDocument,
  ImportVenueLayoutDocument,
  InstallmentsDocument,
  LayoutFetchDocument,
  LayoutTextDocument,
  MarkAddOnDeliveredDocument,
  MembershipsDocument,
  MergeOfflineScansDocument,
  MoveEventToLayoutDocument,
  MovePerformanceToLayoutDocument,
  MyBookingsDocument,
  type NextFragment,
  OfferTicketDocument,
  OnlineAddressDocument,
  OpenPaymentDocument,
  OpenPayoutAccountDocument,
  PaymentFindingsDocument,
  PaymentPlansDocument,
  PaymentProgressDocument,
  type PaymentProgressQuery,
  PaymentTransactionsDocument,
  PayoutAccountsDocument,
  PayoutDocument,
  PayoutHoldsDocument,
  PayoutItemsDocument,
  PayoutOnboardingLinkDocument,
  PayoutPreviewDocument,
  PayoutsDocument,
  PerformanceDocument,
  PerformancesDocument,
  PostCorrectionDocument,
  PostponeEventDocument,
  PostponePerformanceDocument,
  PrepareDisputeEvidenceDocument,
  PricesDocument,
  PricingRulesDocument,
  PublishEventDocument,
  QuoteCancellationDocument,
  QuoteDocument,
  QuotePaymentPlanDocument,
  ReconciliationResultsDocument,
  ReconciliationRunsDocument,
  RecordBoxOfficeRefundDocument,
  RecordTicketDeliveryDocument,
  RefreshSessionDocument,
  RefundBookingAmountDocument,
  RefundFeesDocument,
  RefundItemsDocument,
  RefundRequestsDocument,
  RefundTicketsDocument,
  RefundsDocument,
  RegisterScannerDeviceDocument,
  ReinstateUserDocument,
  ReissueTicketDocument,
  RejectCorrectionDocument,
  RejectFraudReviewDocument,
  ReleaseAdmissionAllocationDocument,
  ReleaseAdmissionsDocument,
  ReleaseAllocationDocument,
  ReleasePayoutHoldDocument,
  ReleaseSeatLockDocument,
  ReleaseSeatsDocument,
  RemoveDiscountCodeDocument,
  RemovePaymentMethodDocument,
  RemoveTwoFactorDocument,
  ReopenPeriodDocument,
  ReproducePayoutDocument,
  RequestCorrectionDocument,
  RequestDomainCheckDocument,
  RequestEmailChangeDocument,
  RequestEmailVerificationDocument,
  RequestErasureDocument,
  RequestGuestConsentDocument,
  RequestLayoutFetchDocument,
  RequestOnboardingLinkDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
  ResolveFraudAlertDocument,
  ResolvePaymentFindingDocument,
  RetireAttendeeQuestionDocument,
  RetirePaymentPlanDocument,
  RetryPayoutDocument,
  RetryRefundDocument,
  ReturnBookingDocument,
  ReturnTicketsDocument,
  RevokeEventAccessCodesDocument,
  RevokeMembershipDocument,
  RevokePlatformRoleDocument,
  RevokeScannerDeviceDocument,
  RevokeSessionDocument,
  RevokeTrustedDeviceDocument,
  RevokeUserSessionsDocument,
  SaveAttendeeQuestionDocument,
  type SaveAttendeeQuestionInput,
  SaveEntryGateDocument,
  SaveEntryZoneDocument,
  SaveTaxJurisdictionDocument,
  type SavedCardFragment,
  SavedCardsDocument,
  ScanListDocument,
  ScanTicketDocument,
  ScannerDevicesDocument,
  SearchEventsDocument,
  SearchVenuesDocument,
  SeatMapChangesDocument,
  SeatMapDocument,
  SeatPricesDocument,
  SessionsDocument,
  SetAbsorbedFeesDocument,
  SetAddOnStockDocument,
  SetBooksTimezoneDocument,
  SetCancellationPolicyDocument,
  SetCategoryApprovalDocument,
  SetDeliveryAddressDocument,
  SetEventPromoterDocument,
  SetEventTaxJurisdictionDocument,
  SetFraudRuleEnabledDocument,
  SetOnlineAddressDocument,
  SetPayoutSettingsDocument,
  SetPoolCapacityDocument,
  SetPriceDocument,
  SetRefundApprovalDocument,
  SetRequiresMembershipDocument,
  SetSeatPricesDocument,
  SetTaxRateDocument,
  SetTicketAttendeeDocument,
  SetVenueStatusDocument,
  SetVenueTaxJurisdictionDocument,
  SignInDocument,
  SignOutDocument,
  SignOutEverywhereDocument,
  SignUpDocument,
  type StaffPayment,
  StartCheckoutDocument,
  StartClosingPeriodDocument,
  StartImpersonationDocument,
  StatementCsvDocument,
  StatementDocument,
  SubmitDisputeEvidenceDocument,
  SubmitPayoutDocument,
  SuspendUserDocument,
  TakePaymentDocument,
  TicketAttendeeDocument,
  type TicketAttendeeFragment,
  TicketCategoriesDocument,
  TicketOfferDocument,
  TicketQrPngDocument,
  TicketQrSvgDocument,
  TicketTransfersDocument,
  TicketsDocument,
  TrialBalanceDocument,
  TrustedDevicesDocument,
  TryFraudRuleDocument,
  UpdateAddOnDocument,
  type UpdateAddOnInput,
  UpdateEventDocument,
  UpdateOrganizationSettingsDocument,
  UpdatePerformanceDocument,
  UpdateProfileDocument,
  UpdateTicketCategoryDocument,
  UpdateVenueComplianceDocument,
  type UpdateVenueComplianceInput,
  UpdateVenueDocument,
  type UpdateVenueInput,
  ValidateLayoutsDocument,
  VenueDocument,
  type VenueStatus,
  type VenueType,
  VerifyEmailDocument,
  WithdrawConsentDocument,
  WithdrawTicketOfferDocument,
} from "./generated.ts";
import { canonicalText, type Layout, type LayoutDocument, openLayout } from "./layout.ts";
import {
  type AccountingPeriod,
  type AddOn,
  type AddOnOrder,
  type AddOnStock,
  type AdmissionAllocation,
  type AdmissionPool,
  type Attendee,
  type AttendeeEntry,
  type AttendeeQuestion,
  type Booking,
  type BookingDescription,
  type BookingDetails,
  type BookingNote,
  type CancellationFailure,
  type CancellationPolicy,
  type CancellationQuote,
  type CancellationTerm,
  type CancellationWindows,
  type Consent,
  type CustomerMembership,
  type DiscountCode,
  type DiscountedTotal,
  type Dispute,
  type DisputeEvidence,
  type DisputeResponse,
  type DomainChallenge,
  type EntryGate,
  type EntryZone,
  type Event,
  type EventCancellation,
  type EventCategory,
  type EventChanges,
  type EventSearch,
  type FoundEvent,
  type FraudAlert,
  type FraudCatch,
  type FraudQuestion,
  type FraudRule,
  type HeldForCustomer,
  type Installment,
  type InstallmentQuote,
  type LayoutDifference,
  type LayoutFetch,
  type LayoutMove,
  type LedgerCorrection,
  type Membership,
  type MergedScan,
  type NewDiscountCode,
  type NewPaymentPlan,
  type NewPricingRule,
  type OnlineAddress,
  type Organization,
  type OrganizationSettings,
  type OrganizationSettingsChanges,
  type PaymentFinding,
  type PaymentPlan,
  type PaymentSession,
  type PaymentTransaction,
  type Payout,
  type PayoutAccount,
  type PayoutAmounts,
  type PayoutHold,
  type PayoutItem,
  type PayoutOnboardingLink,
  type PayoutPreview,
  type Performance,
  type Price,
  type PriceStep,
  type PricingRule,
  type Promoter,
  type Quote,
  type ReconciliationResult,
  type ReconciliationRun,
  type Ref,
  type Refund,
  type RefundItem,
  type RefundRequest,
  type RefundWords,
  type SavedCard,
  type Scan,
  type ScannerDevice,
  type Schedule,
  type SeatAllocation,
  type SeatMap,
  type SeatMapChanges,
  type Session,
  type SignedInDevice,
  type StatementLine,
  type StatementRange,
  type Ticket,
  type TicketCategory,
  type TicketCategoryChanges,
  type TicketOffer,
  type TicketTransfer,
  type TrialBalanceLine,
  type TrustedDevice,
  type User,
  type Venue,
  type VenueCompliance,
  type VenueDetails,
  type VenueLayout,
  idOf,
  toTicketCategory,
} from "./models.ts";
import { formatCents } from "./money.ts";
import { type OfflineScan, type SignedScanList } from "./offline.ts";
import { type Page, Paged } from "./pages.ts";
import {
  confirmPayment,
  type PaymentMethod,
  paymentMethodId,
  type PaymentsConfig,
  readPaymentsConfig,
} from "./payments.ts";
import { mergeSeatMap, seatStatus } from "./seat-map.ts";
import {
  type CallOptions,
  type HttpAnswer,
  type KeyedCallOptions,
  Transport,
  type TypedDocument,
} from "./transport.ts";

/** How to reach a box office, and as whom. */
export interface ClientOptions {
  /** The server's address, such as `http://127.0.0.1:4000`, with or without `/graphql`. */
  readonly url: string;
  /** The token of a session that `signIn` began earlier. */
  readonly token?: string | null | undefined;
  /** The `cartToken` of an earlier client, to go on with its guest's bookings. */
  readonly cartToken?: string | null | undefined;
  /** Opens an unlisted or private event: see {@link LastMinuteLive.openEvent}. */
  readonly eventKey?: string | undefined;
  /** What kind of program asks; it is noted on bookings. Default: `web`. */
  readonly channel?: "web" | "mobile" | "api" | undefined;
  /** A name that the program keeps for its device, of at most 200 characters; rules against fraud count by it. Default: none. */
  readonly device?: string | undefined;
  /** What sends requests. Default: the platform's `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** How long one attempt of a call may take, in milliseconds. Default: 15,000. */
  readonly timeoutMs?: number | undefined;
  /** How many further attempts may follow a failed one. Default: 3. */
  readonly retries?: number | undefined;
}

/** How to walk through a list. */
export interface ListOptions extends CallOptions {
  /** How many to fetch at once, at most 100, which is what the server gives. Default: 50. */
  readonly pageSize?: number | undefined;
}

/** How long to wait for the end of a payment. */
export interface WaitOptions extends CallOptions {
  /** When to stop waiting, in milliseconds from now. Default: 60,000. */
  readonly deadlineMs?: number | undefined;
}

/** How to pay. */
export interface PayOptions extends WaitOptions {
  /** Where the bank's page sends the buyer back to, when the bank wants to see them. */
  readonly returnUrl?: string | undefined;
}

/** Where the tickets go. A signed-in user's own address and names are the defaults. */
export interface Contact {
  readonly email?: string | undefined;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  /** E.164, such as `+431234567`. */
  readonly phone?: string | undefined;
}

const PAGE_SIZE = 50;
const LAYOUTS_KEPT = 16;
const POLL_MS = 100;
const POLL_MS_MAX = 1_000;

/**
 * A client of one box office, for one person at a time: a user, or a guest with a cart.
 *
 * ```ts
 * const lml = new LastMinuteLive({ url: "http://127.0.0.1:4000" });
 * for await (const event of lml.events()) console.log(event.title);
 * ```
 *
 * Every call rejects with a {@link LastMinuteLiveError}: a class for each code of docs/errors.md, or
 * a ConnectionError, TimeoutError or UnavailableError when the server could not be asked. A call is
 * tried again by itself where that is safe: queries, and whatever takes an idempotency key or
 * changes nothing the second time. Each method says when it is not.
 */
export class LastMinuteLive {
  readonly #transport: Transport;
  readonly #layouts = new Map<string, Layout>();
  #payments: PaymentsConfig | null = null;
  #token: string | null;
  #cartToken: string | null;
  #eventKey: string | null;

  constructor(options: ClientOptions) {
    this.#token = options.token ?? null;
    this.#cartToken = options.cartToken ?? null;
    this.#eventKey = options.eventKey ?? null;
    this.#transport = new Transport({
      url: baseUrl(options.url),
      fetch: options.fetch ?? globalThis.fetch,
      timeoutMs: options.timeoutMs ?? 15_000,
      retries: options.retries ?? 3,
      headers: () => ({
        accept: "application/json",
        ...(options.channel === undefined ? {} : { "x-lml-channel": options.channel }),
        ...(options.device === undefined ? {} : { "x-lml-device": options.device }),
        ...(this.#token === null ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(this.#cartToken === null ? {} : { "x-cart-token": this.#cartToken }),
        ...(this.#eventKey === null ? {} : { "x-event-key": this.#eventKey }),
      }),
    });
  }

  /** The token of the session; null for a guest. Keep it as you would a password. */
  get token(): string | null {
    return this.#token;
  }

  /**
   * What proves that a guest's bookings are theirs: made when a guest first holds a seat, null before.
   * Store it and give it to the next client to go on. It cannot be restored when it is lost.
   */
  get cartToken(): string | null {
    return this.#cartToken;
  }

  // Accounts.

  /**
   * Asks for an account. The password has 10 to 256 characters. The answer is the same whether the address has an
   * account or not: what comes of it is mailed, mostly a token for {@link completeSignUp}.
   *
   * @throws WeakPasswordError, InvalidInputError, TooManyRequestsError
   */
  async signUp(
    input: {
      readonly email: string;
      readonly password: string;
      readonly firstName: string;
      readonly lastName: string;
    },
    options?: CallOptions,
  ): Promise<void> {
    await this.#transport.graphql(SignUpDocument, { input }, true, options);
  }

  /**
   * Opens the account that was asked for, with the token that was mailed and the password that was chosen, and signs
   * in. Not repeated when its answer is lost: the account is there then, so sign in.
   *
   * @throws MailedTokenError, WrongCredentialsError, TooManyRequestsError
   */
  async completeSignUp(
    input: {
      readonly token: string;
      readonly password: string;
      readonly device?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<Session> {
    const data = await this.#transport.graphql(CompleteSignUpDocument, { input }, false, options);
    return await this.#beginWithCart(present(data.completeSignUp), options);
  }

  /**
   * Signs in for 30 days; the calls that follow are this user's. Not repeated when its answer is
   * lost, because each attempt would leave a session behind.
   *
   * @throws WrongCredentialsError, CodeNeededError, WrongCodeError, AccountLockedError
   */
  async signIn(
    input: {
      readonly email: string;
      readonly password: string;
      readonly device?: string | undefined;
      /** Six digits of the app, for users with a second factor. */
      readonly code?: string | undefined;
      /** Instead of a code, when the telephone is lost. */
      readonly recoveryCode?: string | undefined;
      /** Instead of either, on a device that is trusted. */
      readonly deviceToken?: string | undefined;
      /** Whether this device needs no code from now on, for 30 days: keep the session's `deviceToken`. */
      readonly trustDevice?: boolean | undefined;
    },
    options?: CallOptions,
  ): Promise<Session & { readonly deviceToken: string | null }> {
    const data = await this.#transport.graphql(SignInDocument, { input }, false, options);
    const session = present(data.signIn);
    return {
      ...(await this.#beginWithCart(session, options)),
      deviceToken: session.deviceToken,
    };
  }

  /** Ends the session at once, here and at the server. False when there was none any more. */
  async signOut(options?: CallOptions): Promise<boolean> {
    const data = await this.#transport.graphql(SignOutDocument, {}, true, options);
    this.#token = null;
    return present(data.signOut).signedOut;
  }

  /** Ends all sessions of the user, this one too; returns how many. */
  async signOutEverywhere(options?: CallOptions): Promise<number> {
    const data = await this.#transport.graphql(SignOutEverywhereDocument, {}, true, options);
    this.#token = null;
    return present(data.signOutEverywhere?.sessionsEnded ?? null);
  }

  /** Where the user is signed in, and was. */
  async sessions(options?: CallOptions): Promise<readonly SignedInDevice[]> {
    return await all(async (after) => {
      const data = await this.#query(SessionsDocument, { after }, options);
      return (
        data.currentUser?.sessions ?? {
          nodes: [],
          pageInfo: { hasNextPage: false, endCursor: null },
        }
      );
    });
  }

  /**
   * Ends one session of the user's at once.
   *
   * @throws NotFoundError, NotSignedInError, SessionEndedError
   */
  async revokeSession(
    session: string | { readonly id: string },
    options?: CallOptions,
  ): Promise<void> {
    const sessionId = typeof session === "string" ? session : session.id;
    await this.#transport.graphql(RevokeSessionDocument, { sessionId }, true, options);
  }

  /**
   * Another token for this session, good for 30 more days; the old one is dead. Not repeated when its
   * answer is lost: then the session is lost too, and the user signs in again.
   *
   * @throws NotSignedInError, SessionEndedError
   */
  async refreshSession(options?: CallOptions): Promise<Session> {
    const data = await this.#transport.graphql(RefreshSessionDocument, {}, false, options);
    return this.#begin(present(data.refreshSession));
  }

  /**
   * Proves the address that a token was mailed to. Needs no session.
   *
   * @throws MailedTokenError
   */
  async verifyEmail(token: string, options?: CallOptions): Promise<void> {
    await this.#transport.graphql(VerifyEmailDocument, { token }, false, options);
  }

  /** Has another token mailed that proves the user's address; within a minute of the last one, none. */
  async requestEmailVerification(options?: CallOptions): Promise<void> {
    await this.#transport.graphql(RequestEmailVerificationDocument, {}, true, options);
  }

  /** Has a token for a new password mailed, if the address has an account. Nobody learns whether it has. */
  async requestPasswordReset(
    input: { readonly email: string },
    options?: CallOptions,
  ): Promise<void> {
    await this.#transport.graphql(RequestPasswordResetDocument, { input }, true, options);
  }

  /**
   * Sets a new password with a mailed token. All sessions end.
   *
   * @throws MailedTokenError, WeakPasswordError
   */
  async resetPassword(
    input: { readonly token: string; readonly password: string },
    options?: CallOptions,
  ): Promise<void> {
    await this.#transport.graphql(ResetPasswordDocument, { input }, false, options);
  }

  /**
   * Sets a new password. The user's other sessions end.
   *
   * @throws WrongCredentialsError, WeakPasswordError, NotSignedInError, SessionEndedError, ImpersonationError
   */
  async changePassword(
    input: { readonly currentPassword: string; readonly newPassword: string },
    options?: CallOptions,
  ): Promise<void> {
    await this.#transport.graphql(ChangePasswordDocument, { input }, false, options);
  }

  /**
   * Has a token mailed to a new address, which becomes the account's with `confirmEmailChange`.
   *
   * @throws WrongCredentialsError, InvalidInputError, NotSignedInError, SessionEndedError, ImpersonationError
   */
  async requestEmailChange(
    input: { readonly email: string; readonly currentPassword: string },
    options?: CallOptions,
  ): Promise<void> {
    await this.#transport.graphql(RequestEmailChangeDocument, { input }, true, options);
  }

  /**
   * Makes the address that a token was mailed to the account's. Needs no session.
   *
   * @throws MailedTokenError
   */
  async confirmEmailChange(token: string, options?: CallOptions): Promise<void> {
    await this.#transport.graphql(ConfirmEmailChangeDocument, { token }, false, options);
  }

  /**
   * Sets an authenticator app up; show `uri` as a QR code. Nothing changes until `confirmTwoFactor`.
   *
   * @throws WrongCredentialsError, SecondFactorExistsError, SecondFactorUnavailableError, ImpersonationError
   */
  async enrollTwoFactor(
    input: { readonly currentPassword: string },
    options?: CallOptions,
  ): Promise<{ readonly uri: string; readonly secret: string }> {
    const data = await this.#transport.graphql(EnrollTwoFactorDocument, { input }, false, options);
    return present(data.enrollTwoFactor);
  }

  /**
   * Gives the app's first code; from now on signing in takes one. Returns ten recovery codes, which are
   * shown this once.
   *
   * @throws WrongCodeError, SecondFactorExistsError, ImpersonationError
   */
  async confirmTwoFactor(
    input: { readonly code: string },
    options?: CallOptions,
  ): Promise<readonly string[]> {
    const data = await this.#transport.graphql(ConfirmTwoFactorDocument, { input }, false, options);
    return present(data.confirmTwoFactor);
  }

  /**
   * Removes the second factor: signing in takes the password alone again.
   *
   * @throws WrongCredentialsError, CodeNeededError, WrongCodeError, ImpersonationError
   */
  async removeTwoFactor(
    input: {
      readonly currentPassword: string;
      readonly code?: string | undefined;
      readonly recoveryCode?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<void> {
    await this.#transport.graphql(RemoveTwoFactorDocument, { input }, false, options);
  }

  /**
   * Changes what the user says of themselves. What is left out stays; an empty text, or an empty `address`, removes it.
   *
   * @throws InvalidInputError, NotSignedInError, SessionEndedError
   */
  async updateProfile(
    input: {
      readonly firstName?: string | undefined;
      readonly lastName?: string | undefined;
      readonly phone?: string | undefined;
      /** `line1`, `line2`, `city`, `state`, `postal_code` and `country` (two letters). */
      readonly address?: Readonly<Record<string, string>> | undefined;
      /** An https address. */
      readonly avatarUrl?: string | undefined;
      /** A BCP 47 tag such as `de-AT`. */
      readonly language?: string | undefined;
      /** YYYY-MM-DD. */
      readonly dateOfBirth?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<User> {
    const data = await this.#transport.graphql(UpdateProfileDocument, { input }, true, options);
    return present(data.updateProfile).user;
  }

  /** The devices on which the user signs in without a code, and those on which that is over. */
  async trustedDevices(options?: CallOptions): Promise<readonly TrustedDevice[]> {
    return await all(async (after) => {
      const data = await this.#query(TrustedDevicesDocument, { after }, options);
      return (
        data.currentUser?.trustedDevices ?? {
          nodes: [],
          pageInfo: { hasNextPage: false, endCursor: null },
        }
      );
    });
  }

  /**
   * From now on signing in takes a code on this device, too.
   *
   * @throws NotFoundError, NotSignedInError, SessionEndedError, ImpersonationError
   */
  async revokeTrustedDevice(
    device: string | { readonly id: string },
    options?: CallOptions,
  ): Promise<void> {
    const deviceId = typeof device === "string" ? device : device.id;
    await this.#transport.graphql(RevokeTrustedDeviceDocument, { deviceId }, true, options);
  }

  /**
   * Closes the account for good. Carts are canceled; tickets stay valid.
   *
   * @throws WrongCredentialsError, MoneyOnItsWayError, LastOwnerError, NotSignedInError, SessionEndedError,
   * ImpersonationError
   */
  async closeAccount(
    input: { readonly currentPassword: string },
    options?: CallOptions,
  ): Promise<void> {
    await this.#transport.graphql(CloseAccountDocument, { input }, false, options);
    this.#token = null;
  }

  /**
   * Closes the account for good, and has everything about the person forgotten. The books stay, without a name.
   *
   * @throws WrongCredentialsError, MoneyOnItsWayError, LastOwnerError, NotSignedInError, SessionEndedError,
   * ImpersonationError
   */
  async requestErasure(
    input: { readonly currentPassword: string },
    options?: CallOptions,
  ): Promise<void> {
    await this.#transport.graphql(RequestErasureDocument, { input }, false, options);
    this.#token = null;
  }

  /**
   * Everything that is stored about the user: one document, with a list for each kind of thing.
   *
   * @throws NotSignedInError, SessionEndedError, ImpersonationError
   */
  async exportMyData(options?: CallOptions): Promise<unknown> {
    const data = await this.#transport.graphql(ExportMyDataDocument, {}, true, options);
    return present(data.exportMyData?.data ?? null);
  }

  /**
   * Agrees to a purpose, in the wording that was shown.
   *
   * @throws InvalidInputError, NotFoundError, NotSignedInError, SessionEndedError, ImpersonationError
   */
  async giveConsent(
    input: {
      readonly purpose: ConsentPurpose;
      readonly wordingVersion: string;
      /** To whom; the platform without one. */
      readonly organizationId?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<Consent> {
    const data = await this.#transport.graphql(GiveConsentDocument, { input }, true, options);
    return present(data.giveConsent?.consent ?? null);
  }

  /**
   * Takes a consent back, or objects to what was never agreed to.
   *
   * @throws NotSignedInError, SessionEndedError, ImpersonationError
   */
  async withdrawConsent(
    input: {
      readonly purpose: ConsentPurpose;
      readonly organizationId?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<Consent> {
    const data = await this.#transport.graphql(WithdrawConsentDocument, { input }, true, options);
    return present(data.withdrawConsent?.consent ?? null);
  }

  /**
   * Agrees to mail of an organization for an address without an account, or withdraws that. It counts once
   * `confirmGuestConsent` has the token that is mailed there; a guest gets a `cartToken`.
   *
   * @throws InvalidInputError, NotFoundError, SessionEndedError, ImpersonationError
   */
  async requestGuestConsent(
    input: {
      readonly organizationId: string;
      readonly email: string;
      readonly purpose: "marketing" | "newsletter";
      readonly isGiven: boolean;
      readonly wordingVersion: string;
    },
    options?: CallOptions,
  ): Promise<void> {
    if (this.#token === null) this.#cartToken ??= randomToken();
    await this.#transport.graphql(RequestGuestConsentDocument, { input }, true, options);
  }

  /**
   * Makes what was asked for count, with the token that was mailed. Returns whether consent is in force now.
   *
   * @throws MailedTokenError
   */
  async confirmGuestConsent(token: string, options?: CallOptions): Promise<boolean> {
    const data = await this.#transport.graphql(
      ConfirmGuestConsentDocument,
      { token },
      false,
      options,
    );
    return present(data.confirmGuestConsent?.result ?? null);
  }

  /** What the user said last about each purpose. */
  async currentConsents(options?: CallOptions): Promise<readonly Consent[]> {
    return await all(async (after) =>
      present((await this.#query(CurrentConsentsDocument, { after }, options)).currentConsents),
    );
  }

  /** Who is signed in; null for a guest, and after the session has ended. */
  async currentUser(options?: CallOptions): Promise<User | null> {
    return (await this.#query(CurrentUserDocument, {}, options)).currentUser;
  }

  /** The organizations that the signed-in user works for. */
  async memberships(options?: CallOptions): Promise<readonly Membership[]> {
    const user = await this.currentUser(options);
    if (user === null) return [];
    const nodes = await all(async (after) => {
      const variables = { userId: user.id, after };
      const data = await this.#query(MembershipsDocument, variables, options);
      return present(data.organizationMembers);
    });
    return nodes.flatMap(({ organization, role, status }) =>
      organization === null || status !== "active" ? [] : [{ organization, role }],
    );
  }

  // The platform's staff.

  /**
   * Whoever has an address, or null.
   *
   * @throws NotAllowedError unless the caller is of the platform's support or security
   */
  async findUser(
    email: string,
    options?: CallOptions,
  ): Promise<(User & { readonly accountStatus: string }) | null> {
    return (await this.#query(FindUserDocument, { email }, options)).findUser;
  }

  /**
   * Closes an account until it is reinstated. Sessions end at once, and the person is mailed.
   *
   * @throws NotFoundError, StaffAccountError, NotAllowedError, InvalidInputError
   */
  async suspendUser(user: Ref, reason: string, options?: CallOptions): Promise<void> {
    await this.#transport.graphql(
      SuspendUserDocument,
      { userId: idOf(user), reason },
      true,
      options,
    );
  }

  /**
   * Opens a suspended account again.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async reinstateUser(user: Ref, options?: CallOptions): Promise<void> {
    await this.#transport.graphql(ReinstateUserDocument, { userId: idOf(user) }, true, options);
  }

  /**
   * Ends all sessions of anybody, and the trust in their devices; returns how many sessions.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async revokeUserSessions(user: Ref, options?: CallOptions): Promise<number> {
    const variables = { userId: idOf(user) };
    const data = await this.#transport.graphql(
      RevokeUserSessionsDocument,
      variables,
      true,
      options,
    );
    return present(data.revokeUserSessions?.sessionsEnded ?? null);
  }

  /**
   * Makes somebody one of the platform's staff, or gives them another role.
   *
   * @throws NotAllowedError unless the caller is an admin, NotFoundError, AccountLockedError, LastAdminError
   */
  async grantPlatformRole(
    user: Ref,
    role: "support" | "security" | "admin",
    options?: CallOptions,
  ): Promise<void> {
    const variables = { userId: idOf(user), role };
    await this.#transport.graphql(GrantPlatformRoleDocument, variables, true, options);
  }

  /**
   * Ends somebody's platform role, and what they do in others' names, at once.
   *
   * @throws NotAllowedError unless the caller is an admin, NotFoundError, LastAdminError
   */
  async revokePlatformRole(user: Ref, options?: CallOptions): Promise<void> {
    const variables = { userId: idOf(user) };
    await this.#transport.graphql(RevokePlatformRoleDocument, variables, false, options);
  }

  /**
   * Acts in somebody's name for an hour: from here on this client does. It is recorded, and the person is mailed. Keep
   * your own token if you want to go on as yourself.
   *
   * @throws WrongCredentialsError, NotAllowedError, NotFoundError, StaffAccountError, InvalidInputError
   */
  async startImpersonation(
    input: {
      readonly userId: string;
      readonly reason: string;
      /** Your own. */
      readonly currentPassword: string;
    },
    options?: CallOptions,
  ): Promise<Session> {
    const data = await this.#transport.graphql(
      StartImpersonationDocument,
      { input },
      false,
      options,
    );
    return this.#begin(present(data.startImpersonation));
  }

  /**
   * Ends acting in somebody's name.
   *
   * @throws NotFoundError when this is the user themselves
   */
  async endImpersonation(options?: CallOptions): Promise<void> {
    await this.#transport.graphql(EndImpersonationDocument, {}, false, options);
    this.#token = null;
  }

  // Browsing.

  /** The events you may see, the newest first; drafts are for members of their organization. */
  events(
    filter: { readonly organizationId?: string | undefined } = {},
    options: ListOptions = {},
  ): Paged<Event> {
    return this.#list(options, async (first, after) => {
      const variables = { first, after, ...filter };
      return present((await this.#query(EventsDocument, variables, options)).events);
    });
  }

  /**
   * Finds public events that are still to come: the best match first, then the earliest. Typing errors are forgiven.
   *
   * @throws InvalidInputError
   */
  search(search: EventSearch = {}, options: ListOptions = {}): Paged<FoundEvent> {
    const { priceCentsMin, priceCentsMax, ...rest } = search;
    const pageSize = options.pageSize ?? PAGE_SIZE;
    return new Paged(async (after) => {
      const variables = {
        ...rest,
        ...(priceCentsMin === undefined ? {} : { priceCentsMin: formatCents(priceCentsMin) }),
        ...(priceCentsMax === undefined ? {} : { priceCentsMax: formatCents(priceCentsMax) }),
        first: pageSize,
        after,
      };
      const { searchEvents } = await this.#query(SearchEventsDocument, variables, options);
      const { nodes } = present(searchEvents);
      const items = nodes.flatMap(({ event, startsAt }) =>
        event === null || startsAt === null ? [] : [{ event, startsAt }],
      );
      return { items, next: nodes.length < pageSize ? null : (nodes.at(-1)?.cursor ?? null) };
    });
  }

  /**
   * Lets this client see one event that is not for everybody, from now on: by its id, or `organization/event` in slugs,
   * if it is unlisted; by an access code if it is private. Null forgets it.
   */
  openEvent(key: string | null): void {
    this.#eventKey = key;
  }

  /** The kinds of events there are. */
  async eventCategories(options?: CallOptions): Promise<readonly EventCategory[]> {
    return present((await this.#query(EventCategoriesDocument, {}, options)).eventCategories).nodes;
  }

  /** Where an event takes place online; null for who has no ticket for it. */
  async onlineAddress(event: Ref, options?: CallOptions): Promise<OnlineAddress | null> {
    const variables = { eventId: idOf(event) };
    return (await this.#query(OnlineAddressDocument, variables, options)).eventOnlineAddress;
  }

  /** An event; null when there is none, or when it is not for you. */
  async event(event: Ref, options?: CallOptions): Promise<Event | null> {
    return (await this.#query(EventDocument, { id: idOf(event) }, options)).event;
  }

  /** The dates of an event, in order of time. */
  performances(event: Ref, options: ListOptions = {}): Paged<Performance> {
    return this.#list(options, async (first, after) => {
      const variables = { eventId: idOf(event), first, after };
      return present((await this.#query(PerformancesDocument, variables, options)).performances);
    });
  }

  /** A date of an event; null when there is none, or when it is not for you. */
  async performance(performance: Ref, options?: CallOptions): Promise<Performance | null> {
    return (await this.#query(PerformanceDocument, { id: idOf(performance) }, options)).performance;
  }

  /** The ticket categories of an event with their prices at this moment. */
  async categories(event: Ref, options?: CallOptions): Promise<readonly TicketCategory[]> {
    const nodes = await all(async (after) => {
      const variables = { eventId: idOf(event), after };
      const data = await this.#query(TicketCategoriesDocument, variables, options);
      return present(data.ticketCategories);
    });
    return nodes.map((category) => toTicketCategory(category));
  }

  /**
   * The seating plan of a performance. Fetched once: a plan never changes under its hash, which is
   * checked.
   *
   * @throws NotFoundError
   */
  async layout(
    performance: string | Pick<Performance, "id" | "layout">,
    options?: CallOptions,
  ): Promise<Layout> {
    const found =
      typeof performance === "string" ? await this.performance(performance, options) : performance;
    if (found?.layout == null) throw noPerformance();
    return await this.#layout(found.layout, options);
  }

  /**
   * All seats of a performance: where they are, what they cost, and which are free now. The plan is
   * fetched once; what is free, every time.
   *
   * @throws NotFoundError
   */
  async seatMap(performance: Ref, options?: CallOptions): Promise<SeatMap> {
    const performanceId = idOf(performance);
    const data = await this.#query(SeatMapDocument, { performanceId }, options);
    if (data.seatMap === null || data.performance?.layout == null) throw noPerformance();
    const [layout, categories] = await Promise.all([
      this.#layout(data.performance.layout, options),
      this.categories(data.performance.eventId, options),
    ]);
    return mergeSeatMap({
      performance: data.performance,
      availability: data.seatMap,
      categoryNos: data.seatCategories?.categoryNos ?? [],
      categories,
      layout,
    });
  }

  /**
   * What is new on a map since the `version` of a map or of earlier changes: every seat that changed,
   * and perhaps some that did not. Null: the version is too old, read the map again.
   *
   * @throws NotFoundError, InvalidInputError
   */
  async seatMapChanges(
    performance: Ref,
    since: string,
    options?: CallOptions,
  ): Promise<SeatMapChanges | null> {
    const variables = { performanceId: idOf(performance), since };
    const data = await this.#query(SeatMapChangesDocument, variables, options);
    if (data.seatMapChanges === null) throw noPerformance();
    const { version, isComplete, seatNos, availability } = data.seatMapChanges;
    if (isComplete !== true || version === null) return null;
    const seats = (seatNos ?? []).map((seatNo, place) => ({
      index: (seatNo ?? 1) - 1,
      status: seatStatus((availability ?? "").charAt(place)),
    }));
    return { version, seats };
  }

  /** How many admissions of a category can be had now; null when the category has none there. */
  async admissionsLeft(
    performance: Ref,
    ticketCategory: Ref,
    options?: CallOptions,
  ): Promise<number | null> {
    const variables = { performanceId: idOf(performance), ticketCategoryId: idOf(ticketCategory) };
    return (await this.#query(AdmissionsLeftDocument, variables, options)).admissionsLeft;
  }

  /** What is sold besides tickets at an event: its own, and what its organization sells with all. */
  async addOns(event: Ref, options?: CallOptions): Promise<readonly AddOn[]> {
    const found = (await this.#query(AddOnsDocument, { eventId: idOf(event) }, options)).event;
    if (found === null) return [];
    const ofAllEvents = found.organization?.addOns.nodes ?? [];
    return [
      ...found.addOns.nodes,
      ...ofAllEvents.filter(({ currency }) => currency === found.currency),
    ]
      .filter(({ isActive }) => isActive)
      .sort((one, other) => one.sortOrder - other.sortOrder);
  }

  /** How many of an add-on can be had now; null when there is no end of it. */
  async addOnsLeft(addOn: Ref, options?: CallOptions): Promise<number | null> {
    return (await this.#query(AddOnsLeftDocument, { addOnId: idOf(addOn) }, options)).addOnsLeft;
  }

  /** What an event asks of whoever comes; the answers go to `setAttendee`, by id of the question. */
  async attendeeQuestions(event: Ref, options?: CallOptions): Promise<readonly AttendeeQuestion[]> {
    const data = await this.#query(AttendeeQuestionsDocument, { eventId: idOf(event) }, options);
    return present(data.attendeeQuestions).nodes.filter(({ retiredAt }) => retiredAt === null);
  }

  // Buying.

  /**
   * Holds seats in a new booking, or adds them to a draft, all of them or none. They are yours until
   * the booking's `expiresAt`: 10 minutes from the first hold unless the organization says otherwise,
   * and extended by `startCheckout`. A guest gets a `cartToken`.
   *
   * @param seats - Their ids, or the seats of a seat map.
   * @throws SeatsTakenError, UnknownSeatsError, DuplicateSeatsError, QuantityError,
   * EventNotOnSaleError, SalesClosedError, AccountRequiredError, HoldExpiredError,
   * BookingStatusError, BookingNotFoundError, SessionEndedError, IdempotencyKeyReusedError
   */
  async hold(
    performance: Ref,
    seats: readonly Ref[],
    options: KeyedCallOptions & { readonly booking?: Ref | undefined } = {},
  ): Promise<Booking> {
    this.#needCart();
    const bookingId = options.booking === undefined ? undefined : idOf(options.booking);
    const input = { performanceId: idOf(performance), seatIds: seats.map(idOf), bookingId };
    const data = await this.#keyed(HoldSeatsDocument, input, options);
    return await this.#booking(present(data.holdSeats).booking, options);
  }

  /**
   * Holds the best free seats of a category, side by side unless `together` is false. Places for
   * wheelchairs and their companions are given when `accessible` is true, and never otherwise.
   *
   * @throws FewLeftError, QuantityError, EventNotOnSaleError, SalesClosedError, AccountRequiredError,
   * TooManyCartsError, HoldExpiredError, BookingStatusError, BookingNotFoundError, SessionEndedError,
   * IdempotencyKeyReusedError
   */
  async holdBestAvailable(
    performance: Ref,
    ticketCategory: Ref,
    quantity: number,
    options: KeyedCallOptions & {
      readonly booking?: Ref | undefined;
      readonly together?: boolean | undefined;
      readonly accessible?: boolean | undefined;
    } = {},
  ): Promise<Booking> {
    this.#needCart();
    const input = {
      performanceId: idOf(performance),
      ticketCategoryId: idOf(ticketCategory),
      quantity,
      together: options.together,
      accessible: options.accessible,
      bookingId: options.booking === undefined ? undefined : idOf(options.booking),
    };
    const data = await this.#keyed(HoldBestAvailableDocument, input, options);
    return await this.#booking(present(data.holdBestAvailable).booking, options);
  }

  /**
   * Holds admissions, which have no seat, in a new booking or in a draft, beside seats if you like.
   *
   * @throws FewLeftError, QuantityError, EventNotOnSaleError, SalesClosedError, AccountRequiredError,
   * TooManyCartsError, HoldExpiredError, BookingStatusError, BookingNotFoundError, SessionEndedError,
   * IdempotencyKeyReusedError
   */
  async holdAdmissions(
    performance: Ref,
    ticketCategory: Ref,
    quantity: number,
    options: KeyedCallOptions & { readonly booking?: Ref | undefined } = {},
  ): Promise<Booking> {
    this.#needCart();
    const input = {
      performanceId: idOf(performance),
      ticketCategoryId: idOf(ticketCategory),
      quantity,
      bookingId: options.booking === undefined ? undefined : idOf(options.booking),
    };
    const data = await this.#keyed(HoldAdmissionsDocument, input, options);
    return await this.#booking(present(data.holdAdmissions).booking, options);
  }

  /**
   * Sets how many of an add-on a draft has; 0 takes it out.
   *
   * @throws FewLeftError, QuantityError, NotFoundError, SalesClosedError, EventNotOnSaleError,
   * HoldExpiredError, BookingStatusError, BookingNotFoundError
   */
  async addAddOn(
    booking: Ref,
    addOn: Ref,
    quantity: number,
    options?: CallOptions,
  ): Promise<Booking> {
    const variables = { input: { bookingId: idOf(booking), addOnId: idOf(addOn), quantity } };
    const data = await this.#transport.graphql(AddAddOnDocument, variables, true, options);
    return await this.#booking(present(data.addAddOn).booking, options);
  }

  /**
   * Where the add-ons of a booking are mailed to: name, street, town and country, in lines.
   *
   * @throws InvalidInputError, BookingStatusError, BookingNotFoundError
   */
  async setDeliveryAddress(booking: Ref, address: string, options?: CallOptions): Promise<void> {
    const variables = { input: { bookingId: idOf(booking), address } };
    await this.#transport.graphql(SetDeliveryAddressDocument, variables, true, options);
  }

  /**
   * Lets admissions of a draft go. Not repeated when its answer is lost: look at the booking.
   *
   * @throws QuantityError, BookingStatusError, HoldExpiredError, BookingNotFoundError
   */
  async releaseAdmissions(
    booking: Ref,
    ticketCategory: Ref,
    quantity: number,
    options?: CallOptions,
  ): Promise<Booking> {
    const input = { bookingId: idOf(booking), ticketCategoryId: idOf(ticketCategory), quantity };
    const data = await this.#transport.graphql(
      ReleaseAdmissionsDocument,
      { input },
      false,
      options,
    );
    return await this.#booking(present(data.releaseAdmissions).booking, options);
  }

  /**
   * Gives a draft its full time again, within the organization's maximum from its beginning.
   *
   * @throws HoldExpiredError, BookingStatusError, BookingNotFoundError
   */
  async extendHold(booking: Ref, options?: CallOptions): Promise<Booking> {
    const variables = { input: { bookingId: idOf(booking) } };
    const data = await this.#transport.graphql(ExtendHoldDocument, variables, true, options);
    return await this.#booking(present(data.extendHold).booking, options);
  }

  /**
   * Makes the unpaid bookings of this client's `cartToken` the signed-in user's; returns how many.
   * `signIn` and `signUp` do so by themselves.
   *
   * @throws NotSignedInError, SessionEndedError, ImpersonationError
   */
  async claimCart(options?: CallOptions): Promise<number> {
    const data = await this.#transport.graphql(ClaimCartDocument, {}, true, options);
    return present(data.claimCart?.result ?? null);
  }

  /**
   * Holds seats of an allocation for the caller, to sell them to somebody. Needs `inventory.sell`.
   *
   * @throws UnknownSeatsError, NotFoundError, NotAllowedError, and what `hold` throws
   */
  async holdAllocatedSeats(
    allocation: Ref,
    seats: readonly Ref[],
    options: KeyedCallOptions & { readonly booking?: Ref | undefined } = {},
  ): Promise<Booking> {
    const input = {
      allocationId: idOf(allocation),
      seatIds: seats.map(idOf),
      bookingId: options.booking === undefined ? undefined : idOf(options.booking),
    };
    const data = await this.#keyed(HoldAllocatedSeatsDocument, input, options);
    return await this.#booking(present(data.holdAllocatedSeats).booking, options);
  }

  /**
   * Lets seats of a draft go; the others and their prices stay. Not repeated when its answer is lost,
   * because the second attempt would find the seats gone from the booking: look at it with `booking`.
   *
   * @throws UnknownSeatsError, BookingStatusError, HoldExpiredError, BookingNotFoundError
   */
  async release(booking: Ref, seats: readonly Ref[], options?: CallOptions): Promise<Booking> {
    const input = { bookingId: idOf(booking), seatIds: seats.map(idOf) };
    const data = await this.#transport.graphql(ReleaseSeatsDocument, { input }, false, options);
    return await this.#booking(present(data.releaseSeats).booking, options);
  }

  /**
   * Locks one seat of an event that has one performance, for a signed-in user. True: it is locked;
   * false: somebody else has it. Prefer `hold`, which takes several at once and serves guests.
   *
   * Repeated by itself only with a `bookingId`: without one, a second attempt would find the seat
   * locked by the first.
   *
   * @throws NotSignedInError, SessionEndedError, NotAllowedError, InvalidInputError,
   * UnknownSeatsError, EventNotOnSaleError, SalesClosedError, QuantityError, BookingNotFoundError,
   * BookingStatusError, HoldExpiredError, NotFoundError
   */
  async acquireSeatLock(
    input: {
      readonly eventId: string;
      readonly seatId: string;
      /** Default: the signed-in user. Staff may name the owner of the booking. */
      readonly userId?: string | undefined;
      readonly bookingId?: string | undefined;
      /** 1 to 1440, and at most what the organization allows. Default: 10. */
      readonly lockDurationMinutes?: number | undefined;
    },
    options?: CallOptions,
  ): Promise<boolean> {
    const userId = input.userId ?? (await this.#userId(options));
    const data = await this.#transport.graphql(
      AcquireSeatLockDocument,
      { input: { ...input, userId } },
      input.bookingId !== undefined,
      options,
    );
    return present(data.acquireSeatLock).acquired;
  }

  /**
   * Lets one seat of the user's draft go. False when it holds no such seat. Not repeated when its
   * answer is lost: that would turn a true into a false.
   *
   * @throws NotSignedInError, SessionEndedError, HoldExpiredError, BookingStatusError,
   * EventNotOnSaleError, SalesClosedError
   */
  async releaseSeatLock(
    input: {
      readonly eventId: string;
      readonly seatId: string;
      /** Default: the signed-in user. Staff may name the owner of the booking. */
      readonly userId?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<boolean> {
    const userId = input.userId ?? (await this.#userId(options));
    const variables = { input: { ...input, userId } };
    const data = await this.#transport.graphql(ReleaseSeatLockDocument, variables, false, options);
    return present(data.releaseSeatLock).released;
  }

  /**
   * What seats, or numbers of tickets of categories, would cost you now; nothing is held. What is then
   * held costs the same, unless a rule, a price or a tax has changed meanwhile.
   *
   * @throws DiscountRefusedError, MembersOnlyError, SalesClosedError, EventNotOnSaleError,
   * QuantityError, UnknownSeatsError, DuplicateSeatsError, TooManyRequestsError, NotFoundError
   */
  async quote(
    performance: Ref,
    tickets: {
      readonly seats?: readonly Ref[] | undefined;
      readonly categories?:
        readonly { readonly category: Ref; readonly quantity: number }[] | undefined;
      /** A discount code. */
      readonly code?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<Quote> {
    const categories = tickets.categories ?? [];
    const input = {
      performanceId: idOf(performance),
      seatIds: (tickets.seats ?? []).map(idOf),
      ticketCategoryIds: categories.map(({ category }) => idOf(category)),
      quantities: categories.map(({ quantity }) => quantity),
      code: tickets.code,
    };
    const data = await this.#transport.graphql(QuoteDocument, { input }, true, options);
    const { priceQuote } = present(data.quote);
    if (priceQuote.discountRefusal !== null) throw discountRefused(priceQuote.discountRefusal);
    return priceQuote;
  }

  /**
   * Uses a discount code for a draft, in place of the one that it has. Wrong ones are counted.
   *
   * @throws DiscountRefusedError, TooManyRequestsError, HoldExpiredError, BookingStatusError,
   * BookingNotFoundError, EventNotOnSaleError, SalesClosedError, SessionEndedError
   */
  async applyDiscountCode(
    booking: Ref,
    code: string,
    options?: CallOptions,
  ): Promise<DiscountedTotal> {
    const variables = { input: { bookingId: idOf(booking), code } };
    const data = await this.#transport.graphql(ApplyDiscountCodeDocument, variables, true, options);
    const { discountRefusal, ...total } = present(data.applyDiscountCode).discountAnswer;
    if (discountRefusal !== null) throw discountRefused(discountRefusal);
    return total;
  }

  /**
   * Gives the discount code of a draft back.
   *
   * @throws HoldExpiredError, BookingStatusError, BookingNotFoundError, SessionEndedError
   */
  async removeDiscountCode(booking: Ref, options?: CallOptions): Promise<DiscountedTotal> {
    const variables = { input: { bookingId: idOf(booking) } };
    const data = await this.#transport.graphql(
      RemoveDiscountCodeDocument,
      variables,
      true,
      options,
    );
    const { discountCents, totalAmountCents } = present(data.removeDiscountCode).discountAnswer;
    return { discountCents, totalAmountCents };
  }

  /**
   * How a line of a booking came to its total: its price, rules, discount, fees and taxes. The
   * amounts sum to the total; none for a line that is not yours to see.
   */
  async explainPrice(item: Ref, options?: CallOptions): Promise<readonly PriceStep[]> {
    const variables = { bookingItemId: idOf(item) };
    return present((await this.#query(ExplainPriceDocument, variables, options)).explainPrice)
      .nodes;
  }

  /** Seats of a performance that have a price of their own. */
  async seatPrices(
    performance: Ref,
    options?: CallOptions,
  ): Promise<readonly { readonly seatId: string; readonly priceCents: number }[]> {
    const performanceId = idOf(performance);
    return await all(async (after) =>
      present(
        (await this.#query(SeatPricesDocument, { performanceId, after }, options)).seatPrices,
      ),
    );
  }

  /**
   * Says before `startCheckout` how the signed-in user pays for a draft: with a saved card, or with
   * one that they agree to keep. Without either, nothing is kept. Returns whether a card will be kept.
   *
   * @throws BookingNotFoundError, BookingStatusError, HoldExpiredError, NotFoundError,
   * NotSignedInError, SessionEndedError
   */
  async choosePayment(
    booking: Ref,
    choice: { readonly saveCard?: boolean; readonly savedCard?: Ref } = {},
    options?: CallOptions,
  ): Promise<boolean> {
    const input = {
      bookingId: idOf(booking),
      saveCard: choice.saveCard ?? false,
      paymentMethodId: choice.savedCard === undefined ? null : idOf(choice.savedCard),
    };
    const data = await this.#transport.graphql(ChoosePaymentDocument, { input }, true, options);
    return present(data.choosePayment).isKept;
  }

  /** The cards that the user keeps, with all organizations or with one, the newest first. */
  async savedCards(organization?: Ref, options?: CallOptions): Promise<readonly SavedCard[]> {
    const organizationId = organization === undefined ? null : idOf(organization);
    const cards = await all(async (after) =>
      present(
        (await this.#query(SavedCardsDocument, { organizationId, after }, options))
          .myPaymentMethods,
      ),
    );
    return cards.map(savedCard);
  }

  /**
   * Removes a card that the user keeps, here at once and then at Stripe; once more is harmless.
   *
   * @throws NotFoundError, NotSignedInError, SessionEndedError
   */
  async removeSavedCard(card: Ref, options?: CallOptions): Promise<SavedCard> {
    const variables = { input: { paymentMethodId: idOf(card) } };
    const data = await this.#transport.graphql(
      RemovePaymentMethodDocument,
      variables,
      true,
      options,
    );
    return savedCard(present(data.removePaymentMethod?.savedPaymentMethod));
  }

  /**
   * Freezes a draft and asks for its payment, which `pay` then makes; a booking that costs nothing is
   * confirmed at once. Its seats stay held until the new `expiresAt`.
   *
   * @throws ContactMissingError, InvalidInputError, QuantityError, HoldExpiredError,
   * BookingStatusError, BookingNotFoundError, EventNotOnSaleError, SalesClosedError, BuyerLimitError,
   * NotFoundError, SessionEndedError, IdempotencyKeyReusedError
   */
  async startCheckout(
    booking: Ref,
    contact: Contact = {},
    options: KeyedCallOptions = {},
  ): Promise<Booking> {
    const input = { bookingId: idOf(booking), ...contact };
    const data = await this.#keyed(StartCheckoutDocument, input, options);
    return await this.#booking(present(data.startCheckout).booking, options);
  }

  /**
   * Pays for a booking whose checkout has started, and waits until it is confirmed. After a
   * {@link PaymentDeclinedError} pay again with another card, as long as the seats are held. Paying
   * for a booking that is paid for returns it.
   *
   * @throws PaymentDeclinedError, PaymentActionRequiredError, PaymentPendingError, PaymentLostError,
   * BookingNotFoundError, BookingStatusError, HoldExpiredError, UsageError
   */
  async pay(booking: Ref, method: PaymentMethod, options: PayOptions = {}): Promise<Booking> {
    const bookingId = idOf(booking);
    const deadline = Date.now() + (options.deadlineMs ?? 60_000);
    const session = await this.#payable(bookingId, deadline, options);
    if (session !== null) {
      const config = await this.#paymentsConfig(options);
      await confirmPayment(
        this.#transport,
        {
          config,
          intentId: session.intentId,
          clientSecret: session.clientSecret,
          paymentMethodId: paymentMethodId(method, config),
          returnUrl: options.returnUrl,
        },
        options,
      );
    }
    return await this.waitForConfirmation(bookingId, {
      ...options,
      deadlineMs: Math.max(0, deadline - Date.now()),
    });
  }

  /**
   * Waits until a payment that has been made confirms its booking, or, of one that is paid in parts,
   * is received: the booking is `partially_paid` until the last one. Stripe tells the server, which
   * takes a moment; a payment that arrives after `expiresAt` still confirms when the seats are free,
   * and is returned when they are not.
   *
   * @throws PaymentPendingError at the deadline, PaymentLostError, BookingNotFoundError
   */
  async waitForConfirmation(booking: Ref, options: WaitOptions = {}): Promise<Booking> {
    const bookingId = idOf(booking);
    const deadline = Date.now() + (options.deadlineMs ?? 60_000);
    await this.#poll(bookingId, deadline, options, ({ status }, session) => {
      if (status === "confirmed" || status === "completed") return true;
      if (status === "partially_paid" && session?.status === "succeeded") return true;
      if (status === "refunded" || status === "canceled") {
        throw new PaymentLostError(`The booking is ${status}.`, {
          code: "PAYMENT_LOST",
          detail: bookingId,
          hint: "What was paid is returned by itself.",
        });
      }
      return undefined;
    });
    const confirmed = await this.booking(bookingId, options);
    if (confirmed === null) throw bookingNotFound(bookingId);
    return confirmed;
  }

  /** Where the payment of a booking of yours stands; null when it has none. */
  async paymentSession(booking: Ref, options?: CallOptions): Promise<PaymentSession | null> {
    const variables = { bookingId: idOf(booking) };
    return (await this.#query(PaymentProgressDocument, variables, options)).paymentSession;
  }

  /**
   * Opens the payment of what is due next, unless one is open: another attempt after one that has
   * failed or was canceled, or the next installment. Then `pay`.
   *
   * @throws BookingStatusError, HoldExpiredError, BookingNotFoundError, NotAllowedError
   */
  async openPayment(booking: Ref, options?: CallOptions): Promise<PaymentSession> {
    const variables = { input: { bookingId: idOf(booking) } };
    const data = await this.#transport.graphql(OpenPaymentDocument, variables, true, options);
    return present(data.openPayment).paymentSession;
  }

  /** The plans by which bookings of an event may be paid in parts, retired ones too. */
  async paymentPlans(event: Ref, options?: CallOptions): Promise<readonly PaymentPlan[]> {
    const eventId = idOf(event);
    return await all(async (after) => {
      const found = await this.#query(PaymentPlansDocument, { eventId, after }, options);
      return found.event?.paymentPlans ?? { nodes: [], pageInfo: NO_MORE };
    });
  }

  /**
   * What would be due when, if a booking were paid by a plan from now on.
   *
   * @throws BookingNotFoundError, NotFoundError, PaymentPlanError
   */
  async quotePaymentPlan(
    booking: Ref,
    plan: Ref,
    options?: CallOptions,
  ): Promise<readonly InstallmentQuote[]> {
    const variables = { bookingId: idOf(booking), paymentPlanId: idOf(plan) };
    const data = await this.#query(QuotePaymentPlanDocument, variables, options);
    return present(data.quotePaymentPlan).nodes.map(({ installmentNo, dueAt, amountCents }) => ({
      installmentNo: present(installmentNo),
      dueAt: present(dueAt),
      amountCents: present(amountCents),
    }));
  }

  /**
   * Has a booking paid by a plan, or, with null, at once: until something of it is paid.
   *
   * @throws BookingNotFoundError, BookingStatusError, HoldExpiredError, NotFoundError,
   * PaymentPlanError
   */
  async choosePaymentPlan(booking: Ref, plan: Ref | null, options?: CallOptions): Promise<Booking> {
    const input = {
      bookingId: idOf(booking),
      paymentPlanId: plan === null ? null : idOf(plan),
    };
    const data = await this.#transport.graphql(ChoosePaymentPlanDocument, { input }, true, options);
    return await this.#booking(present(data.choosePaymentPlan).booking, options);
  }

  /** The parts in which a booking is paid, deposit first; none when it is paid at once. */
  async installments(booking: Ref, options?: CallOptions): Promise<readonly Installment[]> {
    const data = await this.#query(InstallmentsDocument, { bookingId: idOf(booking) }, options);
    return present(data.bookingPaymentSchedules).nodes.toSorted(
      (a, b) => a.installmentNo - b.installmentNo,
    );
  }

  /**
   * Makes a booking yours, with the token of the mail about it. It works once.
   *
   * @throws MailedTokenError, SessionEndedError, CartTokenError, ImpersonationError
   */
  async claimBooking(token: string, options?: CallOptions): Promise<Booking> {
    this.#needCart();
    const variables = { input: { token } };
    const data = await this.#transport.graphql(ClaimBookingDocument, variables, false, options);
    return await this.#booking(present(data.claimBooking).booking, options);
  }

  /** A booking; null when there is none, or when it is not yours. */
  async booking(booking: Ref, options?: CallOptions): Promise<Booking | null> {
    const found = (await this.#query(BookingDocument, { id: idOf(booking) }, options)).booking;
    return found === null ? null : await this.#booking(found, options);
  }

  /** Your own bookings, the newest first; with a filter, those of others that you may see because you work for who sells. */
  bookings(
    filter?: { readonly performanceId: string } | { readonly organizationId: string },
    options: ListOptions = {},
  ): Paged<Booking> {
    return this.#list(options, async (first, after) => {
      // Never all that one may see: that would read the bookings of everybody to find out.
      const mine =
        filter === undefined
          ? (await this.#query(MyBookingsDocument, { first, after }, options)).currentUser?.bookings
          : undefined;
      const page =
        mine ??
        present((await this.#query(BookingsDocument, { first, after, filter }, options)).bookings);
      const nodes = await Promise.all(page.nodes.map((each) => this.#booking(each, options)));
      return { nodes, pageInfo: page.pageInfo };
    });
  }

  /**
   * Lets the seats of a booking go. Its owner may cancel it until it is paid; after that, the
   * organization, which voids the tickets and returns all of the money.
   *
   * @throws BookingNotFoundError, BookingStatusError, NotAllowedError, TicketUsedError,
   * SessionEndedError, CartTokenError, IdempotencyKeyReusedError
   */
  async cancel(
    booking: Ref,
    options: KeyedCallOptions & { readonly reason?: string | undefined } = {},
  ): Promise<Booking> {
    const input = { bookingId: idOf(booking), reason: options.reason };
    const data = await this.#keyed(CancelBookingDocument, input, options);
    return await this.#booking(present(data.cancelBooking).booking, options);
  }

  /**
   * Gives all of a paid booking back: for all of its price after its performance was postponed, until its
   * `refundsUntil`, or else for what {@link quoteCancellation} says.
   *
   * @throws NoRefundOfferedError, BookingNotFoundError, BookingStatusError, TicketUsedError,
   * SessionEndedError, CartTokenError, IdempotencyKeyReusedError
   */
  async returnBooking(booking: Ref, options: KeyedCallOptions = {}): Promise<Booking> {
    const data = await this.#keyed(ReturnBookingDocument, { bookingId: idOf(booking) }, options);
    return await this.#booking(present(data.returnBooking).booking, options);
  }

  /** What buyers of a performance get back, and until when, as the terms are now; none: nothing. */
  async cancellationTerms(
    performance: Ref,
    options?: CallOptions,
  ): Promise<readonly CancellationTerm[]> {
    const variables = { performanceId: idOf(performance) };
    const data = await this.#query(CancellationTermsDocument, variables, options);
    return present(data.cancellationTerms).nodes.map((term) => ({
      ...term,
      percentage: Number(term.percentage),
    }));
  }

  /**
   * What comes back for a booking, or for some of its tickets, if it is canceled now. For a cart, too: it tells before
   * buying what can be returned after it.
   *
   * @throws BookingNotFoundError, TicketVoidError, InvalidInputError, SessionEndedError, CartTokenError
   */
  async quoteCancellation(
    booking: Ref,
    options: CallOptions & { readonly tickets?: readonly Ref[] | undefined } = {},
  ): Promise<CancellationQuote> {
    const variables = { bookingId: idOf(booking), ticketIds: options.tickets?.map(idOf) };
    const data = await this.#query(QuoteCancellationDocument, variables, options);
    const quote = present(data.quoteCancellation);
    return { ...quote, percentage: Number(quote.percentage) };
  }

  /**
   * Gives tickets of a booking back, or all of it, for what {@link quoteCancellation} says. With the last one, the
   * booking is canceled.
   *
   * @throws NoRefundOfferedError, BookingNotFoundError, BookingStatusError, TicketUsedError, TicketVoidError,
   * InvalidInputError, SessionEndedError, CartTokenError, IdempotencyKeyReusedError
   */
  async returnTickets(
    booking: Ref,
    options: KeyedCallOptions & { readonly tickets?: readonly Ref[] | undefined } = {},
  ): Promise<Booking> {
    const input = { bookingId: idOf(booking), ticketIds: options.tickets?.map(idOf) };
    const data = await this.#keyed(ReturnTicketsDocument, input, options);
    return await this.#booking(present(data.returnTickets).booking, options);
  }

  /** The refunds of a booking, by payment: for its buyer, and members with `payments.read`. */
  async refunds(booking: Ref, options?: CallOptions): Promise<readonly Refund[]> {
    const bookingId = idOf(booking);
    return await all(async (after) =>
      present((await this.#query(RefundsDocument, { bookingId, after }, options)).refunds),
    );
  }

  /** What was taken back of a booking, part by part: for its buyer, and members with `payments.read`. */
  async refundItems(booking: Ref, options?: CallOptions): Promise<readonly RefundItem[]> {
    const bookingId = idOf(booking);
    return await all(async (after) =>
      present((await this.#query(RefundItemsDocument, { bookingId, after }, options)).refundItems),
    );
  }

  /**
   * Sets the terms on which tickets are taken back from now on: of one event, with `events.manage`, or of all others of
   * an organization, with `organization.manage`. Bookings keep the terms they were bought under.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError
   */
  async setCancellationPolicy(
    of: { readonly organization: Ref; readonly event?: Ref | undefined },
    { windows, ...fees }: CancellationWindows,
    options?: CallOptions,
  ): Promise<CancellationPolicy> {
    const input = {
      organizationId: idOf(of.organization),
      eventId: of.event === undefined ? undefined : idOf(of.event),
      daysBefore: windows.map(({ daysBefore }) => daysBefore),
      percentages: windows.map(({ percentage }) => String(percentage)),
      ...fees,
    };
    const document = SetCancellationPolicyDocument;
    const data = await this.#transport.graphql(document, { input }, true, options);
    return present(data.setCancellationPolicy).cancellationPolicy;
  }

  /**
   * Above which amount, in the default currency's minor unit, a second person decides about refunds by staff; null:
   * nobody does. Needs `organization.manage`.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError
   */
  async setRefundApproval(
    organization: Ref,
    aboveCents: number | null,
    options?: CallOptions,
  ): Promise<void> {
    const input = {
      organizationId: idOf(organization),
      aboveCents: aboveCents === null ? null : formatCents(aboveCents),
    };
    await this.#transport.graphql(SetRefundApprovalDocument, { input }, true, options);
  }

  /**
   * Returns an amount, whatever the terms say; the buyer keeps the tickets. The request is `requested` when somebody
   * else has to approve it. Needs `payments.refund`.
   *
   * @throws RefundTooLargeError, BookingNotFoundError, BookingStatusError, NotAllowedError, InvalidInputError
   */
  async refundBookingAmount(
    booking: Ref,
    amountCents: number,
    words: RefundWords,
    options: KeyedCallOptions = {},
  ): Promise<RefundRequest> {
    const input = { ...words, bookingId: idOf(booking), amountCents: formatCents(amountCents) };
    const data = await this.#keyed(RefundBookingAmountDocument, input, options);
    return present(data.refundBookingAmount).refundRequest;
  }

  /**
   * Takes tickets of a booking back, or all of it, whatever the terms say. Needs `payments.refund`.
   *
   * @throws BookingNotFoundError, BookingStatusError, NotAllowedError, TicketUsedError, TicketVoidError,
   * InvalidInputError
   */
  async refundTickets(
    booking: Ref,
    words: RefundWords & {
      /** Default: all. */
      readonly tickets?: readonly Ref[] | undefined;
      /** Default: 100. */
      readonly percentage?: number | undefined;
      /** Default: true. */
      readonly withFees?: boolean | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<RefundRequest> {
    const { tickets, percentage, ...rest } = words;
    const input = {
      ...rest,
      bookingId: idOf(booking),
      ticketIds: tickets?.map(idOf),
      percentage: percentage === undefined ? undefined : String(percentage),
    };
    const data = await this.#keyed(RefundTicketsDocument, input, options);
    return present(data.refundTickets).refundRequest;
  }

  /**
   * Returns the fees of a booking or of some of its tickets, which stay good. Needs `payments.refund`.
   *
   * @throws RefundTooLargeError, BookingNotFoundError, BookingStatusError, NotAllowedError, TicketVoidError,
   * InvalidInputError
   */
  async refundFees(
    booking: Ref,
    words: RefundWords & {
      readonly tickets?: readonly Ref[] | undefined;
      readonly withServiceFees?: boolean | undefined;
      readonly withProcessingFees?: boolean | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<RefundRequest> {
    const { tickets, ...rest } = words;
    const input = { ...rest, bookingId: idOf(booking), ticketIds: tickets?.map(idOf) };
    const data = await this.#keyed(RefundFeesDocument, input, options);
    return present(data.refundFees).refundRequest;
  }

  /** Requests of the organizations in which you have `payments.read`, the oldest first. */
  refundRequests(
    filter: {
      readonly organizationId?: string | undefined;
      readonly bookingId?: string | undefined;
      readonly status?: RefundRequest["status"] | undefined;
    } = {},
    options: ListOptions = {},
  ): Paged<RefundRequest> {
    return this.#list(options, async (first, after) => {
      const variables = { first, after, condition: filter };
      return present(
        (await this.#query(RefundRequestsDocument, variables, options)).refundRequests,
      );
    });
  }

  /**
   * Approves a refund that somebody else has asked for, which queues it at once. Needs `payments.approve`.
   *
   * @throws ApprovalNeededError (your own), RefundDecidedError, RefundTooLargeError, NotFoundError, NotAllowedError,
   * TicketUsedError, TicketVoidError, BookingStatusError
   */
  async approveRefund(
    request: Ref,
    options: CallOptions & { readonly note?: string | undefined } = {},
  ): Promise<RefundRequest> {
    const variables = { input: { requestId: idOf(request), note: options.note } };
    const data = await this.#transport.graphql(ApproveRefundDocument, variables, false, options);
    return present(data.approveRefund).refundRequest;
  }

  /**
   * Declines a refund that was asked for. Needs `payments.approve`.
   *
   * @throws RefundDecidedError, NotFoundError, NotAllowedError
   */
  async declineRefund(
    request: Ref,
    options: CallOptions & { readonly note?: string | undefined } = {},
  ): Promise<RefundRequest> {
    const variables = { input: { requestId: idOf(request), note: options.note } };
    const data = await this.#transport.graphql(DeclineRefundDocument, variables, false, options);
    return present(data.declineRefund).refundRequest;
  }

  /** Refunds that failed and are not tried again by themselves. For members with `payments.read`. */
  failedRefunds(organization: Ref, options: ListOptions = {}): Paged<Refund> {
    return this.#list(options, async (first, after) => {
      const variables = { organizationId: idOf(organization), first, after };
      return present((await this.#query(FailedRefundsDocument, variables, options)).failedRefunds);
    });
  }

  /**
   * Sends a failed refund again, and returns the new one; again it is the same. Needs `payments.refund`.
   *
   * @throws RefundDecidedError (it has not failed), DisputeError, RefundTooLargeError, BookingNotFoundError,
   * NotAllowedError
   */
  async retryRefund(refund: Ref, options?: CallOptions): Promise<Refund> {
    const variables = { input: { refundId: idOf(refund) } };
    const data = await this.#transport.graphql(RetryRefundDocument, variables, true, options);
    return present(data.retryRefund).refund;
  }

  /** Disputes of the organizations in which you have `payments.read`, the oldest first. */
  disputes(
    filter: {
      readonly organizationId?: string | undefined;
      readonly bookingId?: string | undefined;
      readonly status?: Dispute["status"] | undefined;
    } = {},
    options: ListOptions = {},
  ): Paged<Dispute> {
    return this.#list(options, async (first, after) => {
      const variables = { first, after, condition: filter };
      return present((await this.#query(DisputesDocument, variables, options)).disputes);
    });
  }

  /** What was answered to a dispute, the oldest first. Needs `disputes.manage`. */
  disputeResponses(dispute: Ref, options: ListOptions = {}): Paged<DisputeResponse> {
    return this.#list(options, async (first, after) => {
      const variables = { first, after, condition: { disputeId: idOf(dispute) } };
      const data = await this.#query(DisputeResponsesDocument, variables, options);
      const { nodes, pageInfo } = present(data.disputeResponses);
      return { nodes: nodes.map(responseOf), pageInfo };
    });
  }

  /**
   * Suggests evidence from what is known of the sale, to be read, completed and submitted. Needs `disputes.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async prepareDisputeEvidence(dispute: Ref, options?: CallOptions): Promise<DisputeEvidence> {
    const variables = { disputeId: idOf(dispute) };
    const data = await this.#query(PrepareDisputeEvidenceDocument, variables, options);
    return evidenceOf(present(data.prepareDisputeEvidence));
  }

  /**
   * Sends evidence to the bank, which takes it once. Needs `disputes.manage`.
   *
   * @throws DisputeError, NotFoundError, NotAllowedError, InvalidInputError
   */
  async submitDisputeEvidence(
    dispute: Ref,
    evidence: DisputeEvidence,
    options: KeyedCallOptions = {},
  ): Promise<DisputeResponse> {
    const input = { disputeId: idOf(dispute), evidence };
    const data = await this.#keyed(SubmitDisputeEvidenceDocument, input, options);
    return responseOf(present(data.submitDisputeEvidence).disputeResponse);
  }

  /**
   * Gives a dispute up: the buyer keeps the money. It cannot be undone. Needs `disputes.manage`.
   *
   * @throws DisputeError, NotFoundError, NotAllowedError
   */
  async acceptDispute(dispute: Ref, options: KeyedCallOptions = {}): Promise<DisputeResponse> {
    const input = { disputeId: idOf(dispute) };
    const data = await this.#keyed(AcceptDisputeDocument, input, options);
    return responseOf(present(data.acceptDispute).disputeResponse);
  }

  /**
   * Says where the buyer comes from, and what they need. What is left out stays as it is; an empty text removes it.
   *
   * @throws BookingNotFoundError, InvalidInputError, SessionEndedError, CartTokenError
   */
  async describeBooking(
    booking: Ref,
    details: BookingDescription,
    options?: CallOptions,
  ): Promise<BookingDetails> {
    const variables = { input: { bookingId: idOf(booking), ...details } };
    const data = await this.#transport.graphql(DescribeBookingDocument, variables, true, options);
    return present(data.describeBooking).bookingDetail;
  }

  /**
   * Writes something down about a booking that its buyer does not see. Needs `bookings.manage`.
   *
   * @throws BookingNotFoundError, InvalidInputError, NotSignedInError, SessionEndedError
   */
  async addBookingNote(booking: Ref, note: string, options?: CallOptions): Promise<BookingNote> {
    const variables = { input: { bookingId: idOf(booking), note } };
    const data = await this.#transport.graphql(AddBookingNoteDocument, variables, false, options);
    return present(data.addBookingNote).bookingNote;
  }

  /**
   * The tickets of a booking; none before it is confirmed. Only its owner sees their `credential`.
   *
   * @throws BookingNotFoundError
   */
  async tickets(booking: Ref, options?: CallOptions): Promise<readonly Ticket[]> {
    const bookingId = idOf(booking);
    return await all(async (after) => {
      const data = await this.#query(TicketsDocument, { bookingId, after }, options);
      if (data.booking === null) throw bookingNotFound(bookingId);
      return data.booking.tickets;
    });
  }

  /** The tickets that you have: bought and not handed on, or received from somebody. */
  async heldTickets(options?: CallOptions): Promise<readonly Ticket[]> {
    return await all(async (after) =>
      present((await this.#query(HeldTicketsDocument, { after }, options)).heldTickets),
    );
  }

  /** The ticket's QR code as SVG; null for all but its holder, and when it opens no door any more. */
  async qrSvg(ticket: Ref, options?: CallOptions): Promise<string | null> {
    const data = await this.#query(TicketQrSvgDocument, { id: idOf(ticket) }, options);
    return data.ticket?.qrSvg ?? null;
  }

  /** The same as the bytes of a PNG. */
  async qrPng(ticket: Ref, options?: CallOptions): Promise<Uint8Array<ArrayBuffer> | null> {
    const data = await this.#query(TicketQrPngDocument, { id: idOf(ticket) }, options);
    return data.ticket?.qrPng == null ? null : fromBase64(data.ticket.qrPng);
  }

  /**
   * Gives a ticket another QR code; the old one is dead at once.
   *
   * @throws NotFoundError, TicketVoidError, TicketBoundError
   */
  async reissueTicket(ticket: Ref, options: KeyedCallOptions = {}): Promise<Ticket> {
    const data = await this.#keyed(ReissueTicketDocument, { ticketId: idOf(ticket) }, options);
    return present(data.reissueTicket).ticket;
  }

  /**
   * Offers a ticket to somebody by mail. It stays yours until they accept.
   *
   * @throws NotFoundError, TicketUsedError, TicketVoidError, TicketBoundError, InvalidInputError
   */
  async offerTicket(
    ticket: Ref,
    email: string,
    options: KeyedCallOptions = {},
  ): Promise<TicketTransfer> {
    const input = { ticketId: idOf(ticket), email };
    const data = await this.#keyed(OfferTicketDocument, input, options);
    return present(data.offerTicket).ticketTransfer;
  }

  /**
   * Takes the offer of a ticket back.
   *
   * @throws NotFoundError
   */
  async withdrawTicketOffer(ticket: Ref, options?: CallOptions): Promise<void> {
    const variables = { ticketId: idOf(ticket) };
    await this.#transport.graphql(WithdrawTicketOfferDocument, variables, true, options);
  }

  /** To whom a ticket was offered, and what became of it, the oldest first. */
  async ticketTransfers(ticket: Ref, options?: CallOptions): Promise<readonly TicketTransfer[]> {
    return await all(async (after) => {
      const variables = { ticketId: idOf(ticket), after };
      const data = await this.#query(TicketTransfersDocument, variables, options);
      return present(data.ticketTransfers);
    });
  }

  /** What the token of a mail offers; null when the offer is not good any more. */
  async ticketOffer(token: string, options?: CallOptions): Promise<TicketOffer | null> {
    return (await this.#query(TicketOfferDocument, { token }, options)).ticketOffer;
  }

  /**
   * Takes a ticket that was offered by mail, as a user or as a guest with a `cartToken`. Not repeated when
   * its answer is lost: look at `heldTickets`.
   *
   * @throws MailedTokenError, TicketUsedError, TicketVoidError, TicketBoundError
   */
  async acceptTicket(
    token: string,
    name: { readonly firstName?: string | undefined; readonly lastName?: string | undefined } = {},
    options?: CallOptions,
  ): Promise<Ticket> {
    if (this.#token === null) this.#cartToken ??= randomToken();
    const input = { token, ...name };
    const data = await this.#transport.graphql(AcceptTicketDocument, { input }, false, options);
    return present(data.acceptTicket).ticket;
  }

  /**
   * Declines a ticket that was offered by mail.
   *
   * @throws MailedTokenError
   */
  async declineTicket(token: string, options?: CallOptions): Promise<void> {
    await this.#transport.graphql(DeclineTicketDocument, { token }, false, options);
  }

  /** Who comes with a ticket; null when nobody has said. */
  async attendee(ticket: Ref, options?: CallOptions): Promise<Attendee | null> {
    const data = await this.#query(TicketAttendeeDocument, { id: idOf(ticket) }, options);
    return data.ticket?.attendee == null ? null : toAttendee(data.ticket.attendee);
  }

  /**
   * Says who comes with a ticket, in place of what was said before.
   *
   * @throws NotFoundError, TicketUsedError, TicketVoidError, TicketBoundError, InvalidInputError
   */
  async setAttendee(
    ticket: Ref,
    attendee: {
      readonly firstName?: string | undefined;
      readonly lastName?: string | undefined;
      readonly email?: string | undefined;
      readonly phone?: string | undefined;
      readonly answers?: Readonly<Record<string, string>> | undefined;
    },
    options?: CallOptions,
  ): Promise<Attendee> {
    const input = { ticketId: idOf(ticket), ...attendee };
    const data = await this.#transport.graphql(SetTicketAttendeeDocument, { input }, true, options);
    return toAttendee(present(data.setTicketAttendee).ticketAttendee);
  }

  /**
   * Notes how a ticket goes to its holder, and how far it has got. For staff with `tickets.manage`.
   *
   * @throws NotAllowedError, NotFoundError, InvalidInputError
   */
  async recordDelivery(
    ticket: Ref,
    delivery: {
      readonly deliveryMethod: Ticket["deliveryMethod"];
      readonly deliveryStatus: Ticket["deliveryStatus"];
      readonly deliveryTracking?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<Ticket> {
    const input = { ticketId: idOf(ticket), ...delivery };
    const document = RecordTicketDeliveryDocument;
    const data = await this.#transport.graphql(document, { input }, true, options);
    return present(data.recordTicketDelivery).ticket;
  }

  // At the door.

  /**
   * Says how often a holder who was scanned out may come in again; 0: not at all.
   *
   * @throws NotAllowedError, NotFoundError, InvalidInputError
   */
  async allowReentry(event: Ref, reentryLimit: number, options?: CallOptions): Promise<void> {
    const variables = { eventId: idOf(event), reentryLimit };
    await this.#transport.graphql(AllowReentryDocument, variables, true, options);
  }

  /**
   * A part of a venue with gates of its own; the same name again changes it.
   *
   * @throws NotAllowedError, NotFoundError, InvalidInputError
   */
  async saveZone(
    venue: Ref,
    zone: {
      readonly name: string;
      readonly sections?: readonly string[] | undefined;
      readonly ticketCategories?: readonly string[] | undefined;
    },
    options?: CallOptions,
  ): Promise<EntryZone> {
    const { name, sections = [], ticketCategories = [] } = zone;
    const input = {
      venueId: idOf(venue),
      name,
      sections: [...sections],
      ticketCategories: [...ticketCategories],
    };
    const data = await this.#transport.graphql(SaveEntryZoneDocument, { input }, true, options);
    return present(data.saveEntryZone).entryZone;
  }

  /**
   * A door of a venue; the same name again changes it.
   *
   * @throws NotAllowedError, NotFoundError, InvalidInputError
   */
  async saveGate(
    venue: Ref,
    gate: {
      readonly name: string;
      readonly zone?: Ref | undefined;
      readonly closed?: boolean | undefined;
    },
    options?: CallOptions,
  ): Promise<EntryGate> {
    const { name, zone, closed } = gate;
    const zoneId = zone === undefined ? undefined : idOf(zone);
    const input = { venueId: idOf(venue), name, zoneId, closed };
    const data = await this.#transport.graphql(SaveEntryGateDocument, { input }, true, options);
    return present(data.saveEntryGate).entryGate;
  }

  /**
   * Registers a scanner of a venue. Its `deviceToken` is the `token` of its own client, and is shown this
   * once. Not repeated when its answer is lost: revoke what was registered, and register again.
   *
   * @throws NotAllowedError, NotFoundError, InvalidInputError
   */
  async registerScanner(
    venue: Ref,
    scanner: { readonly name: string; readonly gate?: Ref | undefined },
    options?: CallOptions,
  ): Promise<{ readonly deviceId: string; readonly deviceToken: string }> {
    const gateId = scanner.gate === undefined ? undefined : idOf(scanner.gate);
    const input = { venueId: idOf(venue), name: scanner.name, gateId };
    const document = RegisterScannerDeviceDocument;
    const data = await this.#transport.graphql(document, { input }, false, options);
    return present(data.registerScannerDevice).scannerRegistration;
  }

  /** The scanners of a venue, also those that were revoked. */
  async scanners(venue: Ref, options?: CallOptions): Promise<readonly ScannerDevice[]> {
    return await all(async (after) => {
      const variables = { venueId: idOf(venue), after };
      return present(
        (await this.#query(ScannerDevicesDocument, variables, options)).scannerDevices,
      );
    });
  }

  /**
   * Makes the token of a scanner worthless at once.
   *
   * @throws NotAllowedError, NotFoundError
   */
  async revokeScanner(scanner: Ref, options?: CallOptions): Promise<ScannerDevice> {
    const variables = { deviceId: idOf(scanner) };
    const document = RevokeScannerDeviceDocument;
    const data = await this.#transport.graphql(document, variables, true, options);
    return present(data.revokeScannerDevice).scannerDevice;
  }

  /**
   * What a registered scanner needs to scan offline: give it to `OfflineDoor.open`.
   *
   * @throws ScannerNeededError, NotFoundError, SessionEndedError
   */
  async scanList(
    performance: Ref,
    at: { readonly gate?: Ref | undefined } = {},
    options?: CallOptions,
  ): Promise<SignedScanList> {
    const gateId = at.gate === undefined ? null : idOf(at.gate);
    const variables = { performanceId: idOf(performance), gateId };
    return present((await this.#query(ScanListDocument, variables, options)).scanList);
  }

  /**
   * Tells the server what a registered scanner did while it was offline, in parts of 1,000, and returns
   * what became of each scan. The same scans again change nothing.
   *
   * @throws ScannerNeededError, NotFoundError, InvalidInputError, SessionEndedError
   */
  async mergeOfflineScans(
    performance: Ref,
    scans: readonly OfflineScan[],
    options?: CallOptions,
  ): Promise<readonly MergedScan[]> {
    const merged: MergedScan[] = [];
    for (let at = 0; at < scans.length; at += 1_000) {
      const part = scans.slice(at, at + 1_000).map((scan) => ({
        scan_id: scan.scanId,
        credential_hash: scan.credentialHash,
        direction: scan.direction,
        scanned_at: scan.scannedAt,
        result: scan.result,
        gate_id: scan.gateId,
      }));
      const variables = { performanceId: idOf(performance), scans: part };
      const document = MergeOfflineScansDocument;
      const data = await this.#transport.graphql(document, variables, true, options);
      merged.push(...present(data.mergeOfflineScans).mergedScans);
    }
    return merged;
  }

  /**
   * Lets the holder of a QR code in, or out with `direction`. For staff, and for a client whose `token`
   * is a registered scanner's. A refusal is an answer, not an exception: see `admitted`
   * and `refusal`. Not repeated when its answer is lost, because the ticket may have been used by
   * the first attempt: scan again and look at who was admitted when.
   *
   * @throws NotAllowedError, NotFoundError, NotSignedInError, SessionEndedError
   */
  async scan(
    performance: Ref,
    credential: string,
    at: {
      readonly gate?: string | undefined;
      readonly device?: string | undefined;
      readonly gateId?: string | undefined;
      readonly direction?: "in" | "out" | undefined;
    } = {},
    options?: CallOptions,
  ): Promise<Scan> {
    const input = { performanceId: idOf(performance), credential, ...at };
    const data = await this.#transport.graphql(ScanTicketDocument, { input }, false, options);
    const scan = present(data.scanTicket).ticketScan;
    const { code, result } = scan;
    const admitted = result === "success";
    const refusal = admitted
      ? null
      : errorOf(`Not admitted: ${result.replaceAll("_", " ")}.`, { code: code ?? "UNKNOWN" });
    return { ...scan, admitted, refusal };
  }

  // Organizing. All of it needs an account, and in an organization the permission.

  /**
   * Tells which TXT record proves that the domain of an organization is its own, and has it looked for: the organization's
   * `customDomainProvenAt` says when it was found.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError, NotSignedInError, SessionEndedError
   */
  async requestDomainCheck(
    organization: string | { readonly id: string },
    options?: CallOptions,
  ): Promise<DomainChallenge> {
    const organizationId = typeof organization === "string" ? organization : organization.id;
    const data = await this.#transport.graphql(
      RequestDomainCheckDocument,
      { organizationId },
      true,
      options,
    );
    return present(data.requestDomainCheck?.domainChallenge ?? null);
  }

  /**
   * What the platform takes of an event's sales, in percent, as decimal text; for members of who sells.
   *
   * @throws NotFoundError, NotAllowedError, NotSignedInError, SessionEndedError
   */
  async eventCommission(
    event: string | { readonly id: string },
    options?: CallOptions,
  ): Promise<string> {
    const eventId = typeof event === "string" ? event : event.id;
    const data = await this.#query(EventCommissionDocument, { eventId }, options);
    return present(data.eventCommission);
  }

  /**
   * A new organization that the signed-in user owns. `defaultCurrency` is an ISO 4217 code.
   *
   * @throws NotSignedInError, SessionEndedError, SlugTakenError, UnknownCurrencyError,
   * InvalidInputError, IdempotencyKeyReusedError
   */
  async createOrganization(
    input: {
      readonly name: string;
      readonly slug: string;
      readonly email: string;
      readonly defaultCurrency?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<Organization> {
    const data = await this.#keyed(CreateOrganizationDocument, input, options);
    return present(data.createOrganization).organization;
  }

  /**
   * Changes what an organization says of all its sales: fees, times of a hold, limits. Fees are percentages such as `"2.5"`
   * and amounts for each ticket; events take them over when they are made. What is not given stays. Needs
   * `organization.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError
   */
  async updateOrganizationSettings(
    organization: Ref,
    changes: OrganizationSettingsChanges,
    options?: CallOptions,
  ): Promise<OrganizationSettings> {
    const { serviceFeeFixedCents, processingFeeFixedCents, minimumPayoutCents, ...rest } = changes;
    const input = {
      ...rest,
      organizationId: idOf(organization),
      ...asText({ serviceFeeFixedCents, processingFeeFixedCents, minimumPayoutCents }),
    };
    const data = await this.#transport.graphql(
      UpdateOrganizationSettingsDocument,
      { input },
      true,
      options,
    );
    return present(data.updateOrganizationSettings).organizationSetting;
  }

  /**
   * A new venue. `timezone` is an IANA name. Needs `venues.manage`.
   *
   * @throws NotFoundError, NotAllowedError, SlugTakenError, UnknownTimezoneError, InvalidInputError,
   * IdempotencyKeyReusedError
   */
  async createVenue(
    input: {
      readonly organizationId: string;
      readonly name: string;
      readonly slug: string;
      readonly timezone: string;
      readonly address?: Readonly<Record<string, unknown>> | undefined;
      readonly description?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<Venue> {
    const data = await this.#keyed(CreateVenueDocument, input, options);
    return present(data.createVenue).venue;
  }

  /**
   * Adds a version of a venue's seating plan: a document in the format `lml-layout/1`, or its text
   * exactly as it is to be stored. The same document again returns the version it has. Needs
   * `venues.manage`.
   *
   * @throws MalformedLayoutError, SeatOutsidePlanError, DuplicateLayoutSeatError, NotFoundError,
   * NotAllowedError
   */
  async importLayout(
    venue: Ref,
    document: string | LayoutDocument,
    options?: CallOptions,
  ): Promise<VenueLayout> {
    const text = typeof document === "string" ? document : canonicalText(document);
    const input = { venueId: idOf(venue), document: text, sha256: await sha256Hex(text) };
    // Its hash names the plan, so a second attempt finds the first one's.
    const data = await this.#transport.graphql(ImportVenueLayoutDocument, { input }, true, options);
    return present(data.importVenueLayout).venueLayout;
  }

  /**
   * A venue with everything that visitors may know of it; null when there is none for you.
   */
  async venue(venue: Ref, options?: CallOptions): Promise<VenueDetails | null> {
    const data = await this.#query(VenueDocument, { id: idOf(venue) }, options);
    return data.venue ?? null;
  }

  /**
   * Venues by a part of their name or city, by place, kind and what they offer: the nearest first when a
   * point is given. Archived ones are left out.
   */
  searchVenues(
    wanted: {
      readonly query?: string | undefined;
      readonly city?: string | undefined;
      /** Two letters of ISO 3166. */
      readonly country?: string | undefined;
      readonly venueType?: VenueType | undefined;
      readonly amenities?: readonly string[] | undefined;
      readonly accessibilityFeatures?: readonly string[] | undefined;
      readonly near?: { readonly latitude: number; readonly longitude: number } | undefined;
      /** Default 50. */
      readonly withinKm?: number | undefined;
    },
    options: ListOptions = {},
  ): Paged<VenueDetails> {
    const { near, withinKm, ...rest } = wanted;
    const variables = {
      ...rest,
      nearLatitude: near?.latitude.toString(),
      nearLongitude: near?.longitude.toString(),
      withinKm: withinKm?.toString(),
    };
    return this.#list(options, async (first, after) => {
      const data = await this.#query(SearchVenuesDocument, { ...variables, first, after }, options);
      return present(data.searchVenues);
    });
  }

  /**
   * Changes what visitors see of a venue. What is not given stays, an empty text removes a value, lists
   * and objects are replaced as a whole. Needs `venues.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError, SlugTakenError, UnknownTimezoneError
   */
  async updateVenue(
    venue: Ref,
    changes: Omit<UpdateVenueInput, "venueId" | "latitude" | "longitude"> & {
      readonly latitude?: number | undefined;
      readonly longitude?: number | undefined;
    },
    options?: CallOptions,
  ): Promise<VenueDetails> {
    const { latitude, longitude, ...rest } = changes;
    const place = { latitude: latitude?.toString(), longitude: longitude?.toString() };
    const variables = { input: { ...rest, ...place, venueId: idOf(venue) } };
    const data = await this.#query(UpdateVenueDocument, variables, options);
    return present(data.updateVenue).venue;
  }

  /**
   * Opens, pauses, closes or archives a venue. It does not close while performances are still to come.
   * Needs `venues.manage`.
   *
   * @throws VenueStatusError, NotFoundError, NotAllowedError
   */
  async setVenueStatus(
    venue: Ref,
    status: VenueStatus,
    options?: CallOptions,
  ): Promise<VenueDetails> {
    const variables = { input: { venueId: idOf(venue), status } };
    const data = await this.#query(SetVenueStatusDocument, variables, options);
    return present(data.setVenueStatus).venue;
  }

  /**
   * Changes what is known of a venue's license, safety certificate and insurance, which only members see.
   * Needs `venues.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError
   */
  async updateVenueCompliance(
    venue: Ref,
    changes: Omit<UpdateVenueComplianceInput, "venueId">,
    options?: CallOptions,
  ): Promise<VenueCompliance> {
    const variables = { input: { ...changes, venueId: idOf(venue) } };
    const data = await this.#query(UpdateVenueComplianceDocument, variables, options);
    return present(data.updateVenueCompliance).venueCompliance;
  }

  /** The document of a layout, byte for byte as it was hashed; null when there is none for you. */
  async exportLayout(layout: Ref, options?: CallOptions): Promise<string | null> {
    const data = await this.#query(LayoutTextDocument, { id: idOf(layout) }, options);
    return data.venueLayout?.document ?? null;
  }

  /**
   * Has the server fetch a layout from an https address, such as a CDN's, and import it if its SHA-256 is
   * the one given. What became of it: {@link layoutFetch}. Needs `venues.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError, IdempotencyKeyReusedError
   */
  async requestLayoutFetch(
    venue: Ref,
    source: { readonly url: string; readonly sha256: string },
    options: KeyedCallOptions = {},
  ): Promise<LayoutFetch> {
    const input = { venueId: idOf(venue), url: source.url, sha256: source.sha256 };
    const data = await this.#keyed(RequestLayoutFetchDocument, input, options);
    return present(data.requestLayoutFetch).layoutFetch;
  }

  /** What became of a layout that was asked for; null when there is no such request for you. */
  async layoutFetch(fetch: Ref, options?: CallOptions): Promise<LayoutFetch | null> {
    const data = await this.#query(LayoutFetchDocument, { id: idOf(fetch) }, options);
    return data.layoutFetch ?? null;
  }

  /**
   * Every difference between the layouts of a venue as documents and as rows; none when all is well. Needs
   * `venues.read`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async validateLayouts(venue: Ref, options?: CallOptions): Promise<LayoutDifference[]> {
    const venueId = idOf(venue);
    return await all(async (after) => {
      const data = await this.#query(ValidateLayoutsDocument, { venueId, after }, options);
      return present(data.validateMongoLayoutIntegration);
    });
  }

  /**
   * Gives a performance another layout of its venue. What is sold, held or reserved keeps its seat; where
   * the layout has none for it, the move is refused. With `dryRun` nothing changes, and `lostSeats` says
   * why it would be. Needs `events.manage`.
   *
   * @throws SeatsWouldBeLostError, NotPublishableError, EventNotOnSaleError, BusyError, NotFoundError,
   * NotAllowedError
   */
  async movePerformanceToLayout(
    performance: Ref,
    layout: Ref,
    options: CallOptions & { readonly dryRun?: boolean } = {},
  ): Promise<LayoutMove> {
    const { dryRun = false, ...rest } = options;
    const input = { performanceId: idOf(performance), layoutId: idOf(layout), dryRun };
    const data = await this.#query(MovePerformanceToLayoutDocument, { input }, rest);
    return present(data.movePerformanceToLayout).layoutMove;
  }

  /**
   * The same for every performance of an event that is still to come: all of them, or none.
   *
   * @throws SeatsWouldBeLostError, NotPublishableError, EventNotOnSaleError, BusyError, NotFoundError,
   * NotAllowedError
   */
  async moveEventToLayout(
    event: Ref,
    layout: Ref,
    options: CallOptions & { readonly dryRun?: boolean } = {},
  ): Promise<readonly LayoutMove[]> {
    const { dryRun = false, ...rest } = options;
    const input = { eventId: idOf(event), layoutId: idOf(layout), dryRun };
    const data = await this.#query(MoveEventToLayoutDocument, { input }, rest);
    return present(data.moveEventToLayout).layoutMoves;
  }

  /**
   * A new draft of an event. Sales begin at once, or at `salesStart`, and end at `salesEnd`, or when a
   * performance starts. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, SlugTakenError, UnknownCurrencyError, InvalidInputError,
   * IdempotencyKeyReusedError
   */
  async createEvent(
    input: {
      readonly organizationId: string;
      readonly venueId: string;
      readonly title: string;
      readonly slug: string;
      readonly description?: string | undefined;
      /** ISO 4217. Default: the organization's. */
      readonly currency?: string | undefined;
      readonly salesStart?: string | undefined;
      readonly salesEnd?: string | undefined;
      readonly taxRateId?: string | undefined;
      /** Sections of the plan that are not for sale. */
      readonly blockedSections?: readonly string[] | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<Event> {
    const data = await this.#keyed(CreateEventDocument, input, options);
    return present(data.createEvent).event;
  }

  /**
   * A date of an event, on sale at once if the event is published. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, NotPublishableError,
   * InvalidInputError, IdempotencyKeyReusedError
   */
  async createPerformance(
    input: {
      readonly eventId: string;
      readonly layoutId: string;
      readonly startsAt: string;
      readonly endsAt?: string | undefined;
      readonly doorsAt?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<Performance> {
    const data = await this.#keyed(CreatePerformanceDocument, input, options);
    return present(data.createPerformance).performance;
  }

  /**
   * A kind of ticket of a draft event: which seats it covers, by the plan's categories or by whole
   * sections, and what one costs, in the currency's minor unit. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, InvalidInputError,
   * IdempotencyKeyReusedError
   */
  async createTicketCategory(
    input: {
      readonly eventId: string;
      readonly name: string;
      /** In the currency's minor unit: 1000 is 10 USD, but 1000 JPY. */
      readonly priceCents: number;
      /** Categories of the plan. */
      readonly seatCategories?: readonly string[] | undefined;
      /** Sections of the plan, before `seatCategories`. */
      readonly sections?: readonly string[] | undefined;
      readonly description?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<TicketCategory> {
    const { priceCents, ...rest } = input;
    const priced = { ...rest, priceCents: formatCents(priceCents) };
    const data = await this.#keyed(CreateTicketCategoryDocument, priced, options);
    return toTicketCategory(present(data.createTicketCategory).ticketCategory);
  }

  /**
   * What tickets of a category cost everybody, or members, for a time: from now or later, until a
   * moment or for good. Prices of that time make way and come back after it, so that an early-bird
   * price is one call. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, InvalidInputError,
   * IdempotencyKeyReusedError
   */
  async setPrice(
    category: Ref,
    priceCents: number,
    when: {
      readonly audience?: "public" | "member" | undefined;
      readonly validFrom?: string | undefined;
      readonly validUntil?: string | undefined;
    } = {},
    options: KeyedCallOptions = {},
  ): Promise<Price> {
    const input = {
      ...when,
      ticketCategoryId: idOf(category),
      priceCents: formatCents(priceCents),
    };
    const data = await this.#keyed(SetPriceDocument, input, options);
    return present(data.setPrice).ticketCategoryPrice;
  }

  /**
   * Ends a price now, or takes back one that is still to come. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async endPrice(price: Ref, options?: CallOptions): Promise<Price> {
    const variables = { input: { priceId: idOf(price) } };
    const data = await this.#transport.graphql(EndPriceDocument, variables, false, options);
    return present(data.endPrice).ticketCategoryPrice;
  }

  /** All prices of a category that you may see: past, present and to come. */
  async prices(category: Ref, options?: CallOptions): Promise<readonly Price[]> {
    const ticketCategoryId = idOf(category);
    return await all(async (after) => {
      const data = await this.#query(PricesDocument, { ticketCategoryId, after }, options);
      return present(data.ticketCategoryPrices);
    });
  }

  /**
   * Gives free seats a price of their own, or with null takes it away; returns how many. Needs
   * `inventory.manage`.
   *
   * @throws SeatsTakenError, UnknownSeatsError, DuplicateSeatsError, QuantityError,
   * InvalidInputError, NotFoundError, NotAllowedError
   */
  async setSeatPrices(
    performance: Ref,
    seats: readonly Ref[],
    priceCents: number | null,
    options?: CallOptions,
  ): Promise<number> {
    const input = {
      performanceId: idOf(performance),
      seatIds: seats.map(idOf),
      priceCents: priceCents === null ? null : formatCents(priceCents),
    };
    const data = await this.#transport.graphql(SetSeatPricesDocument, { input }, true, options);
    return present(data.setSeatPrices).result;
  }

  /**
   * Whether a category is for members only. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async setRequiresMembership(
    category: Ref,
    requiresMembership: boolean,
    options?: CallOptions,
  ): Promise<TicketCategory> {
    const variables = { input: { ticketCategoryId: idOf(category), requiresMembership } };
    const data = await this.#transport.graphql(
      SetRequiresMembershipDocument,
      variables,
      true,
      options,
    );
    return toTicketCategory(present(data.setRequiresMembership).ticketCategory);
  }

  /**
   * A rule that raises or lowers the price of new holds of a category by what is sold, or by the time
   * until the start. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError, IdempotencyKeyReusedError
   */
  async createPricingRule(
    category: Ref,
    rule: NewPricingRule,
    options: KeyedCallOptions = {},
  ): Promise<PricingRule> {
    const { amountCents, floorCents, ceilingCents, roundToCents, ...rest } = rule;
    const input = {
      ...rest,
      ticketCategoryId: idOf(category),
      ...asText({ amountCents, floorCents, ceilingCents, roundToCents }),
    };
    const data = await this.#keyed(CreatePricingRuleDocument, input, options);
    return present(data.createPricingRule).pricingRule;
  }

  /**
   * New holds are not priced by a rule any more. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async endPricingRule(rule: Ref, options?: CallOptions): Promise<PricingRule> {
    const variables = { input: { pricingRuleId: idOf(rule) } };
    const data = await this.#transport.graphql(EndPricingRuleDocument, variables, true, options);
    return present(data.endPricingRule).pricingRule;
  }

  /** The rules of a category. Needs `events.manage`. */
  async pricingRules(category: Ref, options?: CallOptions): Promise<readonly PricingRule[]> {
    const ticketCategoryId = idOf(category);
    return await all(async (after) => {
      const data = await this.#query(PricingRulesDocument, { ticketCategoryId, after }, options);
      return present(data.pricingRules);
    });
  }

  /**
   * A code that takes a percentage off the tickets of a booking, or an amount off all of them
   * together. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError, IdempotencyKeyReusedError
   */
  async createDiscountCode(
    event: Ref,
    code: NewDiscountCode,
    options: KeyedCallOptions = {},
  ): Promise<DiscountCode> {
    const { amountCents, subtotalMinCents, ...rest } = code;
    const input = { ...rest, eventId: idOf(event), ...asText({ amountCents, subtotalMinCents }) };
    const data = await this.#keyed(CreateDiscountCodeDocument, input, options);
    return present(data.createDiscountCode).discountCode;
  }

  /**
   * Nobody applies a code any more. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async endDiscountCode(code: Ref, options?: CallOptions): Promise<DiscountCode> {
    const variables = { input: { discountCodeId: idOf(code) } };
    const data = await this.#transport.graphql(EndDiscountCodeDocument, variables, true, options);
    return present(data.endDiscountCode).discountCode;
  }

  /** The discount codes of an event. Needs `events.manage`. */
  async discountCodes(event: Ref, options?: CallOptions): Promise<readonly DiscountCode[]> {
    const eventId = idOf(event);
    return await all(async (after) => {
      const data = await this.#query(DiscountCodesDocument, { eventId, after }, options);
      return present(data.discountCodes);
    });
  }

  /**
   * Makes an account that has bought, or whoever proves an e-mail address, a member. Needs
   * `memberships.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError, IdempotencyKeyReusedError
   */
  async grantMembership(
    organization: Ref,
    member: {
      readonly email?: string | undefined;
      readonly userId?: string | undefined;
      readonly memberNumber?: string | undefined;
      readonly validFrom?: string | undefined;
      readonly validUntil?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<CustomerMembership> {
    const input = { ...member, organizationId: idOf(organization) };
    const data = await this.#keyed(GrantMembershipDocument, input, options);
    return present(data.grantMembership).membership;
  }

  /**
   * Makes members of up to 10,000 addresses; returns how many were none. Needs `memberships.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError
   */
  async importMemberships(
    organization: Ref,
    emails: readonly string[],
    when: {
      readonly validFrom?: string | undefined;
      readonly validUntil?: string | undefined;
    } = {},
    options?: CallOptions,
  ): Promise<number> {
    const variables = { input: { ...when, organizationId: idOf(organization), emails } };
    const data = await this.#transport.graphql(ImportMembershipsDocument, variables, true, options);
    return present(data.importMemberships).result;
  }

  /**
   * Ends a membership now; what is held or bought keeps its price. Needs `memberships.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async revokeMembership(membership: Ref, options?: CallOptions): Promise<CustomerMembership> {
    const variables = { input: { membershipId: idOf(membership) } };
    const data = await this.#transport.graphql(RevokeMembershipDocument, variables, true, options);
    return present(data.revokeMembership).membership;
  }

  /**
   * Enters where an organization owes taxes, or changes the jurisdiction of that name. Needs
   * `organization.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError
   */
  async saveTaxJurisdiction(
    organization: Ref,
    jurisdiction: { readonly name: string; readonly pricesIncludeTax?: boolean | undefined },
    options?: CallOptions,
  ): Promise<{ readonly id: string; readonly name: string; readonly pricesIncludeTax: boolean }> {
    const variables = { input: { ...jurisdiction, organizationId: idOf(organization) } };
    const data = await this.#transport.graphql(
      SaveTaxJurisdictionDocument,
      variables,
      true,
      options,
    );
    return present(data.saveTaxJurisdiction).taxJurisdiction;
  }

  /**
   * The rate of a jurisdiction from a moment on, such as `"19"` percent; the one before ends there.
   * Needs `organization.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError
   */
  async setTaxRate(
    jurisdiction: Ref,
    rate: {
      readonly name: string;
      readonly percentage: string;
      readonly validFrom?: string | undefined;
      readonly validUntil?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<{ readonly id: string; readonly name: string; readonly percentage: string }> {
    const variables = { input: { ...rate, taxJurisdictionId: idOf(jurisdiction) } };
    const data = await this.#transport.graphql(SetTaxRateDocument, variables, false, options);
    return present(data.setTaxRate).taxRate;
  }

  /**
   * Where an event is taxed; null: nowhere. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async setEventTaxJurisdiction(
    event: Ref,
    jurisdiction: Ref | null,
    options?: CallOptions,
  ): Promise<Event> {
    const taxJurisdictionId = jurisdiction === null ? null : idOf(jurisdiction);
    const variables = { input: { eventId: idOf(event), taxJurisdictionId } };
    const data = await this.#transport.graphql(
      SetEventTaxJurisdictionDocument,
      variables,
      true,
      options,
    );
    return present(data.setEventTaxJurisdiction).event;
  }

  /**
   * Where events are taxed that are made for a venue from here on. Needs `venues.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async setVenueTaxJurisdiction(
    venue: Ref,
    jurisdiction: Ref | null,
    options?: CallOptions,
  ): Promise<Venue> {
    const taxJurisdictionId = jurisdiction === null ? null : idOf(jurisdiction);
    const variables = { input: { venueId: idOf(venue), taxJurisdictionId } };
    const data = await this.#transport.graphql(
      SetVenueTaxJurisdictionDocument,
      variables,
      true,
      options,
    );
    return present(data.setVenueTaxJurisdiction).venue;
  }

  /**
   * Whether the organization pays the fees of an event out of its prices. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async setAbsorbedFees(
    event: Ref,
    fees: {
      readonly serviceFees?: boolean | undefined;
      readonly processingFees?: boolean | undefined;
    },
    options?: CallOptions,
  ): Promise<Event> {
    const variables = { input: { ...fees, eventId: idOf(event) } };
    const data = await this.#transport.graphql(SetAbsorbedFeesDocument, variables, true, options);
    return present(data.setAbsorbedFees).event;
  }

  /**
   * Lets bookings of an event, or of one category of it, be paid in parts: a deposit, as a share or an
   * amount, and installments. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError, IdempotencyKeyReusedError
   */
  async createPaymentPlan(
    { depositCents, ...input }: NewPaymentPlan,
    options: KeyedCallOptions = {},
  ): Promise<PaymentPlan> {
    const priced =
      depositCents === undefined ? input : { ...input, depositCents: formatCents(depositCents) };
    const data = await this.#keyed(CreatePaymentPlanDocument, priced, options);
    return present(data.createPaymentPlan).paymentPlan;
  }

  /**
   * Offers a plan no longer; bookings that have chosen it keep it. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async retirePaymentPlan(plan: Ref, options?: CallOptions): Promise<PaymentPlan> {
    const variables = { input: { paymentPlanId: idOf(plan) } };
    const data = await this.#transport.graphql(RetirePaymentPlanDocument, variables, true, options);
    return present(data.retirePaymentPlan).paymentPlan;
  }

  /**
   * Whether orders of a category wait for an answer. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError
   */
  async setCategoryApproval(
    ticketCategory: Ref,
    requiresApproval: boolean,
    times: {
      readonly approvalHours?: number | undefined;
      readonly approvedPaymentHours?: number | undefined;
    } = {},
    options?: CallOptions,
  ): Promise<void> {
    const input = { ticketCategoryId: idOf(ticketCategory), requiresApproval, ...times };
    await this.#transport.graphql(SetCategoryApprovalDocument, { input }, true, options);
  }

  /**
   * Says yes to a booking that is `pending_approval`: its buyer is mailed, and may pay. Needs
   * `bookings.manage`.
   *
   * @throws NotFoundError, NotAllowedError, BookingStatusError, HoldExpiredError, PaymentPlanError
   */
  async approveBooking(booking: Ref, options?: CallOptions): Promise<Booking> {
    const variables = { input: { bookingId: idOf(booking) } };
    const data = await this.#transport.graphql(ApproveBookingDocument, variables, false, options);
    return await this.#booking(present(data.approveBooking).booking, options);
  }

  /**
   * Says no to it: its seats are free, and its buyer is mailed the reason. Needs `bookings.manage`.
   *
   * @throws NotFoundError, NotAllowedError, BookingStatusError, HoldExpiredError, InvalidInputError
   */
  async declineBooking(booking: Ref, reason: string, options?: CallOptions): Promise<Booking> {
    const variables = { input: { bookingId: idOf(booking), reason } };
    const data = await this.#transport.graphql(DeclineBookingDocument, variables, false, options);
    return await this.#booking(present(data.declineBooking).booking, options);
  }

  /**
   * Holds seats, or admissions of a category, for a customer at the counter or on the phone. Then
   * `checkoutForCustomer`. Needs `bookings.sell`.
   *
   * @throws ContactMissingError, InvalidInputError, NotFoundError, NotAllowedError, and what `hold` and
   * `holdAdmissions` throw
   */
  async holdForCustomer(
    performance: Ref,
    customer: HeldForCustomer,
    options: KeyedCallOptions = {},
  ): Promise<Booking> {
    const input = { performanceId: idOf(performance), ...customer };
    const data = await this.#keyed(HoldForCustomerDocument, input, options);
    return await this.#booking(present(data.holdForCustomer).booking, options);
  }

  /**
   * Sells what was held for a customer: by a link that is mailed, for cash or by the terminal, on
   * invoice, or complimentary, with a note. Needs `bookings.sell`.
   *
   * @throws BookingStatusError, HoldExpiredError, QuantityError, BuyerLimitError, EventNotOnSaleError,
   * SalesClosedError, InvalidInputError, NotFoundError, NotAllowedError, IdempotencyKeyReusedError
   */
  async checkoutForCustomer(
    booking: Ref,
    payment: StaffPayment,
    details: {
      readonly note?: string | undefined;
      readonly overrideReason?: string | undefined;
      readonly payWithinHours?: number | undefined;
    } = {},
    options: KeyedCallOptions = {},
  ): Promise<Booking> {
    const input = { bookingId: idOf(booking), payment, ...details };
    const data = await this.#keyed(CheckoutForCustomerDocument, input, options);
    return await this.#booking(present(data.checkoutForCustomer).booking, options);
  }

  /**
   * Takes what is due of a booking without Stripe: an invoice, the next installment, or a price that
   * is being paid. Needs `bookings.sell`.
   *
   * @throws BookingStatusError, HoldExpiredError, NotFoundError, NotAllowedError,
   * IdempotencyKeyReusedError
   */
  async takePayment(
    booking: Ref,
    method: "cash" | "terminal" | "invoice",
    options: KeyedCallOptions = {},
  ): Promise<Booking> {
    const data = await this.#keyed(
      TakePaymentDocument,
      { bookingId: idOf(booking), method },
      options,
    );
    return await this.#booking(present(data.takePayment).booking, options);
  }

  /**
   * Records that a refund of what was paid without Stripe was handed out. Needs `bookings.manage`.
   *
   * @throws BookingStatusError, NotFoundError, NotAllowedError
   */
  async recordBoxOfficeRefund(refund: Ref, options?: CallOptions): Promise<void> {
    const variables = { input: { refundId: idOf(refund) } };
    await this.#transport.graphql(RecordBoxOfficeRefundDocument, variables, true, options);
  }

  /**
   * Places without a seat at a performance, for the categories that share them: categories that cover
   * no seats. A pool within another one takes from both. Needs `inventory.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, InvalidInputError,
   * IdempotencyKeyReusedError
   */
  async createAdmissionPool(
    input: {
      readonly performanceId: string;
      readonly name: string;
      readonly capacity: number;
      readonly ticketCategoryIds?: readonly string[] | undefined;
      readonly parentPoolId?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<AdmissionPool> {
    const data = await this.#keyed(CreateAdmissionPoolDocument, input, options);
    return present(data.createAdmissionPool).admissionPool;
  }

  /**
   * The pools of a performance: those that were made, and one for each standing area of its layout, once it is on sale.
   */
  async admissionPools(performance: Ref, options?: CallOptions): Promise<readonly AdmissionPool[]> {
    const performanceId = idOf(performance);
    return await all(async (after) => {
      const data = await this.#query(AdmissionPoolsDocument, { performanceId, after }, options);
      return present(data.admissionPools);
    });
  }

  /**
   * Keeps seats back, all of them or none, until somebody releases them or `releaseAt` comes. Needs
   * `inventory.manage`.
   *
   * @throws SeatsTakenError, UnknownSeatsError, DuplicateSeatsError, InvalidInputError,
   * NotFoundError, NotAllowedError, IdempotencyKeyReusedError
   */
  async allocateSeats(
    performance: Ref,
    seats: readonly Ref[],
    input: {
      readonly kind: "house" | "promoter" | "accessible" | "blocked";
      readonly reason: string;
      readonly releaseAt?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<SeatAllocation> {
    const allocated = { ...input, performanceId: idOf(performance), seatIds: seats.map(idOf) };
    const data = await this.#keyed(AllocateSeatsDocument, allocated, options);
    return present(data.allocateSeats).seatAllocation;
  }

  /**
   * How many people a pool takes from now on. Needs `inventory.manage`.
   *
   * @throws CapacityTooLowError, NotFoundError, NotAllowedError, InvalidInputError
   */
  async setPoolCapacity(
    pool: Ref,
    capacity: number,
    options?: CallOptions,
  ): Promise<AdmissionPool> {
    const variables = { input: { poolId: idOf(pool), capacity } };
    const data = await this.#transport.graphql(SetPoolCapacityDocument, variables, true, options);
    return present(data.setPoolCapacity).admissionPool;
  }

  /**
   * Keeps free places of a pool back, until somebody releases them or `releaseAt` comes. Needs
   * `inventory.manage`.
   *
   * @throws FewLeftError, InvalidInputError, NotFoundError, NotAllowedError,
   * IdempotencyKeyReusedError
   */
  async allocateAdmissions(
    pool: Ref,
    quantity: number,
    input: {
      readonly kind: "house" | "promoter" | "accessible" | "blocked";
      readonly reason: string;
      readonly releaseAt?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<AdmissionAllocation> {
    const allocated = { ...input, poolId: idOf(pool), quantity };
    const data = await this.#keyed(AllocateAdmissionsDocument, allocated, options);
    return present(data.allocateAdmissions).admissionAllocation;
  }

  /**
   * Puts what is left of an allocation of places on sale; again changes nothing. Needs
   * `inventory.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async releaseAdmissionAllocation(
    allocation: Ref,
    options?: CallOptions,
  ): Promise<AdmissionAllocation> {
    const data = await this.#transport.graphql(
      ReleaseAdmissionAllocationDocument,
      { input: { allocationId: idOf(allocation) } },
      true,
      options,
    );
    return present(data.releaseAdmissionAllocation).admissionAllocation;
  }

  /**
   * Sells places of an allocation, as {@link holdAdmissions} does those on sale. Needs `inventory.sell`.
   *
   * @throws FewLeftError, QuantityError, InvalidInputError, NotFoundError, NotAllowedError, and
   * what {@link holdAdmissions} throws
   */
  async holdAllocatedAdmissions(
    allocation: Ref,
    ticketCategory: Ref,
    quantity: number,
    options: KeyedCallOptions & { readonly booking?: Ref | undefined } = {},
  ): Promise<Booking> {
    const input = {
      allocationId: idOf(allocation),
      ticketCategoryId: idOf(ticketCategory),
      quantity,
      bookingId: options.booking === undefined ? undefined : idOf(options.booking),
    };
    const data = await this.#keyed(HoldAllocatedAdmissionsDocument, input, options);
    return await this.#booking(present(data.holdAllocatedAdmissions).booking, options);
  }

  /**
   * Something to sell besides tickets: for an event, or, with `organizationId` and `currency`, for
   * all events of an organization. Without a `stock` there is no end of it. Needs `events.manage`.
   *
   * @throws InvalidInputError, UnknownCurrencyError, EventNotOnSaleError, NotFoundError,
   * NotAllowedError, IdempotencyKeyReusedError
   */
  async createAddOn(
    input: Omit<CreateAddOnInput, "idempotencyKey" | "clientMutationId" | "priceCents"> & {
      /** In the currency's minor unit. */
      readonly priceCents: number;
    },
    options: KeyedCallOptions = {},
  ): Promise<AddOn> {
    const { priceCents, ...rest } = input;
    const priced = { ...rest, priceCents: formatCents(priceCents) };
    const data = await this.#keyed(CreateAddOnDocument, priced, options);
    return present(data.createAddOn).addOn;
  }

  /**
   * Changes an add-on; what is in carts keeps its price. Needs `events.manage`.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError
   */
  async updateAddOn(
    addOn: Ref,
    changes: Omit<UpdateAddOnInput, "addOnId" | "clientMutationId" | "priceCents"> & {
      /** In the currency's minor unit. */
      readonly priceCents?: number | undefined;
    },
    options?: CallOptions,
  ): Promise<AddOn> {
    const { priceCents, ...rest } = changes;
    const price = priceCents === undefined ? undefined : formatCents(priceCents);
    const variables = { input: { ...rest, addOnId: idOf(addOn), priceCents: price } };
    const data = await this.#transport.graphql(UpdateAddOnDocument, variables, true, options);
    return present(data.updateAddOn).addOn;
  }

  /**
   * How many there are of an add-on, held, sold and free; null when there is no end of it. Needs
   * `inventory.read`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async addOnStock(addOn: Ref, options?: CallOptions): Promise<AddOnStock | null> {
    return (await this.#query(AddOnStockDocument, { addOnId: idOf(addOn) }, options)).addOnStock;
  }

  /**
   * How many there are of an add-on in all. Needs `inventory.manage`.
   *
   * @throws CapacityTooLowError, InvalidInputError, NotFoundError, NotAllowedError
   */
  async setAddOnStock(addOn: Ref, total: number, options?: CallOptions): Promise<AddOnStock> {
    const variables = { input: { addOnId: idOf(addOn), total } };
    const data = await this.#transport.graphql(SetAddOnStockDocument, variables, true, options);
    return present(present(data.setAddOnStock).addOnCount);
  }

  /**
   * What buyers of a performance have paid for besides tickets: the pick-up list. Needs
   * `tickets.read`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  addOnOrders(
    performance: Ref,
    options: ListOptions & {
      readonly addOn?: Ref | undefined;
      readonly delivered?: boolean | undefined;
    } = {},
  ): Paged<AddOnOrder> {
    return this.#list(options, async (first, after) => {
      const variables = {
        performanceId: idOf(performance),
        addOnId: options.addOn === undefined ? undefined : idOf(options.addOn),
        delivered: options.delivered,
        first,
        after,
      };
      return present((await this.#query(AddOnOrdersDocument, variables, options)).addOnOrders);
    });
  }

  /**
   * Notes that a buyer has got an add-on, once; when is the result. Needs `tickets.scan`. Not
   * repeated when its answer is lost: read the list.
   *
   * @throws TicketUsedError (they have got it), BookingStatusError, NotFoundError, NotAllowedError
   */
  async markAddOnDelivered(bookingItem: Ref, options?: CallOptions): Promise<string> {
    const data = await this.#transport.graphql(
      MarkAddOnDeliveredDocument,
      { input: { bookingItemId: idOf(bookingItem) } },
      false,
      options,
    );
    return present(data.markAddOnDelivered).addOnDelivery.deliveredAt;
  }

  /**
   * What an event, or one category of it, asks of whoever comes; with `questionId` it changes a
   * question. Needs `events.manage`. Not repeated when its answer is lost.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError
   */
  async saveAttendeeQuestion(
    event: Ref,
    input: Omit<SaveAttendeeQuestionInput, "eventId" | "clientMutationId">,
    options?: CallOptions,
  ): Promise<AttendeeQuestion> {
    const data = await this.#transport.graphql(
      SaveAttendeeQuestionDocument,
      { input: { ...input, eventId: idOf(event) } },
      false,
      options,
    );
    return present(data.saveAttendeeQuestion).attendeeQuestion;
  }

  /**
   * Asks a question no more; its answers stay. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async retireAttendeeQuestion(question: Ref, options?: CallOptions): Promise<AttendeeQuestion> {
    const data = await this.#transport.graphql(
      RetireAttendeeQuestionDocument,
      { input: { questionId: idOf(question) } },
      true,
      options,
    );
    return present(data.retireAttendeeQuestion).attendeeQuestion;
  }

  /**
   * Who comes to a performance, with their answers: one entry for each good ticket. Needs
   * `tickets.read`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  attendeeList(performance: Ref, options: ListOptions = {}): Paged<AttendeeEntry> {
    return this.#list(options, async (first, after) => {
      const variables = { performanceId: idOf(performance), first, after };
      return present((await this.#query(AttendeeListDocument, variables, options)).attendeeList);
    });
  }

  /**
   * Puts what is left of an allocation on sale; again changes nothing. Needs `inventory.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async releaseAllocation(allocation: Ref, options?: CallOptions): Promise<SeatAllocation> {
    const variables = { input: { allocationId: idOf(allocation) } };
    const data = await this.#transport.graphql(ReleaseAllocationDocument, variables, true, options);
    return present(data.releaseAllocation).seatAllocation;
  }

  /**
   * Puts an event on sale; publishing a published event changes nothing. Needs `events.manage`.
   *
   * @throws NotPublishableError, EventNotOnSaleError, NotFoundError, NotAllowedError
   */
  async publishEvent(event: Ref, options?: CallOptions): Promise<Event> {
    const variables = { input: { eventId: idOf(event) } };
    const data = await this.#transport.graphql(PublishEventDocument, variables, true, options);
    return present(data.publishEvent).event;
  }

  /**
   * A draft of an event that takes place online only. Its dates come from {@link createPerformances}, without a layout.
   * Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError, SlugTakenError, UnknownTimeZoneError,
   * UnknownCurrencyError, IdempotencyKeyReusedError
   */
  async createVirtualEvent(
    input: {
      readonly organizationId: string;
      readonly title: string;
      readonly slug: string;
      /** IANA name, such as `Europe/Vienna`. */
      readonly timezone: string;
      readonly description?: string | undefined;
      readonly currency?: string | undefined;
      readonly salesStart?: string | undefined;
      readonly salesEnd?: string | undefined;
      readonly taxRateId?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<Event> {
    const data = await this.#keyed(CreateVirtualEventDocument, input, options);
    return present(data.createVirtualEvent).event;
  }

  /**
   * Changes an event: what is not given stays as it is; an empty text or 0 removes a value. docs/events.md says what may
   * change when. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, InvalidInputError, SlugTakenError,
   * UnknownTimeZoneError
   */
  async updateEvent(event: Ref, changes: EventChanges, options?: CallOptions): Promise<Event> {
    const variables = { input: { ...changes, eventId: idOf(event) } };
    const data = await this.#transport.graphql(UpdateEventDocument, variables, true, options);
    return present(data.updateEvent).event;
  }

  /**
   * Changes the times of a date; its start only while nobody has a ticket. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, InvalidInputError
   */
  async updatePerformance(
    performance: Ref,
    changes: {
      readonly startsAt?: string | undefined;
      readonly endsAt?: string | undefined;
      readonly doorsAt?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<Performance> {
    const variables = { input: { ...changes, performanceId: idOf(performance) } };
    const data = await this.#transport.graphql(UpdatePerformanceDocument, variables, true, options);
    return present(data.updatePerformance).performance;
  }

  /**
   * Changes a ticket category, such as its limits and when it is sold. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, InvalidInputError
   */
  async updateTicketCategory(
    category: Ref,
    changes: TicketCategoryChanges,
    options?: CallOptions,
  ): Promise<TicketCategory> {
    const variables = { input: { ...changes, ticketCategoryId: idOf(category) } };
    const data = await this.#transport.graphql(
      UpdateTicketCategoryDocument,
      variables,
      true,
      options,
    );
    return toTicketCategory(present(data.updateTicketCategory).ticketCategory);
  }

  /**
   * A date at each of the times, on each of the weekdays, from the first to the last day, as the clocks are where the event
   * is. Dates that are there already stay. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, NotPublishableError, InvalidInputError
   */
  async createPerformances(
    event: Ref,
    schedule: Schedule,
    options?: CallOptions,
  ): Promise<readonly Performance[]> {
    const variables = { input: { ...schedule, eventId: idOf(event) } };
    const data = await this.#transport.graphql(
      CreatePerformancesDocument,
      variables,
      true,
      options,
    );
    return present(data.createPerformances).performances;
  }

  /**
   * Where a virtual or hybrid event takes place online, for who has a ticket. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError
   */
  async setOnlineAddress(
    event: Ref,
    input: { readonly address: string; readonly instructions?: string | undefined },
    options?: CallOptions,
  ): Promise<void> {
    const variables = { input: { ...input, eventId: idOf(event) } };
    await this.#transport.graphql(SetOnlineAddressDocument, variables, true, options);
  }

  /**
   * A code that opens an unlisted or private event; it cannot be shown again. Not repeated when its answer is lost. Needs
   * `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async createEventAccessCode(event: Ref, options?: CallOptions): Promise<string> {
    const variables = { input: { eventId: idOf(event) } };
    const data = await this.#transport.graphql(
      CreateEventAccessCodeDocument,
      variables,
      false,
      options,
    );
    return present(data.createEventAccessCode).code;
  }

  /** Ends all access codes of an event; returns how many. Needs `events.manage`. */
  async revokeEventAccessCodes(event: Ref, options?: CallOptions): Promise<number> {
    const variables = { input: { eventId: idOf(event) } };
    const data = await this.#transport.graphql(
      RevokeEventAccessCodesDocument,
      variables,
      true,
      options,
    );
    return present(data.revokeEventAccessCodes).revoked;
  }

  /**
   * Moves all dates that have not begun by `days`, at the same time of day; without `days`, nothing is sold until
   * {@link postponePerformance} gives new dates. Tickets stay good, and may be given back until `refundsUntil`, by
   * default for two weeks. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, InvalidInputError, IdempotencyKeyReusedError
   */
  async postponeEvent(
    event: Ref,
    input: {
      readonly days?: number | undefined;
      readonly refundsUntil?: string | undefined;
      readonly reason?: string | undefined;
    } = {},
    options: KeyedCallOptions = {},
  ): Promise<Event> {
    const data = await this.#keyed(
      PostponeEventDocument,
      { ...input, eventId: idOf(event) },
      options,
    );
    return present(data.postponeEvent).event;
  }

  /**
   * Gives a date another time, or, without `startsAt`, none yet. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, InvalidInputError
   */
  async postponePerformance(
    performance: Ref,
    input: {
      readonly startsAt?: string | undefined;
      readonly endsAt?: string | undefined;
      readonly doorsAt?: string | undefined;
      readonly refundsUntil?: string | undefined;
      readonly reason?: string | undefined;
    } = {},
    options?: CallOptions,
  ): Promise<Performance> {
    const variables = { input: { ...input, performanceId: idOf(performance) } };
    const data = await this.#transport.graphql(
      PostponePerformanceDocument,
      variables,
      true,
      options,
    );
    return present(data.postponePerformance).performance;
  }

  /**
   * Ends the sale, lets all holds go, and refunds everybody, which goes on in the background: see
   * {@link eventCancellation}. Canceling again changes nothing. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, InvalidInputError
   */
  async cancelEvent(
    event: Ref,
    options: CallOptions & { readonly reason?: string | undefined } = {},
  ): Promise<EventCancellation> {
    const variables = { input: { eventId: idOf(event), reason: options.reason } };
    const data = await this.#transport.graphql(CancelEventDocument, variables, true, options);
    return present(data.cancelEvent).eventCancellation;
  }

  /**
   * The same for one date of an event. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError, EventNotOnSaleError, InvalidInputError
   */
  async cancelPerformance(
    performance: Ref,
    options: CallOptions & { readonly reason?: string | undefined } = {},
  ): Promise<EventCancellation> {
    const variables = { input: { performanceId: idOf(performance), reason: options.reason } };
    const data = await this.#transport.graphql(CancelPerformanceDocument, variables, true, options);
    return present(data.cancelPerformance).eventCancellation;
  }

  /**
   * The bookings that a cancellation could not end by itself, such as one with a used ticket, and the code that says why:
   * a person decides about them.
   */
  cancellationFailures(cancellation: Ref, options: ListOptions = {}): Paged<CancellationFailure> {
    return this.#list(options, async (first, after) => {
      const variables = { cancellationId: idOf(cancellation), first, after };
      const data = await this.#query(CancellationFailuresDocument, variables, options);
      return present(data.eventCancellationFailures);
    });
  }

  /** How far a cancellation is; null when it is not for you. */
  async eventCancellation(
    cancellation: Ref,
    options?: CallOptions,
  ): Promise<EventCancellation | null> {
    const variables = { id: idOf(cancellation) };
    return (await this.#query(EventCancellationDocument, variables, options)).eventCancellation;
  }

  // The books.

  /**
   * What the books of an organization say of a month, given by any of its days, or from a moment to another: what each account
   * opened with, its movements by category, and what it closed with. Needs `payments.read`.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError
   */
  statement(
    organization: Ref,
    range: StatementRange,
    options: ListOptions = {},
  ): Paged<StatementLine> {
    return this.#list(options, async (first, after) => {
      const variables = { organizationId: idOf(organization), ...range, first, after };
      return present((await this.#query(StatementDocument, variables, options)).statement);
    });
  }

  /**
   * The same as CSV, with amounts in whole units.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError
   */
  async statementCsv(
    organization: Ref,
    range: StatementRange,
    options?: CallOptions,
  ): Promise<string> {
    const variables = { organizationId: idOf(organization), ...range };
    return present((await this.#query(StatementCsvDocument, variables, options)).statementCsv);
  }

  /**
   * The balances of all accounts, now or before a moment. Of each currency, debits and credits are equal. Needs
   * `payments.read`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  trialBalance(
    organization: Ref,
    options: ListOptions & { readonly asOf?: string | undefined } = {},
  ): Paged<TrialBalanceLine> {
    return this.#list(options, async (first, after) => {
      const variables = { organizationId: idOf(organization), asOf: options.asOf, first, after };
      return present((await this.#query(TrialBalanceDocument, variables, options)).trialBalance);
    });
  }

  /** The months of the books of an organization in which you have `payments.read`. */
  accountingPeriods(organization: Ref, options: ListOptions = {}): Paged<AccountingPeriod> {
    return this.#list(options, async (first, after) => {
      const variables = { condition: { organizationId: idOf(organization) }, first, after };
      const data = await this.#query(AccountingPeriodsDocument, variables, options);
      return present(data.accountingPeriods);
    });
  }

  /** Each movement of money at Stripe, of organizations in which you have `payments.read`. */
  paymentTransactions(
    filter: {
      readonly organizationId?: string | undefined;
      readonly bookingId?: string | undefined;
      /** The first day of a month. */
      readonly accountingPeriod?: string | undefined;
    } = {},
    options: ListOptions = {},
  ): Paged<PaymentTransaction> {
    return this.#list(options, async (first, after) => {
      const variables = { condition: filter, first, after };
      const data = await this.#query(PaymentTransactionsDocument, variables, options);
      return present(data.paymentTransactions);
    });
  }

  /** Comparisons of the books with Stripe, the newest first. Needs `payments.read` somewhere. */
  reconciliationRuns(options: ListOptions = {}): Paged<ReconciliationRun> {
    return this.#list(options, async (first, after) => {
      const data = await this.#query(ReconciliationRunsDocument, { first, after }, options);
      return present(data.reconciliationRuns);
    });
  }

  /**
   * What the comparisons found, by currency, the newest first: of organizations in which you have `payments.read`; of
   * all, and of the platform itself, for its staff.
   */
  reconciliationResults(
    filter: {
      readonly runId?: string | undefined;
      readonly organizationId?: string | undefined;
      readonly currency?: string | undefined;
    } = {},
    options: ListOptions = {},
  ): Paged<ReconciliationResult> {
    return this.#list(options, async (first, after) => {
      const variables = { condition: filter, first, after };
      const data = await this.#query(ReconciliationResultsDocument, variables, options);
      return present(data.reconciliationResults);
    });
  }

  /**
   * What contradicts the books or was not asked for, the newest first. It is open while nobody has resolved it and it is
   * not gone. Needs `payments.read`.
   */
  paymentFindings(
    filter: {
      readonly organizationId?: string | undefined;
      readonly bookingId?: string | undefined;
    } = {},
    options: ListOptions = {},
  ): Paged<PaymentFinding> {
    return this.#list(options, async (first, after) => {
      const variables = { condition: filter, first, after };
      const data = await this.#query(PaymentFindingsDocument, variables, options);
      return present(data.paymentFindings);
    });
  }

  /**
   * Closes a finding with what was found and done. It moves no money; a difference that stays as it is is not found
   * again. Closing it twice is harmless. Needs `payments.manage`, or to be of the platform's staff.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError
   */
  async resolvePaymentFinding(
    finding: Ref,
    note: string,
    options?: CallOptions,
  ): Promise<PaymentFinding> {
    const variables = { input: { findingId: idOf(finding), note } };
    const data = await this.#transport.graphql(
      ResolvePaymentFindingDocument,
      variables,
      true,
      options,
    );
    return present(data.resolvePaymentFinding).paymentFinding;
  }

  /**
   * From here on nothing is posted into a month that has ended, so that it can be checked. Needs `books.manage`.
   *
   * @throws BooksMonthError, NotFoundError, NotAllowedError
   */
  async startClosingPeriod(
    organization: Ref,
    period: string,
    options?: CallOptions,
  ): Promise<AccountingPeriod> {
    const variables = { input: { organizationId: idOf(organization), period } };
    const document = StartClosingPeriodDocument;
    const data = await this.#transport.graphql(document, variables, true, options);
    return present(data.startClosingPeriod).accountingPeriod;
  }

  /**
   * Gives the closing of a month up. One that is closed stays closed. Needs `books.manage`.
   *
   * @throws AppendOnlyError, BooksMonthError, NotFoundError, NotAllowedError
   */
  async reopenPeriod(
    organization: Ref,
    period: string,
    options?: CallOptions,
  ): Promise<AccountingPeriod> {
    const variables = { input: { organizationId: idOf(organization), period } };
    const data = await this.#transport.graphql(ReopenPeriodDocument, variables, true, options);
    return present(data.reopenPeriod).accountingPeriod;
  }

  /**
   * Closes a month for good, when it has ended, balances, nothing in it is open, and all before it are closed. Movements that
   * were not compared with Stripe have to be accepted. Needs `books.manage`.
   *
   * @throws BooksMonthError, NotFoundError, NotAllowedError
   */
  async closePeriod(
    organization: Ref,
    period: string,
    options: CallOptions & { readonly acceptUnreconciled?: boolean | undefined } = {},
  ): Promise<AccountingPeriod> {
    const { acceptUnreconciled } = options;
    const variables = { input: { organizationId: idOf(organization), period, acceptUnreconciled } };
    const data = await this.#transport.graphql(ClosePeriodDocument, variables, true, options);
    return present(data.closePeriod).accountingPeriod;
  }

  /**
   * In which time zone the months of the books end, from the next one that is opened. Needs `books.manage`.
   *
   * @throws UnknownTimezoneError, NotFoundError, NotAllowedError
   */
  async setBooksTimezone(
    organization: Ref,
    timezone: string,
    options?: CallOptions,
  ): Promise<string> {
    const variables = { input: { organizationId: idOf(organization), timezone } };
    const data = await this.#transport.graphql(SetBooksTimezoneDocument, variables, true, options);
    return present(data.setBooksTimezone).organizationSetting.booksTimezone;
  }

  /**
   * Somebody who brings buyers, for a share. Needs `books.manage`.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError, IdempotencyKeyReusedError
   */
  async createPromoter(
    input: {
      readonly organizationId: string;
      readonly name: string;
      readonly email?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<Promoter> {
    const data = await this.#keyed(CreatePromoterDocument, input, options);
    return present(data.createPromoter).promoter;
  }

  /**
   * Who brings buyers to an event, and for which share, in percent, of what commission leaves to the organization; `null`:
   * nobody from here on. Needs `events.manage` and `books.manage`.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError
   */
  async setEventPromoter(
    event: Ref,
    promoter: { readonly promoterId: string; readonly sharePercentage: string } | null,
    options?: CallOptions,
  ): Promise<Event> {
    const variables = { input: { eventId: idOf(event), ...promoter } };
    const data = await this.#transport.graphql(SetEventPromoterDocument, variables, true, options);
    return present(data.setEventPromoter).event;
  }

  /**
   * Opens the account at Stripe to which the organization, or a promoter of it, is paid; the one that there is, is returned.
   * Needs `payouts.manage`.
   *
   * @throws InvalidInputError, OrganizationNotActiveError, NotFoundError, NotAllowedError
   */
  async openPayoutAccount(
    input: {
      readonly organizationId: string;
      /** Such as `AT`; default: where the organization's address is. */
      readonly country?: string | undefined;
      readonly email?: string | undefined;
      readonly promoterId?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<PayoutAccount> {
    const document = OpenPayoutAccountDocument;
    const data = await this.#transport.graphql(document, { input }, true, options);
    return present(data.openPayoutAccount).stripeAccount;
  }

  /** The accounts to which an organization and its promoters are paid. Needs `payouts.read`. */
  payoutAccounts(organization: Ref, options: ListOptions = {}): Paged<PayoutAccount> {
    return this.#list(options, async (first, after) => {
      const variables = { condition: { organizationId: idOf(organization) }, first, after };
      return present(
        (await this.#query(PayoutAccountsDocument, variables, options)).stripeAccounts,
      );
    });
  }

  /**
   * Asks for an address at Stripe where the owner of an account says who they are. Read it with {@link payoutOnboardingLink}
   * until it is there. Needs `payouts.manage`.
   *
   * @throws InvalidInputError (an address that is not https), PayoutRefusedError, NotFoundError, NotAllowedError
   */
  async requestOnboardingLink(
    account: Ref,
    addresses: { readonly returnUrl: string; readonly refreshUrl?: string | undefined },
    options?: CallOptions,
  ): Promise<string> {
    const variables = { input: { accountId: idOf(account), ...addresses } };
    const document = RequestOnboardingLinkDocument;
    const data = await this.#transport.graphql(document, variables, false, options);
    return present(present(data.requestOnboardingLink).payoutOnboardingLink.id);
  }

  /** An address that you have asked for; its `url` is null until Stripe has answered, and when it is too old. */
  async payoutOnboardingLink(
    link: Ref,
    options?: CallOptions,
  ): Promise<PayoutOnboardingLink | null> {
    const variables = { linkId: idOf(link) };
    return (await this.#query(PayoutOnboardingLinkDocument, variables, options))
      .payoutOnboardingLink;
  }

  /**
   * When money may be paid out, and above which amount, in the default currency's minor unit, a second person approves a
   * payout; null: nobody. Needs `organization.manage`.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError
   */
  async setPayoutSettings(
    organization: Ref,
    settings: {
      readonly payoutTiming?: "rolling" | "after_event" | undefined;
      readonly payoutDelayDays?: number | undefined;
      readonly approvalAboveCents: number | null;
    },
    options?: CallOptions,
  ): Promise<void> {
    const { approvalAboveCents, ...rest } = settings;
    const input = {
      ...rest,
      organizationId: idOf(organization),
      ...asText({ approvalAboveCents: approvalAboveCents ?? undefined }),
    };
    await this.#transport.graphql(SetPayoutSettingsDocument, { input }, true, options);
  }

  /** What is owed to an organization and its promoters, and what of it would be paid now. Needs `payouts.read`. */
  payoutPreview(organization: Ref, options: ListOptions = {}): Paged<PayoutPreview> {
    return this.#list(options, async (first, after) => {
      const variables = { organizationId: idOf(organization), first, after };
      return present((await this.#query(PayoutPreviewDocument, variables, options)).payoutPreview);
    });
  }

  /** Payouts of an organization and its promoters. Needs `payouts.read`. */
  payouts(organization: Ref, options: ListOptions = {}): Paged<Payout> {
    return this.#list(options, async (first, after) => {
      const variables = { condition: { organizationId: idOf(organization) }, first, after };
      return present((await this.#query(PayoutsDocument, variables, options)).payouts);
    });
  }

  /** One payout, or null. Needs `payouts.read`. */
  async payout(payout: Ref, options?: CallOptions): Promise<Payout | null> {
    return (await this.#query(PayoutDocument, { id: idOf(payout) }, options)).payout;
  }

  /** What a payout is made of. Needs `payouts.read`. */
  payoutItems(payout: Ref, options: ListOptions = {}): Paged<PayoutItem> {
    return this.#list(options, async (first, after) => {
      const variables = { condition: { payoutId: idOf(payout) }, first, after };
      return present((await this.#query(PayoutItemsDocument, variables, options)).payoutItems);
    });
  }

  /** What is, or was, held back of a payout. Needs `payouts.read`. */
  payoutHolds(payout: Ref, options: ListOptions = {}): Paged<PayoutHold> {
    return this.#list(options, async (first, after) => {
      const variables = { condition: { payoutId: idOf(payout) }, first, after };
      return present((await this.#query(PayoutHoldsDocument, variables, options)).payoutHolds);
    });
  }

  /**
   * The amounts of a payout, made again from the entries of the books that its items name: always its own. Needs
   * `payouts.read`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async reproducePayout(payout: Ref, options?: CallOptions): Promise<PayoutAmounts> {
    const variables = { payoutId: idOf(payout) };
    return present(
      (await this.#query(ReproducePayoutDocument, variables, options)).reproducePayout,
    );
  }

  /**
   * A draft of all that may be paid now, without waiting for the schedule. Needs `payouts.manage`.
   *
   * @throws NothingToPayOutError, PayoutRefusedError (`unverified`, `no_account`), OrganizationNotActiveError,
   * UnknownCurrencyError, NotFoundError, NotAllowedError, IdempotencyKeyReusedError
   */
  async createPayout(
    input: {
      readonly organizationId: string;
      readonly currency?: string | undefined;
      readonly promoterId?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<Payout> {
    return present((await this.#keyed(CreatePayoutDocument, input, options)).createPayout).payout;
  }

  /**
   * Has a draft sent, or asks for a second person: then it is `pending_approval`. Needs `payouts.manage`.
   *
   * @throws PayoutStatusError, PayoutRefusedError, OrganizationNotActiveError, NotFoundError, NotAllowedError
   */
  async submitPayout(payout: Ref, options?: CallOptions): Promise<Payout> {
    const variables = { input: { payoutId: idOf(payout) } };
    const data = await this.#transport.graphql(SubmitPayoutDocument, variables, false, options);
    return present(data.submitPayout).payout;
  }

  /**
   * Approves a payout that somebody else, or the schedule, has made. Needs `payouts.approve`.
   *
   * @throws ApprovalNeededError (your own), PayoutStatusError, PayoutRefusedError, OrganizationNotActiveError, NotFoundError,
   * NotAllowedError
   */
  async approvePayout(
    payout: Ref,
    options: CallOptions & { readonly note?: string | undefined } = {},
  ): Promise<Payout> {
    const variables = { input: { payoutId: idOf(payout), note: options.note } };
    const data = await this.#transport.graphql(ApprovePayoutDocument, variables, false, options);
    return present(data.approvePayout).payout;
  }

  /**
   * Gives a payout up that is not on its way; its items are paid with the next one. Needs `payouts.manage`.
   *
   * @throws PayoutStatusError, PayoutRefusedError (`held`), NotFoundError, NotAllowedError
   */
  async cancelPayout(
    payout: Ref,
    options: CallOptions & { readonly note?: string | undefined } = {},
  ): Promise<Payout> {
    const variables = { input: { payoutId: idOf(payout), note: options.note } };
    const data = await this.#transport.graphql(CancelPayoutDocument, variables, false, options);
    return present(data.cancelPayout).payout;
  }

  /**
   * Has a payout sent again that Stripe has refused. Needs `payouts.manage`.
   *
   * @throws PayoutStatusError, PayoutRefusedError, OrganizationNotActiveError, NotFoundError, NotAllowedError
   */
  async retryPayout(payout: Ref, options?: CallOptions): Promise<Payout> {
    const variables = { input: { payoutId: idOf(payout) } };
    const data = await this.#transport.graphql(RetryPayoutDocument, variables, false, options);
    return present(data.retryPayout).payout;
  }

  /**
   * Holds a payout back, or an amount of it, which is then paid with a later one. Needs `payouts.approve`.
   *
   * @throws PayoutStatusError, InvalidInputError, NotFoundError, NotAllowedError
   */
  async holdPayout(
    payout: Ref,
    hold: {
      readonly reason: string;
      /** Default: all of it. */
      readonly amountCents?: number | undefined;
      /** Default: until it is released. */
      readonly holdUntil?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<PayoutHold> {
    const { amountCents, ...rest } = hold;
    const variables = { input: { ...rest, payoutId: idOf(payout), ...asText({ amountCents }) } };
    const data = await this.#transport.graphql(HoldPayoutDocument, variables, false, options);
    return present(data.holdPayout).payoutHold;
  }

  /**
   * Ends a hold. Needs `payouts.approve`.
   *
   * @throws PayoutRefusedError (`disputed`), NotFoundError, NotAllowedError (the platform holds it)
   */
  async releasePayoutHold(hold: Ref, options?: CallOptions): Promise<PayoutHold> {
    const variables = { input: { holdId: idOf(hold) } };
    const data = await this.#transport.graphql(ReleasePayoutHoldDocument, variables, true, options);
    return present(data.releasePayoutHold).payoutHold;
  }

  /**
   * Asks for a correction of a fact in the books; somebody else has to post it. Debit is positive, and all amounts sum to zero.
   * For the platform's support.
   *
   * @throws LedgerBalanceError, InvalidInputError, UnknownCurrencyError, NotFoundError, NotAllowedError
   */
  async requestCorrection(
    input: {
      readonly ledgerTransactionId: string;
      readonly currency: string;
      readonly entries: readonly {
        readonly kind: NonNullable<LedgerCorrection["kinds"][number]>;
        readonly amountCents: number;
      }[];
      readonly reason: string;
    },
    options: KeyedCallOptions = {},
  ): Promise<LedgerCorrection> {
    const { entries, ...rest } = input;
    const data = await this.#keyed(
      RequestCorrectionDocument,
      {
        ...rest,
        kinds: entries.map(({ kind }) => kind),
        amountsCents: entries.map(({ amountCents }) => String(amountCents)),
      },
      options,
    );
    return present(data.requestCorrection).ledgerCorrection;
  }

  /**
   * Posts a correction that somebody else has asked for. For the platform's support. Not repeated when its answer is lost,
   * because the second attempt would find it posted.
   *
   * @throws CorrectionDecidedError, NotFoundError, NotAllowedError
   */
  async postCorrection(correction: Ref, options?: CallOptions): Promise<LedgerCorrection> {
    const variables = { input: { correctionId: idOf(correction) } };
    const data = await this.#transport.graphql(PostCorrectionDocument, variables, false, options);
    return present(data.postCorrection).ledgerCorrection;
  }

  /**
   * Rejects a correction that somebody else has asked for. For the platform's support.
   *
   * @throws CorrectionDecidedError, NotFoundError, NotAllowedError
   */
  async rejectCorrection(correction: Ref, options?: CallOptions): Promise<LedgerCorrection> {
    const variables = { input: { correctionId: idOf(correction) } };
    const data = await this.#transport.graphql(RejectCorrectionDocument, variables, false, options);
    return present(data.rejectCorrection).ledgerCorrection;
  }

  // Fraud.

  /**
   * A rule of an organization, which needs `risk.manage`, or without `organizationId` of the platform for all of them. What a
   * rule asks never changes: make another one, and disable this.
   *
   * @throws InvalidInputError, UnknownCurrencyError, NotFoundError, NotAllowedError, IdempotencyKeyReusedError
   */
  async createFraudRule(
    input: FraudQuestion & {
      readonly organizationId?: string | undefined;
      readonly ruleName: string;
      readonly ruleType: FraudRule["ruleType"];
      readonly severity: FraudRule["severity"];
      /** What follows when it fires. */
      readonly action: FraudRule["action"];
      readonly description?: string | undefined;
    },
    options: KeyedCallOptions = {},
  ): Promise<FraudRule> {
    const data = await this.#keyed(CreateFraudRuleDocument, withAmountAsText(input), options);
    return present(data.createFraudRule).fraudDetectionRule;
  }

  /**
   * Lets a rule be asked, or not any more.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async setFraudRuleEnabled(
    rule: Ref,
    isEnabled: boolean,
    options?: CallOptions,
  ): Promise<FraudRule> {
    const variables = { input: { ruleId: idOf(rule), isEnabled } };
    const document = SetFraudRuleEnabledDocument;
    const data = await this.#transport.graphql(document, variables, true, options);
    return present(data.setFraudRuleEnabled).fraudDetectionRule;
  }

  /**
   * The bookings that a rule would have caught between two moments, at most a year apart, and when: a rule that is there
   * (`ruleId`), or one that is not (`ruleType` and its thresholds). Changes nothing. Needs `risk.read`.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError
   */
  tryFraudRule(
    input: FraudQuestion & {
      readonly organizationId: string;
      readonly since: string;
      readonly until: string;
      readonly ruleId?: string | undefined;
    },
    options: ListOptions = {},
  ): Paged<FraudCatch> {
    return this.#list(options, async (first, after) => {
      const variables = { ...withAmountAsText(input), first, after };
      return present((await this.#query(TryFraudRuleDocument, variables, options)).tryFraudRule);
    });
  }

  /** Alerts of the organizations in which you have `risk.read`, the oldest first. */
  fraudAlerts(
    filter: {
      readonly organizationId?: string | undefined;
      readonly bookingId?: string | undefined;
      readonly status?: FraudAlert["status"] | undefined;
    } = {},
    options: ListOptions = {},
  ): Paged<FraudAlert> {
    return this.#list(options, async (first, after) => {
      const variables = { condition: filter, first, after };
      return present((await this.#query(FraudAlertsDocument, variables, options)).fraudAlerts);
    });
  }

  /**
   * Ends the investigation of an alert; the booking stays as it is. Needs `risk.manage`. Not repeated when its answer is lost,
   * because the second attempt would find it closed.
   *
   * @throws AlertClosedError, NotFoundError, NotAllowedError
   */
  async resolveFraudAlert(
    alert: Ref,
    resolution: NonNullable<FraudAlert["resolution"]>,
    options: CallOptions & { readonly note?: string | undefined } = {},
  ): Promise<FraudAlert> {
    const variables = { input: { alertId: idOf(alert), resolution, note: options.note } };
    const document = ResolveFraudAlertDocument;
    const data = await this.#transport.graphql(document, variables, false, options);
    return present(data.resolveFraudAlert).fraudAlert;
  }

  /**
   * Accepts a booking under review (`fraud_hold`): its buyer may pay. Needs `risk.manage`, and somebody other than the buyer.
   * Not repeated when its answer is lost.
   *
   * @throws BookingStatusError, HoldExpiredError, NotFoundError, NotAllowedError
   */
  async approveFraudReview(
    booking: Ref,
    options: CallOptions & { readonly note?: string | undefined } = {},
  ): Promise<Booking> {
    const variables = { input: { bookingId: idOf(booking), note: options.note } };
    const document = ApproveFraudReviewDocument;
    const data = await this.#transport.graphql(document, variables, false, options);
    return await this.#booking(present(data.approveFraudReview).booking, options);
  }

  /**
   * Cancels a booking under review and frees its seats. Needs `risk.manage`, and somebody other than the buyer. Not repeated
   * when its answer is lost.
   *
   * @throws BookingStatusError, NotFoundError, NotAllowedError
   */
  async rejectFraudReview(
    booking: Ref,
    options: CallOptions & { readonly note?: string | undefined } = {},
  ): Promise<Booking> {
    const variables = { input: { bookingId: idOf(booking), note: options.note } };
    const document = RejectFraudReviewDocument;
    const data = await this.#transport.graphql(document, variables, false, options);
    return await this.#booking(present(data.rejectFraudReview).booking, options);
  }

  // What the above is made of.

  async #query<Result, Variables>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    options: CallOptions | undefined,
  ): Promise<Result> {
    return await this.#transport.graphql(document, variables, true, options);
  }

  /** A mutation with a key has one also when it is not retried: a proxy may repeat it on its own. */
  async #keyed<Result, Input>(
    document: TypedDocument<Result, { input: Input }>,
    input: Omit<Input, "idempotencyKey">,
    options: KeyedCallOptions,
  ): Promise<Result> {
    const idempotencyKey = options.idempotencyKey ?? randomToken();
    const variables = { input: { ...input, idempotencyKey } as Input };
    return await this.#transport.graphql(document, variables, true, options);
  }

  #list<T>(
    { pageSize = PAGE_SIZE }: ListOptions,
    fetch: (first: number, after: string | null) => Promise<Connection<T>>,
  ): Paged<T> {
    return new Paged(async (after) => toPage(await fetch(pageSize, after)));
  }

  /** A booking with all of its lines; the first hundred come with it. */
  async #booking(fragment: BookingFragment, options?: CallOptions): Promise<Booking> {
    const { items, ...booking } = fragment;
    const more = await all(async (after) => {
      if (after === null) return items;
      const variables = { bookingId: booking.id, after };
      return present((await this.#query(BookingItemsDocument, variables, options)).bookingItems);
    });
    return { ...booking, items: more };
  }

  /** Whoever is signed in owns the booking by account. Only a guest needs a token for it. */
  #needCart(): void {
    if (this.#token === null) this.#cartToken ??= randomToken();
  }

  /** Begins a session; what the guest has in the cart comes along. */
  async #beginWithCart(session: Session, options: CallOptions | undefined): Promise<Session> {
    this.#begin(session);
    if (this.#cartToken !== null) await this.claimCart(options);
    return session;
  }

  #begin(session: Session): Session {
    this.#token = session.token;
    return session;
  }

  async #userId(options: CallOptions | undefined): Promise<string> {
    const user = await this.currentUser(options);
    if (user !== null) return user.id;
    throw errorOf("You are not signed in.", { code: "LMAUT", hint: "Sign in first." });
  }

  /** A plan by its hash, from whatever cache is on the way; a draft's by GraphQL, which knows who asks. */
  async #layout(
    { id, sha256 }: { readonly id: string; readonly sha256: string },
    options: CallOptions | undefined,
  ): Promise<Layout> {
    const known = this.#layouts.get(sha256);
    if (known !== undefined) return known;
    const read = (answer: HttpAnswer): Promise<Layout> => openLayout(answer, sha256);
    let layout: Layout;
    try {
      layout = await this.#transport.get(`/layouts/${sha256}.json`, read, options);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      const { venueLayout } = await this.#query(LayoutTextDocument, { id }, options);
      if (venueLayout === null) throw error;
      layout = await read({ status: 200, text: venueLayout.document, requestId: null });
    }
    const [oldest] = this.#layouts.keys();
    if (this.#layouts.size >= LAYOUTS_KEPT && oldest !== undefined) this.#layouts.delete(oldest);
    this.#layouts.set(sha256, layout);
    return layout;
  }

  async #paymentsConfig(options: CallOptions): Promise<PaymentsConfig> {
    this.#payments ??= await this.#transport.get("/payments/config", readPaymentsConfig, options);
    return this.#payments;
  }

  /** Waits for what a payment is confirmed with; null when there is nothing left to pay. */
  async #payable(
    bookingId: string,
    deadline: number,
    options: CallOptions,
  ): Promise<{ intentId: string; clientSecret: string } | null> {
    return await this.#poll(bookingId, deadline, options, (booking, session) => {
      if (booking.status === "confirmed" || booking.status === "completed") return null;
      if (session?.status === "succeeded" || session?.status === "processing") return null;
      if (booking.status !== "pending_payment" && booking.status !== "partially_paid") {
        throw notPayable(booking.status);
      }
      const { clientSecret, stripePaymentIntentId: intentId } = session ?? {};
      return clientSecret != null && intentId != null ? { intentId, clientSecret } : undefined;
    });
  }

  /** Asks how a payment stands until `look` returns something; less often as time goes by. */
  async #poll<T>(
    bookingId: string,
    deadline: number,
    options: CallOptions,
    look: (
      booking: NonNullable<PaymentProgressQuery["booking"]>,
      session: PaymentSession | null,
    ) => T | undefined,
  ): Promise<T> {
    for (let wait = POLL_MS; ; wait = Math.min(POLL_MS_MAX, wait * 1.3)) {
      const data = await this.#query(PaymentProgressDocument, { bookingId }, options);
      if (data.booking === null) throw bookingNotFound(bookingId);
      const seen = look(data.booking, data.paymentSession);
      if (seen !== undefined) return seen;
      if (Date.now() + wait > deadline) {
        throw new PaymentPendingError("It is not yet known how the payment ends.", {
          code: "PAYMENT_PENDING",
          detail: bookingId,
          hint: "Call waitForConfirmation, or pay again: a booking is never charged twice.",
        });
      }
      await this.#transport.sleep(wait, options.signal);
    }
  }
}

/** A question of a rule as it is sent: amounts travel as text. */
function withAmountAsText<Question extends FraudQuestion>({
  amountCents,
  ...rest
}: Question): Omit<Question, "amountCents"> & { readonly amountCents?: string } {
  return amountCents === undefined ? rest : { ...rest, amountCents: formatCents(amountCents) };
}

/** The server's address without a path, whichever way it was given. */
function baseUrl(url: string): string {
  if (/^https?:\/\/[^/]/.test(url)) return url.replace(/\/+(graphql\/*)?$/, "");
  throw new UsageError(`This is no address of a server: ${url}`, {
    code: "USAGE",
    hint: "Give one such as http://127.0.0.1:4000.",
  });
}

const NO_MORE: NextFragment = { endCursor: null, hasNextPage: false };

interface Connection<T> {
  readonly nodes: readonly T[];
  readonly pageInfo: NextFragment;
}

function toPage<T>({ nodes, pageInfo: { hasNextPage, endCursor } }: Connection<T>): Page<T> {
  return { items: nodes, next: hasNextPage ? endCursor : null };
}

/** All of a list that belongs to one thing, and is as long as that allows. */
/** Answers are texts by question: a constraint says so. */
function toAttendee({ answers, ...attendee }: TicketAttendeeFragment): Attendee {
  return { ...attendee, answers: answers as Attendee["answers"] };
}

async function all<T>(fetch: (after: string | null) => Promise<Connection<T>>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of new Paged(async (after) => toPage(await fetch(after)))) items.push(item);
  return items;
}

function savedCard(card: SavedCardFragment): SavedCard {
  const { id, organizationId, createdAt, ...rest } = card;
  return {
    ...rest,
    id: present(id),
    organizationId: present(organizationId),
    createdAt: present(createdAt),
  };
}

/** The schema lets every root field be null; without an error, none of these ever is. */
function present<T>(value: T | null | undefined): T {
  if (value != null) return value;
  throw new UnexpectedAnswerError("The server answered with nothing.", { code: "ANSWER" });
}

// What the client finds out by itself has the codes that the server would have used.

function noPerformance(): LastMinuteLiveError {
  return errorOf("There is no such performance, or it is not yours.", { code: "LMNFD" });
}

function bookingNotFound(bookingId: string): LastMinuteLiveError {
  return errorOf("There is no such booking, or it is not yours.", {
    code: "LMBKG",
    detail: bookingId,
  });
}

const hintsOfStatus: ReadonlyMap<string, string> = new Map([
  ["draft", "Call startCheckout first."],
  [
    "pending_approval",
    "The organization has to approve it. Pay when its status is pending_payment.",
  ],
  ["fraud_hold", "The organization looks at it first. Pay when its status is pending_payment."],
]);

function notPayable(status: string): LastMinuteLiveError {
  if (status === "expired") {
    return errorOf("The hold has run out.", { code: "LMEXP", hint: "Hold the seats again." });
  }
  return errorOf(`The booking is ${status}.`, {
    code: "LMBST",
    detail: status,
    hint: hintsOfStatus.get(status) ?? null,
  });
}

/** Amounts that are given, as they are sent. */
function asText<Amounts extends Readonly<Record<string, number | undefined>>>(
  amounts: Amounts,
): { readonly [Name in keyof Amounts]?: string } {
  const given = Object.entries(amounts).filter((entry) => entry[1] !== undefined);
  return Object.fromEntries(given.map(([name, amount]) => [name, formatCents(amount ?? 0)])) as {
    readonly [Name in keyof Amounts]?: string;
  };
}

function discountRefused(reason: string): Error {
  return errorOf("This discount code is refused.", { code: "LMDSC", detail: reason });
}

/** The texts of an object that the schema only knows as JSON. */
function evidenceOf(value: unknown): DisputeEvidence {
  return Object.fromEntries(
    Object.entries(value ?? {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    ),
  );
}

function responseOf(found: DisputeResponseFragment): DisputeResponse {
  return { ...found, evidence: evidenceOf(found.evidence) };
}
