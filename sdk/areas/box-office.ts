import {
  CheckoutForCustomerDocument,
  HoldForCustomerDocument,
  RecordBoxOfficeRefundDocument,
  type StaffPayment,
  TakePaymentDocument,
} from "../generated.ts";
import { type Booking, type Ref, idOf } from "../models.ts";
import { type CallOptions, type KeyedCallOptions, present } from "../transport.ts";
import { InstallmentCalls } from "./installments.ts";

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

/** Selling to somebody who stands in front of the counter, or calls. */
export abstract class BoxOfficeCalls extends InstallmentCalls {
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
    const data = await this.callWithKey(HoldForCustomerDocument, input, options);
    return await this.withAllItems(present(data.holdForCustomer).booking, options);
  }

  /**
   * Sells what was held for a customer: by a link that is mailed, for cash or by the terminal, on
   * invoice, or complimentary, with a note. Needs `bookings.sell`.
   *
   * @throws BookingStatusError, HoldExpiredError, QuantityError, BuyerLimitError, EventNotOnSaleError,
   * SalesClosedError, CardAmountError (by link), InvalidInputError, NotFoundError, NotAllowedError,
   * IdempotencyKeyReusedError, PlanLimitError, PaymentPlanError
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
    const data = await this.callWithKey(CheckoutForCustomerDocument, input, options);
    return await this.withAllItems(present(data.checkoutForCustomer).booking, options);
  }

  /**
   * Takes what is due of a booking without Stripe: an invoice, the next installment, or a price that
   * is being paid. Needs `bookings.sell`.
   *
   * @throws BookingStatusError, HoldExpiredError, NotFoundError, NotAllowedError, IdempotencyKeyReusedError,
   * InvalidInputError
   */
  async takePayment(
    booking: Ref,
    method: "cash" | "terminal" | "invoice",
    options: KeyedCallOptions = {},
  ): Promise<Booking> {
    const data = await this.callWithKey(
      TakePaymentDocument,
      { bookingId: idOf(booking), method },
      options,
    );
    return await this.withAllItems(present(data.takePayment).booking, options);
  }

  /**
   * Records that a refund of what was paid without Stripe was handed out. Needs `bookings.manage`.
   *
   * @throws BookingStatusError, NotFoundError, NotAllowedError
   */
  async recordBoxOfficeRefund(refund: Ref, options?: CallOptions): Promise<void> {
    const variables = { input: { refundId: idOf(refund) } };
    await this.call(RecordBoxOfficeRefundDocument, variables, options);
  }
}
