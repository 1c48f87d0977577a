import {
  type LastMinuteLiveError,
  PaymentDeclinedError,
  PaymentLostError,
  PaymentPendingError,
  errorOf,
} from "../errors.ts";
import {
  ChoosePaymentDocument,
  OpenPaymentDocument,
  PaymentProgressDocument,
  type PaymentProgressQuery,
  type PaymentSessionFragment,
  RemovePaymentMethodDocument,
  type SavedCardFragment,
  SavedCardsDocument,
} from "../generated.ts";
import { type Booking, type Ref, idOf } from "../models.ts";
import { all } from "../pages.ts";
import {
  type PaymentMethod,
  type PaymentsConfig,
  confirmPayment,
  paymentMethodId,
  readPaymentsConfig,
} from "../payments.ts";
import { type CallOptions, present } from "../transport.ts";
import { AddOnCalls } from "./add-ons.ts";
import { bookingNotFound } from "./bookings.ts";

/** The payment of a booking as its buyer may see it. */
export type PaymentSession = PaymentSessionFragment;

/** A card that a user keeps for the next payment to an organization. Its number is with Stripe alone. */
export type SavedCard = Pick<SavedCardFragment, "brand" | "expMonth" | "expYear" | "last4"> & {
  readonly id: string;
  readonly organizationId: string;
  readonly createdAt: string;
};

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

/** The states of a payment in which the buyer has done what there is to do. */
const settled: ReadonlySet<string> = new Set(["succeeded", "processing", "authorized"]);

const POLL_MS = 100;
const POLL_MS_MAX = 1_000;

/** Paying for a booking. */
export abstract class PaymentCalls extends AddOnCalls {
  #payments: PaymentsConfig | null = null;

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
    const data = await this.call(ChoosePaymentDocument, { input }, options);
    return present(data.choosePayment).isKept;
  }

  /** The cards that the user keeps, with all organizations or with one, the newest first. */
  async savedCards(organization?: Ref, options?: CallOptions): Promise<readonly SavedCard[]> {
    const organizationId = organization === undefined ? null : idOf(organization);
    const cards = await all(async (after) =>
      present(
        (await this.call(SavedCardsDocument, { organizationId, after }, options)).myPaymentMethods,
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
    const data = await this.call(RemovePaymentMethodDocument, variables, options);
    return savedCard(present(data.removePaymentMethod?.savedPaymentMethod));
  }

  /**
   * Pays for a booking whose checkout has started, and waits until it is confirmed; with a card that
   * is only authorized, until it is `pending_approval`. After a
   * {@link PaymentDeclinedError} pay again with another card, as long as the seats are held. Paying
   * for a booking that is paid for returns it, and so does one of whose installments none is open:
   * {@link openPayment} opens the next.
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
        this.transport,
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
   * is received: the booking is `partially_paid` until the last one. One that is authorized makes its
   * booking `pending_approval`. Stripe tells the server, which
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
      if (status === "pending_approval" && session?.status === "authorized") return true;
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
    return (await this.call(PaymentProgressDocument, variables, options)).paymentSession;
  }

  /**
   * Opens the payment of what is due next, unless one is open: another attempt after one that has
   * failed or was canceled, or the next installment. Then `pay`.
   *
   * @throws BookingStatusError, HoldExpiredError, BookingNotFoundError, NotAllowedError, PaymentPlanError
   */
  async openPayment(booking: Ref, options?: CallOptions): Promise<PaymentSession> {
    const variables = { input: { bookingId: idOf(booking) } };
    const data = await this.call(OpenPaymentDocument, variables, options);
    return present(data.openPayment).paymentSession;
  }

  async #paymentsConfig(options: CallOptions): Promise<PaymentsConfig> {
    this.#payments ??= await this.transport.get("/payments/config", readPaymentsConfig, options);
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
      if (session !== null && settled.has(session.status ?? "")) return null;
      if (booking.status !== "pending_payment" && booking.status !== "partially_paid") {
        throw notPayable(booking.status);
      }
      if (session?.status === "failed") throw notOpened(session);
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
      const data = await this.call(PaymentProgressDocument, { bookingId }, options);
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
      await this.transport.sleep(wait, options.signal);
    }
  }
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

/** Stripe has refused to open the payment: no card will ever do. */
function notOpened({ failureCode, failureMessage }: PaymentSession): PaymentDeclinedError {
  return new PaymentDeclinedError(
    failureMessage ?? "Stripe has refused the payment.",
    failureCode ?? "unknown",
    { hint: "Open another one with openPayment, or ask the organization." },
  );
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
