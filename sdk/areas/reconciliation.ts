import type { ListOptions } from "../caller.ts";
import {
  type PaymentFindingFragment,
  PaymentFindingsDocument,
  type PaymentTransactionFragment,
  PaymentTransactionsDocument,
  type ReconciliationResultFragment,
  ReconciliationResultsDocument,
  type ReconciliationRunFragment,
  ReconciliationRunsDocument,
  BookPartialCaptureDocument,
  ResolvePaymentFindingDocument,
} from "../generated.ts";
import { type Ref, idOf } from "../models.ts";
import type { Paged } from "../pages.ts";
import { type CallOptions, present } from "../transport.ts";
import { BookCalls } from "./books.ts";

/** A movement of money at Stripe; what came is positive. */
export type PaymentTransaction = PaymentTransactionFragment;

/** A comparison of the books with Stripe. */
export type ReconciliationRun = ReconciliationRunFragment;

/** What a comparison found of an organization in a currency, from the beginning on. */
export type ReconciliationResult = ReconciliationResultFragment;

/** What contradicts the books or was not asked for. */
export type PaymentFinding = PaymentFindingFragment;

/** Comparing the books with what Stripe says. */
export abstract class ReconciliationCalls extends BookCalls {
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
    return this.list(options, async (first, after) => {
      const variables = { condition: filter, first, after };
      const data = await this.call(PaymentTransactionsDocument, variables, options);
      return present(data.paymentTransactions);
    });
  }

  /** Comparisons of the books with Stripe, the newest first. Needs `payments.read` somewhere. */
  reconciliationRuns(options: ListOptions = {}): Paged<ReconciliationRun> {
    return this.list(options, async (first, after) => {
      const data = await this.call(ReconciliationRunsDocument, { first, after }, options);
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
    return this.list(options, async (first, after) => {
      const variables = { condition: filter, first, after };
      const data = await this.call(ReconciliationResultsDocument, variables, options);
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
    return this.list(options, async (first, after) => {
      const variables = { condition: filter, first, after };
      const data = await this.call(PaymentFindingsDocument, variables, options);
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
    const data = await this.call(ResolvePaymentFindingDocument, variables, options);
    return present(data.resolvePaymentFinding).paymentFinding;
  }

  /**
   * Books a part of an authorized payment that somebody has charged by hand at Stripe, of which a finding of the kind
   * `event_amount_differs` tells, and returns it to the buyer, whose order waits on. Closes the finding. Repeating it
   * is harmless. Needs `payments.manage`.
   *
   * @throws InvalidInputError, BookingNotFoundError, NotAllowedError
   */
  async bookPartialCapture(
    finding: Ref,
    note: string,
    options?: CallOptions,
  ): Promise<PaymentFinding> {
    const variables = { input: { findingId: idOf(finding), note } };
    const data = await this.call(BookPartialCaptureDocument, variables, options);
    return present(data.bookPartialCapture).paymentFinding;
  }
}
