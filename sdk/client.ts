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
  AcceptTicketDocument,
  AccountingPeriodsDocument,
  AcquireSeatLockDocument,
  AdmissionsLeftDocument,
  AllocateSeatsDocument,
  AllowReentryDocument,
  ApproveFraudReviewDocument,
  BookingDocument,
  type BookingFragment,
  BookingItemsDocument,
  BookingsDocument,
  CancelBookingDocument,
  CancelEventDocument,
  CancelPerformanceDocument,
  ChangePasswordDocument,
  ClaimCartDocument,
  CloseAccountDocument,
  ClosePeriodDocument,
  CompleteSignUpDocument,
  ConfirmEmailChangeDocument,
  ConfirmTwoFactorDocument,
  type ConsentPurpose,
  CreateAdmissionPoolDocument,
  CreateEventAccessCodeDocument,
  CreateEventDocument,
  CreateFraudRuleDocument,
  CreateOrganizationDocument,
  CreatePerformanceDocument,
  CreatePerformancesDocument,
  CreatePromoterDocument,
  CreateTicketCategoryDocument,
  CreateVenueDocument,
  CreateVirtualEventDocument,
  CurrentConsentsDocument,
  CurrentUserDocument,
  DeclineTicketDocument,
  EndImpersonationDocument,
  EnrollTwoFactorDocument,
  EventCancellationDocument,
  EventCategoriesDocument,
  EventDocument,
  EventsDocument,
  ExportMyDataDocument,
  ExtendHoldDocument,
  FindUserDocument,
  FraudAlertsDocument,
  GiveConsentDocument,
  GrantPlatformRoleDocument,
  HeldTicketsDocument,
  HoldAdmissionsDocument,
  HoldAllocatedSeatsDocument,
  HoldBestAvailableDocument,
  HoldSeatsDocument,
  ImportVenueLayoutDocument,
  LayoutFetchDocument,
  LayoutTextDocument,
  MembershipsDocument,
  MergeOfflineScansDocument,
  MoveEventToLayoutDocument,
  MovePerformanceToLayoutDocument,
  MyBookingsDocument,
  type NextFragment,
  OfferTicketDocument,
  OnlineAddressDocument,
  PaymentProgressDocument,
  type PaymentProgressQuery,
  PaymentTransactionsDocument,
  PerformanceDocument,
  PerformancesDocument,
  PostCorrectionDocument,
  PostponeEventDocument,
  PostponePerformanceDocument,
  PublishEventDocument,
  RecordTicketDeliveryDocument,
  RefreshSessionDocument,
  RegisterScannerDeviceDocument,
  ReinstateUserDocument,
  ReissueTicketDocument,
  RejectCorrectionDocument,
  RejectFraudReviewDocument,
  ReleaseAdmissionsDocument,
  ReleaseAllocationDocument,
  ReleaseSeatLockDocument,
  ReleaseSeatsDocument,
  RemoveTwoFactorDocument,
  ReopenPeriodDocument,
  RequestCorrectionDocument,
  RequestEmailChangeDocument,
  RequestEmailVerificationDocument,
  RequestErasureDocument,
  RequestLayoutFetchDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
  ResolveFraudAlertDocument,
  ReturnBookingDocument,
  RevokeEventAccessCodesDocument,
  RevokePlatformRoleDocument,
  RevokeScannerDeviceDocument,
  RevokeSessionDocument,
  RevokeTrustedDeviceDocument,
  RevokeUserSessionsDocument,
  SaveEntryGateDocument,
  SaveEntryZoneDocument,
  ScanListDocument,
  ScannerDevicesDocument,
  ScanTicketDocument,
  SearchEventsDocument,
  SearchVenuesDocument,
  SeatMapChangesDocument,
  SeatMapDocument,
  SessionsDocument,
  SetBooksTimezoneDocument,
  SetEventPromoterDocument,
  SetFraudRuleEnabledDocument,
  SetOnlineAddressDocument,
  SetTicketAttendeeDocument,
  SetVenueStatusDocument,
  SignInDocument,
  SignOutDocument,
  SignOutEverywhereDocument,
  SignUpDocument,
  StartCheckoutDocument,
  StartClosingPeriodDocument,
  StartImpersonationDocument,
  StatementCsvDocument,
  StatementDocument,
  SuspendUserDocument,
  TicketAttendeeDocument,
  type TicketAttendeeFragment,
  TicketCategoriesDocument,
  TicketOfferDocument,
  TicketQrPngDocument,
  TicketQrSvgDocument,
  TicketsDocument,
  TicketTransfersDocument,
  TrialBalanceDocument,
  TrustedDevicesDocument,
  TryFraudRuleDocument,
  UpdateEventDocument,
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
  type AdmissionPool,
  type Attendee,
  type Booking,
  type Consent,
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
  idOf,
  type LayoutDifference,
  type LayoutFetch,
  type LayoutMove,
  type LedgerCorrection,
  type Membership,
  type MergedScan,
  type OnlineAddress,
  type Organization,
  type PaymentSession,
  type PaymentTransaction,
  type Performance,
  type Promoter,
  type Ref,
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
  toTicketCategory,
  type TrialBalanceLine,
  type TrustedDevice,
  type User,
  type Venue,
  type VenueCompliance,
  type VenueDetails,
  type VenueLayout,
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
   * Changes the user's name or telephone number. What is left out stays; an empty `phone` removes it.
   *
   * @throws InvalidInputError, NotSignedInError, SessionEndedError
   */
  async updateProfile(
    input: {
      readonly firstName?: string | undefined;
      readonly lastName?: string | undefined;
      readonly phone?: string | undefined;
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
   * Waits until a payment that has been made confirms its booking. Stripe tells the server, which
   * takes a moment; a payment that arrives after `expiresAt` still confirms when the seats are free,
   * and is returned when they are not.
   *
   * @throws PaymentPendingError at the deadline, PaymentLostError, BookingNotFoundError
   */
  async waitForConfirmation(booking: Ref, options: WaitOptions = {}): Promise<Booking> {
    const bookingId = idOf(booking);
    const deadline = Date.now() + (options.deadlineMs ?? 60_000);
    await this.#poll(bookingId, deadline, options, ({ status }) => {
      if (status === "confirmed" || status === "completed") return true;
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
   * Gives a paid booking back for all of its price, after its performance was postponed: until its `refundsUntil`.
   *
   * @throws NoRefundOfferedError, BookingNotFoundError, BookingStatusError, TicketUsedError,
   * SessionEndedError, CartTokenError, IdempotencyKeyReusedError
   */
  async returnBooking(booking: Ref, options: KeyedCallOptions = {}): Promise<Booking> {
    const data = await this.#keyed(ReturnBookingDocument, { bookingId: idOf(booking) }, options);
    return await this.#booking(present(data.returnBooking).booking, options);
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
      if (booking.status !== "pending_payment") throw notPayable(booking.status);
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
