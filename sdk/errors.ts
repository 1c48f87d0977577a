/** What is known of a failure, besides its message. */
export interface ErrorDetails {
  /** The code of docs/errors.md, such as `LMTKN`, or one of the client's own, such as `TIMEOUT`. */
  readonly code: string;
  /** What to do about it, for people. */
  readonly hint?: string | null | undefined;
  /** The ids or the field that a program needs, as the server wrote them. */
  readonly detail?: string | null | undefined;
  /** Where in the answer it happened. */
  readonly path?: readonly (string | number)[] | null | undefined;
  /** What to quote when asking the operator about it. */
  readonly requestId?: string | null | undefined;
  /** The HTTP status; null without an answer. */
  readonly status?: number | null | undefined;
  /** What caused it. */
  readonly cause?: unknown;
}

/**
 * Everything that this client throws on purpose. Catch a subclass to handle one case, this class to
 * handle all of them; `code` tells them apart where classes cannot, such as in a log.
 */
export class LastMinuteLiveError extends Error {
  /** The code of docs/errors.md, such as `LMTKN`, or one of the client's own, such as `TIMEOUT`. */
  readonly code: string;
  /** What to do about it, for people. */
  readonly hint: string | null;
  /** The ids or the field that a program needs, as the server wrote them. */
  readonly detail: string | null;
  /** Where in the answer it happened. */
  readonly path: readonly (string | number)[] | null;
  /** What to quote when asking the operator about it. */
  readonly requestId: string | null;
  /** The HTTP status; null without an answer. */
  readonly status: number | null;

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    // For people who read logs. A bundler may shorten it; `code` stays.
    this.name = new.target.name;
    this.code = details.code;
    this.hint = details.hint ?? null;
    this.detail = details.detail ?? null;
    this.path = details.path ?? null;
    this.requestId = details.requestId ?? null;
    this.status = details.status ?? null;
  }
}

// Who is asking.

/** LMAUT: this needs an account, and no token was sent. Sign in. */
export class NotSignedInError extends LastMinuteLiveError {}

/** LMSES: the session has expired, was ended elsewhere, or never was. Sign in again. */
export class SessionEndedError extends LastMinuteLiveError {}

/** LMCRD: there is no account with this address and password; which of the two is wrong is not told. */
export class WrongCredentialsError extends LastMinuteLiveError {}

/** LMPWD: the password is too short, too long, or would be guessed. */
export class WeakPasswordError extends LastMinuteLiveError {}

/** LMSTF: this cannot be done to the platform's staff. An admin revokes their role first. */
export class StaffAccountError extends LastMinuteLiveError {}

/** LMADM: the platform would be left without an admin. Make somebody else one first. */
export class LastAdminError extends LastMinuteLiveError {}

/** LMLCK: the account is suspended or closed. */
export class AccountLockedError extends LastMinuteLiveError {}

/** LMEML: the address has an account. For operators only: whoever signs up learns it by mail. */
export class EmailTakenError extends LastMinuteLiveError {}

/** LMCRT: a guest sent no cart token, or one that is not 32 random bytes in base64url. */
export class CartTokenError extends LastMinuteLiveError {}

/** LMGST: this organization does not sell to guests. Sign in first. */
export class AccountRequiredError extends LastMinuteLiveError {}

/** LMRGT: you may see it, but not do this. `detail` names the missing permission. */
export class NotAllowedError extends LastMinuteLiveError {}

/** LMNFD: there is no such thing, or it is not yours; which of the two is not told. */
export class NotFoundError extends LastMinuteLiveError {}

// Choosing seats.

/** An error about seats, which it names. */
abstract class SeatsError extends LastMinuteLiveError {
  /** The seats it is about; empty when the server did not name them. */
  get seatIds(): readonly string[] {
    return seatIdsOf(this.detail);
  }
}

/** LMTKN: somebody else has `seatIds`. Nothing was held: choose others and hold again. */
export class SeatsTakenError extends SeatsError {}

/** LMSEA: the layout of the performance has no such seats, or the booking does not hold them. */
export class UnknownSeatsError extends SeatsError {}

