import type { ListOptions } from "../caller.ts";
import {
  type AccountingPeriodFragment,
  AccountingPeriodsDocument,
  ClosePeriodDocument,
  type LedgerCorrectionFragment,
  PostCorrectionDocument,
  RejectCorrectionDocument,
  ReopenPeriodDocument,
  RequestCorrectionDocument,
  SetBooksTimezoneDocument,
  StartClosingPeriodDocument,
  StatementCsvDocument,
  StatementDocument,
  type StatementQuery,
  TrialBalanceDocument,
  type TrialBalanceQuery,
} from "../generated.ts";
import { type Ref, idOf } from "../models.ts";
import type { Paged } from "../pages.ts";
import { type CallOptions, type KeyedCallOptions, present } from "../transport.ts";
import { DoorCalls } from "./door.ts";

/** A month of the books of an organization. */
export type AccountingPeriod = AccountingPeriodFragment;

/** A correction of the books, and what became of it. */
export type LedgerCorrection = LedgerCorrectionFragment;

/** A line of a statement; its amount is positive on the account's own side. */
export type StatementLine = NonNullable<StatementQuery["statement"]>["nodes"][number];

/** The balance of an account, on its side. */
export type TrialBalanceLine = NonNullable<TrialBalanceQuery["trialBalance"]>["nodes"][number];

/** A month, by any of its days such as `2026-11-01`, or from a moment to a later one. */
export type StatementRange =
  { readonly period: string } | { readonly fromAt: string; readonly toAt: string };

/** The organization's books. */
export abstract class BookCalls extends DoorCalls {
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
    return this.list(options, async (first, after) => {
      const variables = { organizationId: idOf(organization), ...range, first, after };
      return present((await this.call(StatementDocument, variables, options)).statement);
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
    return present((await this.call(StatementCsvDocument, variables, options)).statementCsv);
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
    return this.list(options, async (first, after) => {
      const variables = { organizationId: idOf(organization), asOf: options.asOf, first, after };
      return present((await this.call(TrialBalanceDocument, variables, options)).trialBalance);
    });
  }

  /** The months of the books of an organization in which you have `payments.read`. */
  accountingPeriods(organization: Ref, options: ListOptions = {}): Paged<AccountingPeriod> {
    return this.list(options, async (first, after) => {
      const variables = { condition: { organizationId: idOf(organization) }, first, after };
      const data = await this.call(AccountingPeriodsDocument, variables, options);
      return present(data.accountingPeriods);
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
    const data = await this.call(StartClosingPeriodDocument, variables, options);
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
    const data = await this.call(ReopenPeriodDocument, variables, options);
    return present(data.reopenPeriod).accountingPeriod;
  }

  /**
   * Closes a month for good, when it has ended, balances, nothing in it is open, and all before it are closed. Movements that
   * were not compared with Stripe have to be accepted. Needs `books.manage`.
   *
   * @throws BooksMonthError, NotFoundError, NotAllowedError, LedgerBalanceError
   */
  async closePeriod(
    organization: Ref,
    period: string,
    options: CallOptions & { readonly acceptUnreconciled?: boolean | undefined } = {},
  ): Promise<AccountingPeriod> {
    const { acceptUnreconciled } = options;
    const variables = { input: { organizationId: idOf(organization), period, acceptUnreconciled } };
    const data = await this.call(ClosePeriodDocument, variables, options);
    return present(data.closePeriod).accountingPeriod;
  }

  /**
   * In which time zone the months of the books end, from the next one that is opened. Needs `books.manage`.
   *
   * @throws UnknownTimezoneError, NotFoundError, NotAllowedError, InvalidInputError
   */
  async setBooksTimezone(
    organization: Ref,
    timezone: string,
    options?: CallOptions,
  ): Promise<string> {
    const variables = { input: { organizationId: idOf(organization), timezone } };
    const data = await this.call(SetBooksTimezoneDocument, variables, options);
    return present(data.setBooksTimezone).organizationSetting.booksTimezone;
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
    const data = await this.callWithKey(
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
   * @throws CorrectionDecidedError, NotFoundError, NotAllowedError, LedgerBalanceError
   */
  async postCorrection(correction: Ref, options?: CallOptions): Promise<LedgerCorrection> {
    const variables = { input: { correctionId: idOf(correction) } };
    const data = await this.callOnce(PostCorrectionDocument, variables, options);
    return present(data.postCorrection).ledgerCorrection;
  }

  /**
   * Rejects a correction that somebody else has asked for. For the platform's support.
   *
   * @throws CorrectionDecidedError, NotFoundError, NotAllowedError
   */
  async rejectCorrection(correction: Ref, options?: CallOptions): Promise<LedgerCorrection> {
    const variables = { input: { correctionId: idOf(correction) } };
    const data = await this.callOnce(RejectCorrectionDocument, variables, options);
    return present(data.rejectCorrection).ledgerCorrection;
  }
}
