import { createHash } from "node:crypto";
import type { JobHelpers } from "graphile-worker";
import type Stripe from "stripe";
import { callFunction, callOn } from "./context.ts";
import { failureOf, isRefusal } from "./stripe.ts";

/** What a function `app_private.prepare_...` says is to be asked of Stripe. */
export interface PreparedCall {
  /** The same for every attempt, so that Stripe carries out one of them. */
  readonly idempotency_key: string;
  /** Whether what it is about is older than Stripe's memory of keys. */
  readonly may_be_forgotten?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly organization_id?: string;
}

/** One kind of call: how it is prepared, made, found again, and remembered. */
export interface StripeCall<Request extends PreparedCall, Answer> {
  /** `<object>.<verb>`: its task is `<object>__<verb>`, with a payload of `<object>_id`. */
  readonly purpose: string;
  /** The row that it is about. */
  readonly subjectId: string;
  /** The function of app_private that says what to ask; null: nothing any more. */
  readonly prepare: string;
  /** What is sent: its hash is kept, and one key never stands for two. */
  readonly params: (request: Request) => object;
  /** Makes the call. */
  readonly send: (request: Request, options: Stripe.RequestOptions) => Promise<Answer>;
  /** Looks for what an earlier attempt has made whose key Stripe may have forgotten. */
  readonly find?: (request: Request) => Promise<Answer | undefined>;
  /** What remembers the answer; null: an event tells what it means. */
  readonly record: (answer: Answer) => FunctionCall | null;
  /** The same for a refusal, which is final. Without it a refusal is an error, and tried again. */
  readonly recordRefusal?: (error: Stripe.errors.StripeError) => FunctionCall;
}

/** A function of app_private and its arguments. */
export type FunctionCall = readonly [name: string, ...values: readonly unknown[]];

interface Begun {
  readonly call_id: string;
  readonly is_postponed?: boolean;
  readonly may_be_forgotten?: boolean;
  readonly is_changed?: boolean;
}

/**
 * Asks Stripe for something once, wherever the worker dies: a row is committed before the call, and its outcome together
 * with what it means. Failures that pass (no network, an outage, too many requests) are waited out: the job ends, and
 * another one comes later, so that no outage ever uses its attempts up.
 */
export async function callStripe<
  Request extends PreparedCall,
  Answer extends { readonly id: string | null },
>(helpers: JobHelpers, call: StripeCall<Request, Answer>): Promise<void> {
  const { purpose, subjectId } = call;
  const request = await callFunction<Request | null>(helpers, call.prepare, subjectId);
  if (request === null) {
    await callFunction(helpers, "overtake_stripe_calls", purpose, subjectId);
    return;
  }
  const begun = await callFunction<Begun>(
    helpers,
    "begin_stripe_call",
    request.organization_id ?? request.metadata?.["lml_organization_id"],
    purpose,
    subjectId,
    request.idempotency_key,
    hashOf(call.params(request)),
  );
  if (begun.is_postponed === true) return;
  const since = performance.now();
  const took = (): number => Math.round(performance.now() - since);
  try {
    const answer = await ask(call, request, begun);
    if (answer === undefined) {
      await callFunction(helpers, "find_changed_stripe_call", begun.call_id);
      await postpone(helpers, begun, { isOutage: false, code: "request_changed" }, took());
      return;
    }
    await end(helpers, begun, call.record(answer), {
      status: "succeeded",
      stripeId: answer.id,
      requestId: requestIdOf(answer),
      milliseconds: took(),
    });
  } catch (error) {
    await endFailed(helpers, call, begun, error, took());
  }
}

/** A refusal ends the call, what passes postpones it, and anything else is thrown again. */
async function endFailed<Request extends PreparedCall, Answer>(
  helpers: JobHelpers,
  { purpose, subjectId, recordRefusal }: StripeCall<Request, Answer>,
  begun: Begun,
  error: unknown,
  milliseconds: number,
): Promise<void> {
  if (isRefusal(error)) {
    if (recordRefusal === undefined) throw error;
    await end(helpers, begun, recordRefusal(error), { status: "refused", error, milliseconds });
    return;
  }
  const cause = error instanceof LookupFailure ? error.cause : error;
  const failure = failureOf(cause);
  if (failure === undefined) throw cause;
  helpers.logger.warn(`${purpose} of ${subjectId} has to wait: ${failure.code}`);
  await postpone(helpers, begun, failure, milliseconds);
}

/** A lookup that is refused says nothing about what was to be made. */
class LookupFailure extends Error {}

async function ask<Request extends PreparedCall, Answer>(
  { find, send }: StripeCall<Request, Answer>,
  request: Request,
  begun: Begun,
): Promise<Answer | undefined> {
  const isChanged = begun.is_changed === true;
  if (find !== undefined && (request.may_be_forgotten || begun.may_be_forgotten || isChanged)) {
    try {
      const found = await find(request);
      if (found !== undefined) return found;
    } catch (error) {
      throw new LookupFailure("The lookup failed.", { cause: error });
    }
  }
  if (isChanged) return undefined;
  return await send(request, { idempotencyKey: request.idempotency_key });
}

interface Outcome {
  readonly status: "succeeded" | "refused";
  readonly stripeId?: string | null;
  readonly requestId?: string | undefined;
  readonly error?: Stripe.errors.StripeError;
  readonly milliseconds: number;
}

/** In one transaction: what came of the call, and what that means. */
async function end(
  helpers: JobHelpers,
  { call_id: callId }: Begun,
  record: FunctionCall | null,
  { status, stripeId, requestId, error, milliseconds }: Outcome,
): Promise<void> {
  await helpers.withPgClient(async (client) => {
    await client.query("begin");
    try {
      if (record !== null) await callOn(client, ...record);
      await callOn(
        client,
        "end_stripe_call",
        callId,
        status,
        stripeId ?? null,
        error?.statusCode ?? 200,
        error === undefined ? null : (error.code ?? error.type),
        requestId ?? error?.requestId ?? null,
        milliseconds,
      );
      await client.query("commit");
    } catch (failure) {
      await client.query("rollback");
      throw failure;
    }
  });
}

async function postpone(
  helpers: JobHelpers,
  { call_id: callId }: Begun,
  failure: NonNullable<ReturnType<typeof failureOf>>,
  milliseconds: number,
): Promise<void> {
  await callFunction(
    helpers,
    "postpone_stripe_call",
    callId,
    failure.isOutage,
    failure.retryAfterMs ?? null,
    failure.status ?? null,
    failure.code,
    failure.requestId ?? null,
    milliseconds,
  );
}

function requestIdOf(answer: unknown): string | undefined {
  const { lastResponse } = answer as { lastResponse?: { requestId?: string } };
  return lastResponse?.requestId;
}

/** The SHA-256 of what is sent, whatever the order of its keys. */
function hashOf(params: object): string {
  const text = JSON.stringify(params, (_key, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash("sha256").update(text).digest("hex");
}