/** LMSDP: a seat is named twice. */
export class DuplicateSeatsError extends LastMinuteLiveError {}

/** LMQTY: no seat, or more than the organization sells in one booking. */
export class QuantityError extends LastMinuteLiveError {}

/** LMFEW: fewer are left than wanted, or not side by side. `left` says how many, where that is known. */
export class FewLeftError extends LastMinuteLiveError {
  /** How many are left; null when they are, but not side by side. */
  get left(): number | null {
    const [, count] = /"left":\s*(\d+)/.exec(this.detail ?? "") ?? [];
    return count === undefined ? null : Number(count);
  }
}

/** LMCAP: as many are held, sold or kept back; `taken` says how many. */
export class CapacityTooLowError extends LastMinuteLiveError {
  /** How many are taken: it cannot be less. */
  get taken(): number | null {
    const [, count] = /"taken":\s*(\d+)/.exec(this.detail ?? "") ?? [];
    return count === undefined ? null : Number(count);
  }
}

/** LMCRS: you have as many open carts as the organization allows. */
export class TooManyCartsError extends LastMinuteLiveError {}

/** LMWLO: the event has no waiting list. */
export class NoWaitingListError extends LastMinuteLiveError {}

/** LMWLH: there is no need to wait: as many places are free. Hold them. */
export class PlacesFreeError extends LastMinuteLiveError {}

/** LMWLE: you wait for these places already, for another number of them. Leave first. */
export class AlreadyWaitingError extends LastMinuteLiveError {}

/** LMEVT: the event or its date is not published, postponed without a new date, over or canceled. */
export class EventNotOnSaleError extends LastMinuteLiveError {}

/** LMSAL: sales have not opened yet, or are closed; `detail` says since or from when. */
export class SalesClosedError extends LastMinuteLiveError {}

/** LMMBR: the category is for members of the organization. */
export class MembersOnlyError extends LastMinuteLiveError {}

/**
 * LMDSC: a discount code is refused; `detail` says why: `unknown`, `early`, `over`, `quantity`,
 * `subtotal`, `used_up` or `used_by_you`.
 */
export class DiscountRefusedError extends LastMinuteLiveError {}

/** LMMAX: one buyer gets no more tickets; `detail` says how many. Those that are being paid count. */
export class BuyerLimitError extends LastMinuteLiveError {}

// The booking.

/** LMNRF: tickets of this performance are not taken back, or not any more. */
export class NoRefundOfferedError extends LastMinuteLiveError {}

/** LMRFX: less than that is left of what was received; `detail` says how much. */
export class RefundTooLargeError extends LastMinuteLiveError {}

/** LMRFD: this was decided already, or the refund has not failed; `detail` is its status. */
export class RefundDecidedError extends LastMinuteLiveError {}

/** LMDSP: a dispute does not allow it: it is open, was answered, or is over; `detail` says which. */
export class DisputeError extends LastMinuteLiveError {}

/** LMAPV: a second person has to approve it. */
export class ApprovalNeededError extends LastMinuteLiveError {}
/** LMPLN: the payment plan is not for this booking, or there is not enough time for it any more. */
export class PaymentPlanError extends LastMinuteLiveError {}

/** LMAMT: a card cannot be charged so little, or so much; `detail` is the least that it can be, in the minor unit. */
export class CardAmountError extends LastMinuteLiveError {}

/** LMBKG: there is no such booking, it is not yours, or it is for another performance. */
export class BookingNotFoundError extends LastMinuteLiveError {}

/** LMBST: the booking has moved on, to the status in `detail`, and this is no longer possible. */
export class BookingStatusError extends LastMinuteLiveError {}

/** LMEXP: the hold has run out, and its seats are free for others. Hold again. */
export class HoldExpiredError extends LastMinuteLiveError {}

/** LMCON: an e-mail address is needed, where the tickets go; or yours is yet to be proven. */
export class ContactMissingError extends LastMinuteLiveError {}

