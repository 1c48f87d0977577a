import { z } from "zod";
import { ONBOARDING_OUTCOMES } from "./account-links.ts";
import type { StandInControl } from "./control.ts";

/** A command of the control path: reads its JSON and calls the method of the same name, whose object it returns. */
export type ControlCommand = (input: unknown) => Promise<object | void>;

const count = z.int().min(0).max(1_000_000);

function command<S extends z.ZodType>(
  schema: S,
  run: (input: z.output<S>) => Promise<object | void> | object | void,
): ControlCommand {
  return async (input) => run(schema.parse(input));
}

/** Every command of the control path, by its name in the path. */
export function controlCommands(control: StandInControl): ReadonlyMap<string, ControlCommand> {
  return new Map([
    [
      "deliveries",
      command(
        z
          .strictObject({
            delayMs: count,
            drop: count,
            dropTypes: z.array(z.string()),
            duplicates: count,
            hold: z.boolean(),
            reorder: count,
          })
          .partial(),
        (input) =>
          control.deliveries(
            Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)),
          ),
      ),
    ],
    [
      "release",
      command(
        z.strictObject({ order: z.enum(["created", "reversed", "shuffled"]).optional() }),
        ({ order }) => control.release(order),
      ),
    ],
    [
      "redeliver",
      command(z.strictObject({ event: z.string().optional() }), ({ event }) =>
        control.redeliver(event),
      ),
    ],
    [
      "replay",
      command(
        z.strictObject({
          events: z.array(z.string()).optional(),
          order: z.enum(["created", "reversed", "shuffled"]).optional(),
          seed: z.int().optional(),
          times: z.int().min(1).max(100).optional(),
          types: z.array(z.string()).optional(),
        }),
        (input) => control.replay(input),
      ),
    ],
    [
      "sendWebhooksTo",
      command(z.strictObject({ url: z.url().nullable() }), ({ url }) =>
        control.sendWebhooksTo(url),
      ),
    ],
    [
      "outage",
      command(
        z
          .strictObject({
            calls: count.min(1).optional(),
            code: z.string().optional(),
            message: z.string().optional(),
            method: z.enum(["DELETE", "GET", "POST"]).optional(),
            path: z.string().optional(),
            retryAfterSeconds: count.optional(),
            status: z.literal([400, 402, 429, 500, 503]),
          })
          .nullable(),
        (outage) => control.outage(outage),
      ),
    ],
    [
      "dropCalls",
      command(z.strictObject({ calls: count }), ({ calls }) => control.dropCalls(calls)),
    ],
    [
      "loseReplies",
      command(z.strictObject({ calls: count }), ({ calls }) => control.loseReplies(calls)),
    ],
    [
      "holdCalls",
      command(z.strictObject({ calls: count }), ({ calls }) => control.holdCalls(calls)),
    ],
    ["letCallsGo", command(z.strictObject({}), () => control.letCallsGo())],
    [
      "holdReplies",
      command(z.strictObject({ calls: count }), ({ calls }) => control.holdReplies(calls)),
    ],
    [
      "searchLag",
      command(z.strictObject({ seconds: count }), ({ seconds }) => control.searchLag(seconds)),
    ],
    ["slow", command(z.strictObject({ ms: count }), ({ ms }) => control.slow(ms))],
    [
      "processing",
      command(z.strictObject({ how: z.union([z.boolean(), count]) }), ({ how }) =>
        control.processing(how),
      ),
    ],
    [
      "settlePayment",
      command(
        z.strictObject({
          outcome: z.enum(["by_card", "failed"]).optional(),
          payment_intent: z.string(),
        }),
        (input) => control.settlePayment(input.payment_intent, input.outcome),
      ),
    ],
    [
      "settleRefund",
      command(
        z.strictObject({
          failure_reason: z.string().optional(),
          outcome: z.enum(["failed", "succeeded"]),
          refund: z.string(),
        }),
        (input) => control.settleRefund(input.refund, input.outcome, input.failure_reason),
      ),
    ],
    [
      "openDispute",
      command(
        z.strictObject({
          amount: count.min(1).optional(),
          charge: z.string(),
          inquiry: z.boolean().optional(),
          reason: z.string().optional(),
        }),
        ({ charge, ...opening }) => control.openDispute(charge, opening),
      ),
    ],
    [
      "escalateInquiry",
      command(z.strictObject({ dispute: z.string() }), ({ dispute }) =>
        control.escalateInquiry(dispute),
      ),
    ],
    [
      "closeDispute",
      command(
        z.strictObject({
          dispute: z.string(),
          outcome: z.enum(["lost", "won"]),
          return_fee: z.boolean().optional(),
        }),
        (input) => control.closeDispute(input.dispute, input.outcome, input.return_fee),
      ),
    ],
    [
      "expireDispute",
      command(z.strictObject({ dispute: z.string() }), ({ dispute }) =>
        control.expireDispute(dispute),
      ),
    ],
    [
      "settlePayout",
      command(
        z.strictObject({
          failure_code: z.string().optional(),
          outcome: z.enum(["failed", "succeeded"]),
          payout: z.string(),
        }),
        (input) => control.settlePayout(input.payout, input.outcome, input.failure_code),
      ),
    ],
    [
      "onboard",
      command(
        z.strictObject({ account: z.string(), outcome: z.enum(ONBOARDING_OUTCOMES).optional() }),
        ({ account, outcome }) => control.onboard(account, outcome),
      ),
    ],
    [
      "restrictAccount",
      command(
        z.strictObject({
          account: z.string(),
          due: z.array(z.string()),
          reason: z.string().optional(),
        }),
        ({ account, due, reason }) => control.restrictAccount(account, due, reason),
      ),
    ],
    [
      "deauthorizeAccount",
      command(z.strictObject({ account: z.string() }), ({ account }) =>
        control.deauthorizeAccount(account),
      ),
    ],
    ["makeAvailable", command(z.strictObject({}), () => control.makeAvailable())],
    [
      "addFunds",
      command(
        z.strictObject({ amount: z.int().positive(), currency: z.string() }),
        ({ amount, currency }) => control.addFunds(amount, currency),
      ),
    ],
    [
      "chargeFee",
      command(
        z.strictObject({
          amount: z.int().positive(),
          currency: z.string(),
          description: z.string(),
        }),
        ({ amount, currency, description }) => control.chargeFee(amount, currency, description),
      ),
    ],
    [
      "advanceClock",
      command(z.strictObject({ seconds: z.int().positive() }), ({ seconds }) =>
        control.advanceClock(seconds),
      ),
    ],
    ["forgetIdempotencyKeys", command(z.strictObject({}), () => control.forgetIdempotencyKeys())],
    ["settled", command(z.strictObject({}), () => control.settled())],
    ["reset", command(z.strictObject({}), () => control.reset())],
  ]);
}
