import type { ListOptions } from "../caller.ts";
import {
  AddFraudAlertNoteDocument,
  ApproveFraudReviewDocument,
  AssignFraudAlertDocument,
  CreateFraudRuleDocument,
  type FraudAlertFragment,
  FraudAlertsDocument,
  type FraudRuleFragment,
  type FraudRuleType,
  type FraudStage,
  RejectFraudReviewDocument,
  ResolveFraudAlertDocument,
  SetFraudRuleEnabledDocument,
  TryFraudRuleDocument,
  type TryFraudRuleQuery,
} from "../generated.ts";
import { type Booking, type Ref, idOf } from "../models.ts";
import { formatCents } from "../money.ts";
import type { Paged } from "../pages.ts";
import { type CallOptions, type KeyedCallOptions, present } from "../transport.ts";
import { PayoutCalls } from "./payouts.ts";

/** What is suspicious, and what then follows. */
export type FraudRule = FraudRuleFragment;

/** A booking that a rule has caught. */
export type FraudAlert = FraudAlertFragment;

/** A booking that a rule would have caught. */
export type FraudCatch = NonNullable<TryFraudRuleQuery["tryFraudRule"]>["nodes"][number];

/** What a rule asks. Which thresholds it has depends on its type: see docs/risk.md. */
export interface FraudQuestion {
  readonly ruleType?: FraudRuleType | undefined;
  /** When it is asked. Default: `checkout`. */
  readonly stage?: FraudStage | undefined;
  /** It fires at this many, with the one at hand. */
  readonly triggerCount?: number | undefined;
  readonly windowSeconds?: number | undefined;
  /** In the minor unit of `amountCurrency`. */
  readonly amountCents?: number | undefined;
  readonly amountCurrency?: string | undefined;
}

/** Rules against fraud, and what they found. */
export abstract class RiskCalls extends PayoutCalls {
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
    const data = await this.callWithKey(CreateFraudRuleDocument, withAmountAsText(input), options);
    return present(data.createFraudRule).fraudDetectionRule;
  }

  /**
   * Lets a rule be asked, or not any more.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError
   */
  async setFraudRuleEnabled(
    rule: Ref,
    isEnabled: boolean,
    options?: CallOptions,
  ): Promise<FraudRule> {
    const variables = { input: { ruleId: idOf(rule), isEnabled } };
    const data = await this.call(SetFraudRuleEnabledDocument, variables, options);
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
    return this.list(options, async (first, after) => {
      const variables = { ...withAmountAsText(input), first, after };
      return present((await this.call(TryFraudRuleDocument, variables, options)).tryFraudRule);
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
    return this.list(options, async (first, after) => {
      const variables = { condition: filter, first, after };
      return present((await this.call(FraudAlertsDocument, variables, options)).fraudAlerts);
    });
  }

  /**
   * Ends the investigation of an alert; the booking stays as it is. Needs `risk.manage`. Not repeated when its answer is lost,
   * because the second attempt would find it closed.
   *
   * @throws AlertClosedError, NotFoundError, NotAllowedError, InvalidInputError
   */
  async resolveFraudAlert(
    alert: Ref,
    resolution: NonNullable<FraudAlert["resolution"]>,
    options: CallOptions & { readonly note?: string | undefined } = {},
  ): Promise<FraudAlert> {
    const variables = { input: { alertId: idOf(alert), resolution, note: options.note } };
    const data = await this.callOnce(ResolveFraudAlertDocument, variables, options);
    return present(data.resolveFraudAlert).fraudAlert;
  }

  /**
   * Accepts a booking under review (`fraud_hold`): its buyer may pay. Needs `risk.manage`, and somebody other than the buyer.
   * Not repeated when its answer is lost.
   *
   * @throws BookingStatusError, HoldExpiredError, NotFoundError, NotAllowedError, OrganizationNotActiveError,
   * EventNotOnSaleError, InvalidInputError
   */
  async approveFraudReview(
    booking: Ref,
    options: CallOptions & { readonly note?: string | undefined } = {},
  ): Promise<Booking> {
    const variables = { input: { bookingId: idOf(booking), note: options.note } };
    const data = await this.callOnce(ApproveFraudReviewDocument, variables, options);
    return await this.withAllItems(present(data.approveFraudReview).booking, options);
  }

  /**
   * Cancels a booking under review and frees its seats. Needs `risk.manage`, and somebody other than the buyer. Not repeated
   * when its answer is lost.
   *
   * @throws BookingStatusError, NotFoundError, NotAllowedError, InvalidInputError
   */
  async rejectFraudReview(
    booking: Ref,
    options: CallOptions & { readonly note?: string | undefined } = {},
  ): Promise<Booking> {
    const variables = { input: { bookingId: idOf(booking), note: options.note } };
    const data = await this.callOnce(RejectFraudReviewDocument, variables, options);
    return await this.withAllItems(present(data.rejectFraudReview).booking, options);
  }

  /**
   * Gives an alert to a member with `risk.read`, or back with null. Needs `risk.manage`.
   *
   * @throws AlertClosedError, InvalidInputError (no such member), NotFoundError, NotAllowedError
   */
  async assignFraudAlert(alert: Ref, user: Ref | null, options?: CallOptions): Promise<FraudAlert> {
    const input = { alertId: idOf(alert), userId: user === null ? null : idOf(user) };
    const data = await this.call(AssignFraudAlertDocument, { input }, options);
    return present(data.assignFraudAlert).fraudAlert;
  }

  /**
   * Adds a note to an alert, which nobody can change later. Needs `risk.manage`. Not repeated when its answer is lost.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError
   */
  async addFraudAlertNote(alert: Ref, note: string, options?: CallOptions): Promise<void> {
    const variables = { input: { alertId: idOf(alert), note } };
    await this.callOnce(AddFraudAlertNoteDocument, variables, options);
  }
}

/** A question of a rule as it is sent: amounts travel as text. */
function withAmountAsText<Question extends FraudQuestion>({
  amountCents,
  ...rest
}: Question): Omit<Question, "amountCents"> & { readonly amountCents?: string } {
  return amountCents === undefined ? rest : { ...rest, amountCents: formatCents(amountCents) };
}