/** LMRSK: a rule against fraud refuses it for now; which one is not told. Try later, or ask the organization. */
export class RefusedByRuleError extends LastMinuteLiveError {}

/** LMPER: the month of the books does not allow this; `detail` says why, or which. */
export class BooksMonthError extends LastMinuteLiveError {}

/** LMPOS: the payout's status, which `detail` is, does not allow it. */
export class PayoutStatusError extends LastMinuteLiveError {}

/** LMPOA: nothing can be paid out now; `detail` says why: `unverified`, `no_account`, `held` or `disputed`. */
export class PayoutRefusedError extends LastMinuteLiveError {}

/** LMPOE: there is nothing to pay out, or less than the minimum; `detail` is how much. It is carried over. */
export class NothingToPayOutError extends LastMinuteLiveError {}

/** LMCOR: the correction was decided on, as `detail` says. */
export class CorrectionDecidedError extends LastMinuteLiveError {}

/** LMALC: the alert is closed. */
export class AlertClosedError extends LastMinuteLiveError {}

/** LMIDK: the idempotency key was used for something else. Use a new one. */
export class IdempotencyKeyReusedError extends LastMinuteLiveError {}

// What an organizer sets up.

/** LMINP: an argument makes no sense; `detail` names it. */
export class InvalidInputError extends LastMinuteLiveError {}

/** LMTOK: a mailed token is unknown, used, or too old. Ask for a new one. */
export class MailedTokenError extends LastMinuteLiveError {}

/** LMTFA: the account has a second factor. Sign in with `code` or `recoveryCode`. */
export class CodeNeededError extends LastMinuteLiveError {}

/** LMTFC: the code is wrong, out of time, or was used. */
export class WrongCodeError extends LastMinuteLiveError {}

/** LMTFE: there is a second factor already. */
export class SecondFactorExistsError extends LastMinuteLiveError {}

/** LMTFU: second factors are not available here. */
export class SecondFactorUnavailableError extends LastMinuteLiveError {}

/** LMINV: the invitation is unknown, expired, used, revoked, or for another address. */
export class InvitationError extends LastMinuteLiveError {}

/** LMORG: the organization is suspended or banned. */
export class OrganizationNotActiveError extends LastMinuteLiveError {}

/** LMLIM: the organization's plan allows no more this month; `detail` names the limit. */
export class PlanLimitError extends LastMinuteLiveError {}

/** LMIMP: only the owner of an account may do this, not somebody in their name. */
export class ImpersonationError extends LastMinuteLiveError {}

/** LMOPN: money is on its way, so nobody is closed or forgotten; `detail` names the bookings. */
export class MoneyOnItsWayError extends LastMinuteLiveError {}

/** LMOWN: an organization would be left without an owner. */
export class LastOwnerError extends LastMinuteLiveError {}

/** LMRTE: too many requests in a minute. `detail` says after how many seconds to try again. */
export class TooManyRequestsError extends LastMinuteLiveError {}

/** LMSLG: the slug is taken. Choose another. */
export class SlugTakenError extends LastMinuteLiveError {}

/** LMCUR: not an ISO 4217 code that is known here. */
export class UnknownCurrencyError extends LastMinuteLiveError {}

/** LMTZN: not an IANA time zone. */
export class UnknownTimezoneError extends LastMinuteLiveError {}

/** LMHSH: the hash is not the SHA-256 of the document: it was changed on the way. */
export class LayoutHashError extends LastMinuteLiveError {}

/** LMLAY: the document is not a layout, or a seat of it lacks something; `detail` says where. */
export class MalformedLayoutError extends LastMinuteLiveError {}

/** LMXYR: a seat lies outside the plan, whose coordinates run from 0 to 1. */
export class SeatOutsidePlanError extends LastMinuteLiveError {}

/** LMDUP: two seats of a layout have the same place or the same id. */
export class DuplicateLayoutSeatError extends LastMinuteLiveError {}

/**
 * LMPUB: the event has no performance that is still to come, one that has nothing to sell, a seat without
 * exactly one ticket category, or a section that no layout has.
 */
