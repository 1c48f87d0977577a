import type { ListOptions } from "../caller.ts";
import {
  AcceptDisputeDocument,
  type DisputeFragment,
  type DisputeResponseFragment,
  DisputeResponsesDocument,
  DisputesDocument,
  PrepareDisputeEvidenceDocument,
  SubmitDisputeEvidenceDocument,
} from "../generated.ts";
import { type Ref, idOf } from "../models.ts";
import type { Paged } from "../pages.ts";
import { type CallOptions, type KeyedCallOptions, present } from "../transport.ts";
import { RefundCalls } from "./refunds.ts";

/** A buyer's bank takes a payment back, or asks about it. */
export type Dispute = DisputeFragment;

/** Evidence for a bank, by Stripe's names, such as `access_activity_log`. */
export type DisputeEvidence = Readonly<Record<string, string>>;

/** What was answered to a dispute. */
export type DisputeResponse = Omit<DisputeResponseFragment, "evidence"> & {
  readonly evidence: DisputeEvidence;
};

/** Payments that a buyer has had reversed by the bank. */
export abstract class DisputeCalls extends RefundCalls {
  /** Disputes of the organizations in which you have `payments.read`, the oldest first. */
  disputes(
    filter: {
      readonly organizationId?: string | undefined;
      readonly bookingId?: string | undefined;
      readonly status?: Dispute["status"] | undefined;
    } = {},
    options: ListOptions = {},
  ): Paged<Dispute> {
    return this.list(options, async (first, after) => {
      const variables = { first, after, condition: filter };
      return present((await this.call(DisputesDocument, variables, options)).disputes);
    });
  }

  /** What was answered to a dispute, the oldest first. Needs `disputes.manage`. */
  disputeResponses(dispute: Ref, options: ListOptions = {}): Paged<DisputeResponse> {
    return this.list(options, async (first, after) => {
      const variables = { first, after, condition: { disputeId: idOf(dispute) } };
      const data = await this.call(DisputeResponsesDocument, variables, options);
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
    const data = await this.call(PrepareDisputeEvidenceDocument, variables, options);
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
    const data = await this.callWithKey(SubmitDisputeEvidenceDocument, input, options);
    return responseOf(present(data.submitDisputeEvidence).disputeResponse);
  }

  /**
   * Gives a dispute up: the buyer keeps the money. It cannot be undone. Needs `disputes.manage`.
   *
   * @throws DisputeError, NotFoundError, NotAllowedError, InvalidInputError
   */
  async acceptDispute(dispute: Ref, options: KeyedCallOptions = {}): Promise<DisputeResponse> {
    const input = { disputeId: idOf(dispute) };
    const data = await this.callWithKey(AcceptDisputeDocument, input, options);
    return responseOf(present(data.acceptDispute).disputeResponse);
  }
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
