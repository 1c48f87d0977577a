import {
  ChoosePaymentPlanDocument,
  CreatePaymentPlanDocument,
  type InstallmentStatus,
  InstallmentsDocument,
  type OverdueAction,
  type PaymentPlanBasis,
  type PaymentPlanFragment,
  PaymentPlansDocument,
  QuotePaymentPlanDocument,
  RetirePaymentPlanDocument,
} from "../generated.ts";
import { type Booking, type Ref, idOf } from "../models.ts";
import { formatCents } from "../money.ts";
import { NOTHING, all } from "../pages.ts";
import { type CallOptions, type KeyedCallOptions, present } from "../transport.ts";
import { PaymentCalls } from "./payments.ts";

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

/** Paying in parts. */
export abstract class InstallmentCalls extends PaymentCalls {
  /** The plans by which bookings of an event may be paid in parts, retired ones too. */
  async paymentPlans(event: Ref, options?: CallOptions): Promise<readonly PaymentPlan[]> {
    const eventId = idOf(event);
    return await all(async (after) => {
      const found = await this.call(PaymentPlansDocument, { eventId, after }, options);
      return found.event?.paymentPlans ?? NOTHING;
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
    const data = await this.call(QuotePaymentPlanDocument, variables, options);
    return present(data.quotePaymentPlan).nodes.map(({ installmentNo, dueAt, amountCents }) => ({
      installmentNo: present(installmentNo),
      dueAt: present(dueAt),
      amountCents: present(amountCents),
    }));
  }

  /**
   * Has a booking paid by a plan, or, with null, at once: until something of it is paid.
   *
   * @throws BookingNotFoundError, BookingStatusError, HoldExpiredError, NotFoundError, PaymentPlanError,
   * CardAmountError
   */
  async choosePaymentPlan(booking: Ref, plan: Ref | null, options?: CallOptions): Promise<Booking> {
    const input = {
      bookingId: idOf(booking),
      paymentPlanId: plan === null ? null : idOf(plan),
    };
    const data = await this.call(ChoosePaymentPlanDocument, { input }, options);
    return await this.withAllItems(present(data.choosePaymentPlan).booking, options);
  }

  /** The parts in which a booking is paid, deposit first; none when it is paid at once. */
  async installments(booking: Ref, options?: CallOptions): Promise<readonly Installment[]> {
    const data = await this.call(InstallmentsDocument, { bookingId: idOf(booking) }, options);
    return present(data.bookingPaymentSchedules).nodes.toSorted(
      (a, b) => a.installmentNo - b.installmentNo,
    );
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
    const data = await this.callWithKey(CreatePaymentPlanDocument, priced, options);
    return present(data.createPaymentPlan).paymentPlan;
  }

  /**
   * Offers a plan no longer; bookings that have chosen it keep it. Needs `events.manage`.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async retirePaymentPlan(plan: Ref, options?: CallOptions): Promise<PaymentPlan> {
    const variables = { input: { paymentPlanId: idOf(plan) } };
    const data = await this.call(RetirePaymentPlanDocument, variables, options);
    return present(data.retirePaymentPlan).paymentPlan;
  }
}