export class NotPublishableError extends LastMinuteLiveError {}

/** LMVEN: the venue's status does not allow it, or performances are still to come there; `detail` lists them. */
export class VenueStatusError extends LastMinuteLiveError {}

/** LMMOV: seats that are sold, held or reserved have no counterpart in the other layout; `detail` lists them. */
export class SeatsWouldBeLostError extends LastMinuteLiveError {}

// At the door.

/** LMTUS: the ticket has been used. */
export class TicketUsedError extends LastMinuteLiveError {}

/** LMTVD: the ticket was canceled. */
export class TicketVoidError extends LastMinuteLiveError {}

/** LMTFO: the ticket is for another performance. */
export class TicketForOtherPerformanceError extends LastMinuteLiveError {}

/** LMTUK: the code belongs to no ticket of this organization. */
export class UnknownTicketError extends LastMinuteLiveError {}

/** LMTWG: the ticket is for another gate. */
export class WrongGateError extends LastMinuteLiveError {}

/** LMTPD: the performance is postponed, and has no day yet; the ticket stays good. */
export class TicketPostponedError extends LastMinuteLiveError {}

/** LMTEX: the performance is over. */
export class TicketExpiredError extends LastMinuteLiveError {}

/** LMTRP: the ticket was re-issued or handed on: another code opens the door. */
export class TicketReplacedError extends LastMinuteLiveError {}

/** LMTNI: nobody is inside with this ticket, so nobody goes out with it. */
export class NotInsideError extends LastMinuteLiveError {}

/** LMTDP: the buyer's bank disputes the payment of this ticket. */
export class TicketDisputedError extends LastMinuteLiveError {}

/** LMTRB: the ticket cannot be handed on, issued again or changed now; `detail` says why. */
export class TicketBoundError extends LastMinuteLiveError {}

/** LMDEV: this is for registered scanners. */
export class ScannerNeededError extends LastMinuteLiveError {}

// What should never be seen: the database refused to become inconsistent. Report it.

/** LMAPP: an attempt to change a record that is only ever added to. */
export class AppendOnlyError extends LastMinuteLiveError {}

/** LMBAL: entries of the ledger that do not sum to zero. */
export class LedgerBalanceError extends LastMinuteLiveError {}

/** LMSUM: amounts of a booking that are not the sum of its lines. */
export class BookingTotalsError extends LastMinuteLiveError {}

/** LMTRN: a move of a booking's status that does not exist. */
export class StatusTransitionError extends LastMinuteLiveError {}

/** LMREF: no free booking reference was found in 20 draws. */
export class BookingReferenceError extends LastMinuteLiveError {}

// The way there and back.

/** LMBSY: too many want the same thing at once, or the database is away or full. Nothing was done; try later. */
export class BusyError extends LastMinuteLiveError {}

/** LMUNK: the database went away at the last moment. Whether it was done is unknown: the same key does it once. */
export class OutcomeUnknownError extends LastMinuteLiveError {}

/** LMTMO: the server gave up because it took too long, and changed nothing. Ask for less at once. */
export class ServerTimeoutError extends LastMinuteLiveError {}

/** LMINT: the server failed, and keeps the reason to itself. Quote `message` to the operator. */
export class InternalError extends LastMinuteLiveError {}

/** LMCPX: the operation asks for too much at once. */
export class TooComplexError extends LastMinuteLiveError {}

/** LMDPT: the operation is nested too deeply. */
export class TooDeepError extends LastMinuteLiveError {}

/** LMPGS: a page of more than 100. */
export class PageSizeError extends LastMinuteLiveError {}

/** LMBIG: the request is longer than the server reads. */
export class RequestTooLargeError extends LastMinuteLiveError {}

// What only Stripe is told, when it calls the server's webhook.

/** LMWHK: the signature of a webhook is not Stripe's. */
export class WebhookSignatureError extends LastMinuteLiveError {}

/** LMWHM: a webhook of the other mode, test or live. */
export class WebhookModeError extends LastMinuteLiveError {}

