import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import Stripe from "stripe";
import { type StripeStandIn, type StripeStandInOptions, startStripeStandIn } from "./stand-in.ts";

/** The keys of every stand-in in the tests. */
export const KEYS = {
  secretKey: "sk_test_for_our_tests",
  publishableKey: "pk_test_for_our_tests",
  webhookSecret: "whsec_for_our_tests",
} as const;

/** A webhook endpoint that verifies every signature and remembers what it accepted. */
export interface Receiver extends AsyncDisposable {
  url: string;
  /** What arrived and was answered with 200, in that order. */
  events: Stripe.Event[];
  /** How many of the next requests are answered with 500. */
  failures: number;
  /** How many requests came at all. */
  attempts: number;
}

/** Starts a webhook endpoint on a free port. */
export async function startReceiver(): Promise<Receiver> {
  const server = createServer(async (request, response) => {
    receiver.attempts += 1;
    const body = await text(request);
    const signature = String(request.headers["stripe-signature"]);
    if (receiver.failures > 0) {
      receiver.failures -= 1;
      response.writeHead(500).end();
      return;
    }
    try {
      receiver.events.push(Stripe.webhooks.constructEvent(body, signature, KEYS.webhookSecret));
      response.writeHead(200).end();
    } catch {
      response.writeHead(400).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/stripe/webhook`,
    events: [],
    failures: 0,
    attempts: 0,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return receiver;
}

/** The official client, without retries of its own, so that tests see every first answer. */
export function clientOf(
  standIn: Pick<StripeStandIn, "host" | "port">,
  key: string = KEYS.secretKey,
): Stripe {
  const { host, port } = standIn;
  return new Stripe(key, { host, port, protocol: "http", maxNetworkRetries: 0, telemetry: false });
}

/** A stand-in, its webhook endpoint and the official client. */
export interface Bench extends AsyncDisposable {
  standIn: StripeStandIn;
  stripe: Stripe;
  receiver: Receiver;
  /** The types of the events that arrived, after all that are under way have. */
  arrived(): Promise<string[]>;
}

/** Starts everything that a test needs. */
export async function startBench(options: Partial<StripeStandInOptions> = {}): Promise<Bench> {
  const receiver = await startReceiver();
  const standIn = await startStripeStandIn({
    port: 0,
    ...KEYS,
    webhookUrl: receiver.url,
    retryBaseMs: 10,
    retryMaxMs: 50,
    settleAfterMs: 20,
    ...options,
  });
  return {
    standIn,
    stripe: clientOf(standIn),
    receiver,
    arrived: async () => {
      await standIn.control.settled();
      return receiver.events.map(({ type }) => type);
    },
    [Symbol.asyncDispose]: async () => {
      await standIn.close();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

/** Creates and confirms a payment in one call. */
export function pay(
  stripe: Stripe,
  method = "pm_card_visa",
  rest: Partial<Stripe.PaymentIntentCreateParams> = {},
): ReturnType<Stripe["paymentIntents"]["create"]> {
  return stripe.paymentIntents.create({
    amount: 5_000,
    currency: "usd",
    confirm: true,
    payment_method: method,
    allowed_payment_method_types: ["card"],
    ...rest,
  });
}

/** The error that a call ends with. */
export async function errorOf(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error;
    throw error;
  }
  throw new Error("The call succeeded, but it should have failed");
}

/** Waits until something is true, for what happens by itself. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 50_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("It did not become true within 50 seconds");
    await sleep(5);
  }
}

/** Answers a 3-D Secure challenge, as the buyer's browser would. */
export function answerChallenge(
  intent: Stripe.PaymentIntent,
  outcome: "complete" | "fail",
): Promise<Response> {
  const url = intent.next_action?.redirect_to_url?.url;
  if (url == null) throw new Error(`${intent.id} waits for no 3-D Secure challenge`);
  return fetch(url, {
    method: "POST",
    body: new URLSearchParams({ outcome }),
    redirect: "manual",
  });
}