/** LMWHT: the signature of a webhook is too old, or from the future. */
export class WebhookTimeError extends LastMinuteLiveError {}

// Without the server.

/** CONNECTION: there was no answer. Whether the server has done it is unknown. */
export class ConnectionError extends LastMinuteLiveError {}

/** TIMEOUT: the answer took too long. Whether the server has done it is unknown. */
export class TimeoutError extends LastMinuteLiveError {}

/** UNAVAILABLE: a 502, 503 or 504 from the server or a proxy before it. */
export class UnavailableError extends LastMinuteLiveError {}

/** ANSWER: what came back is not what was asked for, such as a proxy's page or a broken layout. */
export class UnexpectedAnswerError extends LastMinuteLiveError {}

/** A code that this version of the client does not know, or a failure the server keeps to itself. */
export class UnknownError extends LastMinuteLiveError {}

/** USAGE: the call was wrong before it was sent, such as a test card outside test mode. */
export class UsageError extends LastMinuteLiveError {}

// Paying.

/** Anything that keeps a payment from confirming its booking. */
export abstract class PaymentError extends LastMinuteLiveError {}

/** PAYMENT_DECLINED: the bank refused. The seats stay held: pay again until `expiresAt`. */
export class PaymentDeclinedError extends PaymentError {
  /** Why, in Stripe's words, such as `insufficient_funds`. See https://docs.stripe.com/declines/codes. */
  readonly declineCode: string;

  constructor(message: string, declineCode: string, details: Omit<ErrorDetails, "code"> = {}) {
    super(message, { ...details, code: "PAYMENT_DECLINED" });
    this.declineCode = declineCode;
  }
}

/** PAYMENT_ACTION: the bank wants to see the buyer, at `redirectUrl` when it has a page for that. */
export class PaymentActionRequiredError extends PaymentError {
  /** Where to send the buyer's browser; null when Stripe.js must show the challenge. */
  readonly redirectUrl: string | null;

  constructor(message: string, redirectUrl: string | null) {
    super(message, {
      code: "PAYMENT_ACTION",
      hint: "Send the buyer there, then call waitForConfirmation.",
    });
    this.redirectUrl = redirectUrl;
  }
}

/** PAYMENT_PENDING: the deadline passed before it was known how it ends. It may still succeed. */
export class PaymentPendingError extends PaymentError {}

/** PAYMENT_LOST: the booking ended while it was paid for. What was paid is returned. */
export class PaymentLostError extends PaymentError {}

type ErrorClass = new (message: string, details: ErrorDetails) => LastMinuteLiveError;

/** The class of each code of docs/errors.md. A test proves that none is missing. */
export const ERROR_CLASSES: ReadonlyMap<string, ErrorClass> = new Map<string, ErrorClass>([
  ["LMAPV", ApprovalNeededError],
  ["LMADM", LastAdminError],
  ["LMALC", AlertClosedError],
  ["LMAPP", AppendOnlyError],
  ["LMAUT", NotSignedInError],
  ["LMBAL", LedgerBalanceError],
  ["LMBIG", RequestTooLargeError],
  ["LMBKG", BookingNotFoundError],
  ["LMBST", BookingStatusError],
  ["LMBSY", BusyError],
  ["LMCON", ContactMissingError],
  ["LMCOR", CorrectionDecidedError],
  ["LMCPX", TooComplexError],
  ["LMCRD", WrongCredentialsError],
  ["LMCRT", CartTokenError],
  ["LMCUR", UnknownCurrencyError],
  ["LMDPT", TooDeepError],
  ["LMDUP", DuplicateLayoutSeatError],
  ["LMEML", EmailTakenError],
  ["LMEVT", EventNotOnSaleError],
  ["LMEXP", HoldExpiredError],
  ["LMGST", AccountRequiredError],
  ["LMHSH", LayoutHashError],
  ["LMIDK", IdempotencyKeyReusedError],
  ["LMINP", InvalidInputError],
  ["LMINT", InternalError],
  ["LMLAY", MalformedLayoutError],
  ["LMLCK", AccountLockedError],
  ["LMMOV", SeatsWouldBeLostError],
  ["LMMAX", BuyerLimitError],
  ["LMMBR", MembersOnlyError],
  ["LMDSC", DiscountRefusedError],
  ["LMNFD", NotFoundError],
  ["LMNRF", NoRefundOfferedError],
  ["LMPGS", PageSizeError],
  ["LMPLN", PaymentPlanError],
  ["LMAMT", CardAmountError],
  ["LMPUB", NotPublishableError],
  ["LMPWD", WeakPasswordError],
  ["LMQTY", QuantityError],
  ["LMRFD", RefundDecidedError],
  ["LMDSP", DisputeError],
  ["LMRFX", RefundTooLargeError],
  ["LMRSK", RefusedByRuleError],
  ["LMREF", BookingReferenceError],
  ["LMRGT", NotAllowedError],
  ["LMSAL", SalesClosedError],
  ["LMSDP", DuplicateSeatsError],
  ["LMSEA", UnknownSeatsError],
  ["LMSES", SessionEndedError],
  ["LMTOK", MailedTokenError],
  ["LMTFA", CodeNeededError],
  ["LMTFC", WrongCodeError],
  ["LMFEW", FewLeftError],
  ["LMCAP", CapacityTooLowError],
  ["LMCRS", TooManyCartsError],
  ["LMWLO", NoWaitingListError],
  ["LMWLH", PlacesFreeError],
  ["LMWLE", AlreadyWaitingError],
  ["LMTFE", SecondFactorExistsError],
  ["LMTFU", SecondFactorUnavailableError],
  ["LMINV", InvitationError],
  ["LMORG", OrganizationNotActiveError],
  ["LMLIM", PlanLimitError],
  ["LMIMP", ImpersonationError],
  ["LMOPN", MoneyOnItsWayError],
  ["LMOWN", LastOwnerError],
  ["LMPER", BooksMonthError],
  ["LMPOA", PayoutRefusedError],
  ["LMPOE", NothingToPayOutError],
  ["LMPOS", PayoutStatusError],
  ["LMRTE", TooManyRequestsError],
  ["LMSLG", SlugTakenError],
  ["LMSTF", StaffAccountError],
  ["LMSUM", BookingTotalsError],
  ["LMDEV", ScannerNeededError],
  ["LMTEX", TicketExpiredError],
  ["LMTNI", NotInsideError],
  ["LMTPD", TicketPostponedError],
  ["LMTDP", TicketDisputedError],
  ["LMTRB", TicketBoundError],
  ["LMTRP", TicketReplacedError],
  ["LMTWG", WrongGateError],
  ["LMTFO", TicketForOtherPerformanceError],
  ["LMTKN", SeatsTakenError],
  ["LMTMO", ServerTimeoutError],
  ["LMTRN", StatusTransitionError],
  ["LMTUK", UnknownTicketError],
  ["LMTUS", TicketUsedError],
  ["LMTVD", TicketVoidError],
  ["LMTZN", UnknownTimezoneError],
  ["LMUNK", OutcomeUnknownError],
  ["LMVEN", VenueStatusError],
  ["LMWHK", WebhookSignatureError],
  ["LMWHM", WebhookModeError],
  ["LMWHT", WebhookTimeError],
  ["LMXYR", SeatOutsidePlanError],
]);

/** The error of a code; {@link UnknownError} when this version does not know it. */
export function errorOf(message: string, details: ErrorDetails): LastMinuteLiveError {
  const Class = ERROR_CLASSES.get(details.code) ?? UnknownError;
  return new Class(message, details);
}

/** Reads `{"seat_ids": [...]}`, in which the server names seats. */
function seatIdsOf(detail: string | null): readonly string[] {
  if (detail === null) return [];
  let value: unknown;
  try {
    value = JSON.parse(detail);
  } catch {
    return [];
  }
  if (typeof value !== "object" || value === null || !("seat_ids" in value)) return [];
  const ids: unknown = value.seat_ids;
  return Array.isArray(ids) ? ids.filter((id): id is string => typeof id === "string") : [];
}
